import { WebSocket } from 'ws';
import { unmet } from './expect.ts';
import type { Json } from './raw-client.ts';

const openWithinMs = 30_000;
const messageWithinMs = 30_000;

/** A handshake that was answered instead of upgraded. */
export interface Refusal {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly text: string;
  readonly body: Json;
}

/** One connection to a feed. Messages are kept until they are asked for. */
export class FeedSocket {
  readonly #socket: WebSocket;
  readonly #messages: Json[] = [];
  readonly #frames: boolean[] = [];
  #wake: () => void = () => {};
  /** Resolves with the close code once the server (or we) ended the connection. */
  readonly closed: Promise<number>;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => {});
    socket.on('message', (data, isBinary) => {
      this.#frames.push(isBinary);
      this.#messages.push(JSON.parse(String(data)));
      this.#wake();
    });
  }

  /** The next message that `isWanted`; others before it are dropped. Fails the check when none comes. */
  async next(what: string, isWanted: (message: Json) => boolean = () => true): Promise<Json> {
    const deadline = Date.now() + messageWithinMs;
    while (Date.now() < deadline) {
      while (this.#messages.length > 0) {
        const message = this.#messages.shift();
        if (isWanted(message)) return message;
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, deadline - Date.now());
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return unmet('feed', `a message: ${what}`, undefined);
  }

  /** Messages that came and were not asked for yet. */
  get waiting(): readonly Json[] {
    return this.#messages;
  }

  /** Whether every message was one text frame (reference 9.1). */
  get onlyText(): boolean {
    return this.#frames.every((isBinary) => !isBinary);
  }

  /** Sends a ping and waits for its pong, which also proves that earlier messages have arrived. */
  async ping(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no pong within ${messageWithinMs} ms`)), messageWithinMs);
      this.#socket.once('pong', () => {
        clearTimeout(timer);
        resolve();
      });
      this.#socket.ping();
    });
  }

  /** Ends the connection and waits until it has ended. */
  async close(): Promise<void> {
    this.#socket.close(1000);
    await this.closed;
  }
}

/** Dials a feed. @returns the open connection, or the answer of a server that did not upgrade. */
export function dial(url: string, headers: Record<string, string>): Promise<FeedSocket | Refusal> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { headers, handshakeTimeout: openWithinMs });
    const feed = new FeedSocket(socket);
    socket.once('open', () => resolve(feed));
    socket.once('error', reject);
    socket.once('unexpected-response', (_request, response) => {
      const connection = response.socket;
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        // Else the connection is kept for a next request that never comes, and our process with it.
        connection.destroy();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body: parsed(text) });
      });
    });
  });
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Dials a feed that must open. */
export async function opened(url: string, headers: Record<string, string>): Promise<FeedSocket> {
  const result = await dial(url, headers);
  if (result instanceof FeedSocket) return result;
  return unmet(`handshake of ${url}`, 'an open feed', `${result.status} ${result.text}`);
}

/** Dials a feed that must be refused. */
export async function refusedDial(url: string, headers: Record<string, string>): Promise<Refusal> {
  const result = await dial(url, headers);
  if (!(result instanceof FeedSocket)) return result;
  await result.close();
  return unmet(`handshake of ${url}`, 'a refusal', 'an open feed');
}
