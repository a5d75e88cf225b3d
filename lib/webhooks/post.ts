import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent, type Dispatcher } from 'undici';
import type { Clock, WebhookPost } from '../instructions/ports.ts';
import { addressIn, isLoopbackAddress, isPublicAddress, refusedPort } from './addresses.ts';
import { WebhookAddressRefused, WebhookTimeout, WebhookUnreachable } from './post-errors.ts';

/** Finds all addresses of a name, as `dns.lookup` with `all` does. */
export type LookupAll = (
  hostname: string,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** How webhooks are sent. */
export interface WebhookPostOptions {
  readonly clock: Clock;
  /** Lets webhooks go to loopback, in plain HTTP too: for local runs. */
  readonly allowLoopback?: boolean;
  /** The resolver; the system's when absent. */
  readonly lookup?: LookupAll;
  /** Further settings of the TLS connection, such as a certificate authority of a test. */
  readonly tls?: { readonly ca?: string };
}

const maxResponseBytes = 65_536;
const longestRetryAfterMs = 86_400_000;
const connectTimeoutMs = 3_000;

/**
 * Sends webhooks to public addresses over HTTPS with TLS 1.2 or newer, and follows no redirect. The address is checked
 * when the connection is made, on the very answer of the resolver that is connected to: a name that is public when it is
 * configured and private when it is used gets nothing.
 *
 * Rejects with {@link WebhookAddressRefused}, {@link WebhookTimeout} or {@link WebhookUnreachable}.
 */
export function webhookPost(options: WebhookPostOptions): WebhookPost {
  const { clock, allowLoopback = false, lookup = lookupAll, tls = {} } = options;
  const isAllowed = (address: string) => isPublicAddress(address) || (allowLoopback && isLoopbackAddress(address));
  // One agent per scheme: what may be reached in plain HTTP is loopback only.
  const secure = agentFor(checkedLookup(lookup, isAllowed), tls);
  let plain: Agent | undefined;
  const agentOf = (url: URL): Agent => {
    if (url.protocol === 'https:') return secure;
    plain ??= agentFor(checkedLookup(lookup, isLoopbackAddress), {});
    return plain;
  };

  return async ({ url: text, headers, body, timeoutMs }) => {
    const url = checkedUrl(text, isAllowed, allowLoopback);
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const { origin, pathname, search } = url;
      const asked = { origin, path: pathname + search, method: 'POST', headers, body, signal } as const;
      const response = await agentOf(url).request(asked);
      await discard(response.body);
      const retryAfterMs = retryAfterOf(response.headers['retry-after'], clock.nowMs());
      return { status: response.statusCode, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
    } catch (cause) {
      throw failureOf(cause, signal, timeoutMs);
    }
  };
}

function agentFor(lookup: LookupFunction, tls: { readonly ca?: string }): Agent {
  return new Agent({
    connect: { ...tls, lookup, minVersion: 'TLSv1.2', timeout: connectTimeoutMs },
    allowH2: false,
    pipelining: 1,
    connections: 8,
    keepAliveTimeout: 10_000,
    maxResponseSize: maxResponseBytes,
  });
}

/** A resolver that refuses a name when any of its addresses is not allowed: half a private answer is a private answer. */
function checkedLookup(lookup: LookupAll, isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, lookupOptions, callback) => {
    lookup(hostname, (error, addresses) => {
      if (error) return callback(error, '', 0);
      const refused = addresses.find(({ address }) => !isAllowed(address));
      const [first] = addresses;
      if (refused || !first) {
        return callback(new WebhookAddressRefused(`${hostname} stands for an address that is not public`), '', 0);
      }
      if (lookupOptions.all) return callback(null, addresses);
      return callback(null, first.address, first.family);
    });
  };
}

function lookupAll(hostname: string, callback: Parameters<LookupAll>[1]): void {
  systemLookup(hostname, { all: true }, callback);
}

/** The URL, if webhooks may go there as far as its text tells. Names are checked again when they are resolved. */
function checkedUrl(text: string, isAllowed: (address: string) => boolean, allowLoopback: boolean): URL {
  const url = URL.parse(text);
  if (!url) throw new WebhookAddressRefused('the endpoint is not a URL');
  if (url.username || url.password) throw new WebhookAddressRefused('the URL of an endpoint carries no credentials');
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && allowLoopback)) {
    throw new WebhookAddressRefused('webhooks go to https only');
  }
  const address = addressIn(url);
  if (address !== undefined && !isAllowed(address)) {
    throw new WebhookAddressRefused(`${address} is not a public address`);
  }
  if (url.protocol === 'http:' && address !== undefined && !isLoopbackAddress(address)) {
    throw new WebhookAddressRefused('plain http goes to loopback only');
  }
  const port = refusedPort(url);
  if (port !== undefined) throw new WebhookAddressRefused(`port ${port} is not for webhooks`);
  return url;
}

/** Reads the answer to its end so that the connection can be used again. undici ends it at the size limit. */
async function discard(body: Dispatcher.ResponseData['body']): Promise<void> {
  try {
    await body.dump({ limit: maxResponseBytes });
  } catch {
    // The status is known; what the endpoint says besides, or that it says too much, changes nothing.
    body.destroy();
  }
}

function retryAfterOf(header: string | string[] | undefined, nowMs: number): number | undefined {
  const text = Array.isArray(header) ? header[0] : header;
  if (text === undefined) return undefined;
  const waitMs = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return Number.isFinite(waitMs) ? Math.min(Math.max(0, waitMs), longestRetryAfterMs) : undefined;
}

function failureOf(cause: unknown, signal: AbortSignal, timeoutMs: number): Error {
  if (cause instanceof WebhookAddressRefused) return cause;
  if (cause instanceof Error && cause.cause instanceof WebhookAddressRefused) return cause.cause;
  if (signal.aborted) return new WebhookTimeout(timeoutMs, { cause });
  return new WebhookUnreachable({ cause });
}
