import { WebSocket } from 'ws';

/** A web socket that remembers all it was told, and how it ended. */
export class FeedClient {
  readonly messages: Record<string, unknown>[] = [];
  readonly socket: WebSocket;
  /** Resolves with `open`, or with status and body of the refusal. */
  readonly handshake: Promise<'open' | { status: number; body: unknown; headers: Record<string, unknown> }>;
  /** Resolves with the close code. */
  readonly ended: Promise<number>;

  constructor(url: string, headers: Record<string, string>, options: object = {}) {
    this.socket = new WebSocket(url, { headers, ...options });
    this.socket.on('message', (data) => this.messages.push(JSON.parse(data.toString())));
    this.ended = new Promise((resolve) => this.socket.once('close', resolve));
    this.handshake = new Promise((resolve, reject) => {
      this.socket.once('open', () => resolve('open'));
      this.socket.once('unexpected-response', (request, response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.once('end', () => {
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(text), headers: response.headers });
          request.destroy();
        });
      });
      this.socket.on('error', reject);
    });
  }
}
