import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Outcome } from '../outcome.ts';
import type { Sandbox } from '../sandbox.ts';
import type { WorldEvent } from '../world.ts';
import type { Feed } from './feed.ts';

/** How feeds are kept. */
export interface FeedSettings {
  /** A ping goes out this often; 30 s by default (9.3). */
  readonly pingIntervalMs: number;
}

/** What the HTTP server does for feeds: it knows how a request is admitted and how a refusal is written. */
export interface Handshake {
  open(request: IncomingMessage): ReturnType<Sandbox['openFeed']>;
  refuse(socket: Duplex, outcome: Outcome): void;
  refuseMalformed(socket: Duplex): void;
}

interface Connection {
  readonly socket: WebSocket;
  readonly feed: Feed;
  unansweredPings: number;
}

/** A connection is dropped when so many pings in a row were not answered (9.3). */
const mostUnansweredPings = 2;
/** Clients have nothing to say (9.1); what they send is read and forgotten. */
const maxPayloadBytes = 64 * 1024;
/** A client that reads so much too slowly is dropped; all it missed can be read by REST (9.3). */
const mostBufferedBytes = 4 * 1024 * 1024;
const closeGraceMs = 500;
const closeCodes = { goingAway: 1001, policyViolation: 1008 } as const;

/** The web sockets of a server: handshake, messages, pings, and the close codes of reference 9.3. */
export class FeedSockets {
  readonly #sandbox: Sandbox;
  readonly #handshake: Handshake;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: maxPayloadBytes, perMessageDeflate: false });
  readonly #connections = new Set<Connection>();
  readonly #pings: NodeJS.Timeout;
  readonly #listener = (event: WorldEvent) => this.#tell(event);
  #isClosing = false;

  constructor(sandbox: Sandbox, handshake: Handshake, settings: FeedSettings) {
    this.#sandbox = sandbox;
    this.#handshake = handshake;
    this.#server.on('wsClientError', (_error, socket) => handshake.refuseMalformed(socket));
    this.#pings = setInterval(() => this.#ping(), settings.pingIntervalMs);
    this.#pings.unref();
    sandbox.listeners.add(this.#listener);
  }

  /** Answers an upgrade request: with a web socket, or with the refusal as ordinary HTTP. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A connection that breaks during the handshake is nobody's fault, but an error nobody hears would end the process.
    socket.on('error', () => socket.destroy());
    // A Signing Agent dials again within milliseconds of the 1001; let in now, it would be cut off without a word.
    if (this.#isClosing) {
      socket.destroy();
      return;
    }
    const opened = this.#handshake.open(request);
    if ('refusal' in opened) {
      setTimeout(() => this.#handshake.refuse(socket, opened.refusal), opened.refusal.delayMs);
      return;
    }
    const finish = () =>
      this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#add(webSocket, opened.feed));
    if (opened.delayMs > 0) setTimeout(finish, opened.delayMs);
    else finish();
  }

  /** Ends all connections with 1001, and for certain within half a second. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#pings);
    this.#sandbox.listeners.delete(this.#listener);
    const ended = [...this.#connections].map(({ socket }) => new Promise((resolve) => socket.once('close', resolve)));
    for (const { socket } of this.#connections) socket.close(closeCodes.goingAway, 'shutting down');
    const timer = setTimeout(() => {
      for (const { socket } of this.#connections) socket.terminate();
    }, closeGraceMs);
    await Promise.all(ended);
    clearTimeout(timer);
  }

  #add(socket: WebSocket, feed: Feed): void {
    const connection: Connection = { socket, feed, unansweredPings: 0 };
    this.#connections.add(connection);
    socket.on('pong', () => {
      connection.unansweredPings = 0;
    });
    socket.on('error', () => socket.terminate());
    socket.once('close', () => this.#connections.delete(connection));
    for (const message of feed.first()) send(connection, message);
  }

  #tell(event: WorldEvent): void {
    for (const connection of this.#connections) {
      const { socket, feed } = connection;
      if (event.kind === 'reset') socket.close(closeCodes.goingAway, 'reset');
      else if (event.kind === 'keyRevoked') {
        if (event.account.keyId === feed.keyId) socket.close(closeCodes.policyViolation, 'key revoked');
      } else {
        const message = feed.messageOf(event);
        if (message !== undefined) send(connection, message);
      }
    }
  }

  #ping(): void {
    for (const connection of this.#connections) {
      if (connection.unansweredPings >= mostUnansweredPings) {
        connection.socket.terminate();
        continue;
      }
      connection.unansweredPings += 1;
      connection.socket.ping();
    }
  }
}

function send({ socket }: Connection, message: object): void {
  if (socket.bufferedAmount > mostBufferedBytes) socket.terminate();
  else if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
}
