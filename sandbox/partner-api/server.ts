import type { AddressInfo } from 'node:net';
import { FeedSockets } from './feeds/sockets.ts';
import { basePath, buildHttpServer, controlPath, handshakeOf } from './http.ts';
import { Sandbox } from './sandbox.ts';
import type { SandboxOptions } from './sandbox-options.ts';

/** How the server listens, besides how the sandbox behaves. */
export interface PartnerApiOptions extends SandboxOptions {
  /** 0 (default) takes a free one. */
  readonly port?: number | undefined;
  /** `127.0.0.1` by default. */
  readonly host?: string | undefined;
  /** PEM texts; TLS 1.2 or newer (1.3). Plain `http` and `ws` without. */
  readonly tls?: { cert: string | Buffer; key: string | Buffer } | undefined;
  /**
   * Public base URLs clients may have signed, tried in this order before the `Host` header (2.6). Core clients tell the feeds
   * of the first.
   */
  readonly publicBaseUrls?: readonly string[] | undefined;
  /** Whether `X-Forwarded-Proto` and `X-Forwarded-Host` are believed. */
  readonly trustForwarded?: boolean | undefined;
  /** How long a request may take to arrive; 15 s by default. */
  readonly requestTimeoutMs?: number | undefined;
  /** How often web sockets are pinged; 30 s by default (9.3). */
  readonly feedPingIntervalMs?: number | undefined;
}

/** A running server. `close` ends all connections and closes the journal. */
export interface PartnerApi {
  /** `http://127.0.0.1:PORT/api/v1/p` */
  readonly baseUrl: string;
  /** The same for feeds: `ws` or `wss`. */
  readonly feedUrl: string;
  /** `http://127.0.0.1:PORT/_sandbox` */
  readonly controlUrl: string;
  readonly sandbox: Sandbox;
  close(): Promise<void>;
}

/** `setTimeout` cannot wait longer than 24 days, and the clock may be moved: look again at least this often. */
const longestWaitMs = 60_000;

/**
 * Starts the Partner API on one machine.
 *
 * @example
 * const api = await startPartnerApi({ seed: 7 });
 * await fetch(`${api.baseUrl}/assets`, { headers: { 'x-api-key': key } });
 * await api.close();
 */
export async function startPartnerApi(options: PartnerApiOptions = {}): Promise<PartnerApi> {
  const sandbox = new Sandbox(options);
  try {
    return await serve(sandbox, options);
  } catch (error) {
    sandbox.close();
    throw error;
  }
}

async function serve(sandbox: Sandbox, options: PartnerApiOptions): Promise<PartnerApi> {
  const httpOptions = {
    tls: options.tls,
    publicBaseUrls: options.publicBaseUrls ?? [],
    trustForwarded: options.trustForwarded ?? false,
    requestTimeoutMs: options.requestTimeoutMs ?? 15_000,
  };
  const app = buildHttpServer(sandbox, httpOptions);
  const feeds = new FeedSockets(sandbox, handshakeOf(sandbox, httpOptions), {
    pingIntervalMs: options.feedPingIntervalMs ?? 30_000,
  });
  app.server.on('upgrade', (request, socket, head) => feeds.upgrade(request, socket, head));
  const host = options.host ?? '127.0.0.1';
  try {
    await app.listen({ port: options.port ?? 0, host });
  } catch (error) {
    await feeds.close();
    throw error;
  }
  const { port } = app.server.address() as AddressInfo;
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const secure = options.tls === undefined ? '' : 's';
  const feedUrl = `ws${secure}://${authority}${basePath}`;
  const publicFeedUrl = options.publicBaseUrls?.[0]?.replace(/^http/, 'ws');
  if (options.feedBaseUrl === undefined) sandbox.setFeedBaseUrl(publicFeedUrl ?? feedUrl);
  const stopTimer = followClock(sandbox);
  return {
    baseUrl: `http${secure}://${authority}${basePath}`,
    feedUrl,
    controlUrl: `http${secure}://${authority}${controlPath}`,
    sandbox,
    close: async () => {
      stopTimer();
      await feeds.close();
      await app.close();
      sandbox.close();
    },
  };
}

/** Lets the sandbox's own events happen when their time comes, though nobody calls. One timer, set to the earliest. */
function followClock(sandbox: Sandbox): () => void {
  let timer: NodeJS.Timeout | undefined;
  let armedForMs: number | undefined;
  const arm = () => {
    const dueAtMs = sandbox.nextDueAtMs;
    if (dueAtMs === armedForMs && timer !== undefined) return;
    clearTimeout(timer);
    timer = undefined;
    armedForMs = dueAtMs;
    if (dueAtMs === undefined) return;
    const waitMs = Math.min(Math.max(dueAtMs - sandbox.clock.nowMs(), 0), longestWaitMs);
    timer = setTimeout(fire, waitMs);
    timer.unref();
  };
  const fire = () => {
    timer = undefined;
    sandbox.tick();
    arm();
  };
  sandbox.afterStep = arm;
  arm();
  return () => {
    sandbox.afterStep = () => {};
    clearTimeout(timer);
  };
}
