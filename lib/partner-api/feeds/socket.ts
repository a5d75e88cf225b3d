import type { IncomingMessage } from 'node:http';
import { type ClientOptions, WebSocket } from 'ws';
import { errorOf } from '../answers.ts';
import { ConnectionLostError, NotConnectedError, type PartnerApiError } from '../errors.ts';

/** How one web socket is opened and kept. */
export interface SocketOptions {
  /** For TCP, TLS and the upgrade together. */
  handshakeTimeoutMs: number;
  /** A ping goes out this often; a connection that did not answer the last one is dropped (reference 9.3). */
  pingIntervalMs: number;
  /** Certificate authorities in PEM, in place of the well-known ones. */
  certificateAuthorities?: string | undefined;
}

/** An open web socket. */
export interface FeedSocket {
  /** Resolves with the reason when the connection has ended. */
  ended: Promise<PartnerApiError>;
  /** Stops and resumes reading, so that a slow reader is not flooded. */
  pause(): void;
  resume(): void;
  /** Ends politely, and for certain within a second. */
  close(): void;
  /** Ends at once. */
  terminate(): void;
}

/** A message is one JSON object in a text frame; this is far above any. */
const maxPayloadBytes = 1024 * 1024;
const closeGraceMs = 1000;

/**
 * Opens a feed (reference 9.1). `onText` is told of every text frame, from the first one on.
 * @throws {PartnerApiError} when it cannot be opened: the API's answer, or `not_connected`.
 */
export function openSocket(
  url: string,
  headers: Record<string, string>,
  options: SocketOptions & { signal: AbortSignal },
  onText: (text: string) => void,
): Promise<FeedSocket> {
  const settings: ClientOptions = {
    headers,
    handshakeTimeout: options.handshakeTimeoutMs,
    maxPayload: maxPayloadBytes,
    perMessageDeflate: false,
    followRedirects: false,
    minVersion: 'TLSv1.2',
    ...(options.certificateAuthorities === undefined ? {} : { ca: options.certificateAuthorities }),
  };
  const socket = new WebSocket(url, settings);
  // Listening begins before the handshake ends: the first frames may arrive in the packet that ends it.
  socket.on('message', (data) => onText(data.toString()));
  const giveUp = () => socket.terminate();
  options.signal.addEventListener('abort', giveUp, { once: true });
  if (options.signal.aborted) giveUp();
  const ended = new Promise<PartnerApiError>((resolve) => {
    socket.once('close', (code, reason) => {
      resolve(new ConnectionLostError(`the feed was closed with ${code} ${reason.toString()}`.trimEnd()));
    });
  });
  return new Promise((resolve, reject) => {
    socket.once('open', () => {
      // From here on the caller ends it, politely.
      options.signal.removeEventListener('abort', giveUp);
      keepAlive(socket, options.pingIntervalMs);
      resolve({ ended, ...controls(socket) });
    });
    socket.once('unexpected-response', (request, response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        if (body.length < maxPayloadBytes) body += chunk;
      });
      response.once('close', () => {
        request.destroy();
        reject(refusedHandshake(response, body));
      });
    });
    // After the handshake an error is always followed by `close`; the listener stays, for an error nobody hears throws.
    socket.on('error', (cause) => reject(new NotConnectedError(`no feed: ${cause.message}`, { cause })));
  });
}

/** `Retry-After` counts when it is in seconds; a date would need a clock, for a wait of a minute at most. */
function refusedHandshake(response: IncomingMessage, body: string): PartnerApiError {
  const retryAfter = response.headers['retry-after'];
  const headers: Record<string, string> = /^\d+$/.test(retryAfter ?? '') ? { 'retry-after': retryAfter as string } : {};
  return errorOf('feed', { status: response.statusCode ?? 0, headers, body }, 0);
}

function controls(socket: WebSocket): Omit<FeedSocket, 'ended'> {
  return {
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    terminate: () => socket.terminate(),
    close() {
      socket.resume();
      socket.close(1000);
      const timer = setTimeout(() => socket.terminate(), closeGraceMs);
      socket.once('close', () => clearTimeout(timer));
    },
  };
}

function keepAlive(socket: WebSocket, intervalMs: number): void {
  let answered = true;
  const timer = setInterval(() => {
    // A paused socket reads no pongs: the reader is slow then, not the connection dead.
    if (!answered && !socket.isPaused) return socket.terminate();
    answered = false;
    socket.ping();
  }, intervalMs);
  socket.on('pong', () => {
    answered = true;
  });
  socket.once('close', () => clearInterval(timer));
}
