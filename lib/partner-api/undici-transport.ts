import { Agent, buildConnector, type Dispatcher } from 'undici';
import { ConnectionLostError, NotConnectedError, PartnerApiError, TimedOutError } from './errors.ts';
import type { Transport, TransportRequest } from './transport.ts';

export interface UndiciTransportOptions {
  /** For the TCP and TLS handshakes together; five seconds by default. */
  connectTimeoutMs?: number;
  /** Connections to one origin at the same time; further calls wait. */
  connections?: number;
  /** How long an idle connection is kept; a server's own hint is honoured. */
  keepAliveTimeoutMs?: number;
  /** The largest answer that is read; 16 MiB by default. */
  maxResponseBytes?: number;
  /** Certificate authorities in PEM, in place of the well-known ones: for a sandbox with a certificate of its own. */
  certificateAuthorities?: string;
}

/** A transport that can be closed, so that a program ends at once. */
export interface ClosableTransport {
  send: Transport;
  close(): Promise<void>;
}

/**
 * The transport over `undici`: kept-alive connections, TLS 1.2 or newer (reference 1.3), HTTP/1.1, one request at a time
 * on a connection, nothing sent twice and no redirect followed, since a signature is for one URL (reference 11.4).
 */
export function createUndiciTransport(options: UndiciTransportOptions = {}): ClosableTransport {
  const { connections = 64, keepAliveTimeoutMs = 30_000, maxResponseBytes = 16 * 1024 * 1024 } = options;
  const agent = new Agent({
    connect: markedConnector(options),
    connections,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: keepAliveTimeoutMs,
    maxResponseSize: maxResponseBytes,
  });
  return { send: (request) => send(agent, request), close: () => agent.destroy() };
}

/**
 * Everything the connector reports happened before a byte of the request was written. That is known here only: later the
 * same ECONNRESET may mean a request that arrived, so the error is marked at its source and not told by its code.
 */
function markedConnector({ connectTimeoutMs = 5000, certificateAuthorities }: UndiciTransportOptions) {
  const connect = buildConnector({
    timeout: connectTimeoutMs,
    minVersion: 'TLSv1.2',
    allowH2: false,
    ...(certificateAuthorities === undefined ? {} : { ca: certificateAuthorities }),
  });
  return ((target, callback) => {
    connect(target, (cause, socket) => {
      if (cause === null) callback(null, socket);
      else callback(new NotConnectedError(`no connection to ${target.hostname}: ${cause.message}`, { cause }), null);
    });
  }) satisfies buildConnector.connector;
}

async function send(agent: Agent, { method, url, headers, body, timeoutMs, signal }: TransportRequest) {
  const deadline = AbortSignal.timeout(timeoutMs);
  const { origin } = new URL(url);
  try {
    const answer = await agent.request({
      origin,
      // The rest of the very string that was signed; `undici` writes it to the request line as it is.
      path: url.slice(origin.length),
      method,
      headers,
      body: body ?? null,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
    });
    return { status: answer.statusCode, headers: flatHeaders(answer.headers), body: await answer.body.text() };
  } catch (cause) {
    throw networkError(cause, deadline.aborted || signal?.aborted === true);
  }
}

function networkError(cause: unknown, ended: boolean): PartnerApiError {
  if (cause instanceof PartnerApiError) return cause;
  const code = (cause as { code?: unknown } | null)?.code;
  if (ended || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    return new TimedOutError('no answer of the Partner API in time', { cause });
  }
  return new ConnectionLostError('the connection to the Partner API broke', { cause });
}

function flatHeaders(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}
