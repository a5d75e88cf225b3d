import { type KeyObject, sign } from 'node:crypto';
import http, { type IncomingHttpHeaders } from 'node:http';
import https from 'node:https';

/** A JSON value of unknown shape: checks look into answers of every operation. */
// biome-ignore lint/suspicious/noExplicitAny: what a server answers is exactly what is in question here
export type Json = any;

/** What came back. `body` is undefined when the text is no JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: Json;
}

/** The server's time as far as it is known: ours, moved as the control surface moves the server's. */
export class ServerClock {
  offsetMs = 0;

  /** Unix seconds. */
  nowSeconds(): number {
    return Math.floor((Date.now() + this.offsetMs) / 1000);
  }
}

/** How a request differs from the usual one. */
export interface Sending {
  /** Objects are sent as compact JSON, texts and bytes as they are. */
  readonly body?: object | string | undefined;
  /** Added last; an empty name-value pair with `undefined` takes a header away. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** How to call as one API key. Without a private key nothing is signed. */
export interface ClientOptions {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly privateKey?: KeyObject | undefined;
  readonly clock: ServerClock;
}

const answerWithinMs = 30_000;
/** Answers of checks are small; a server that sends more than this is not answering the question. */
const longestAnswerBytes = 32 * 1024 * 1024;

const agents = {
  'http:': new http.Agent({ keepAlive: true, maxSockets: 32 }),
  'https:': new https.Agent({ keepAlive: true, maxSockets: 32 }),
};

/** Ends the connections kept open, so that the process may end. */
export function closeConnections(): void {
  agents['http:'].destroy();
  agents['https:'].destroy();
}

/** `x-sign` over a text: PKCS#1 v1.5, SHA-256, base64url without padding (reference 2.2). */
export function signatureOf(privateKey: KeyObject, signed: string): string {
  return sign('RSA-SHA256', Buffer.from(signed, 'utf8'), privateKey).toString('base64url');
}

/**
 * Sends one request with the path exactly as given, so that what was signed is what is asked. Never follows a
 * redirect, never retries.
 */
export function exchange(
  method: string,
  url: string,
  headers: Readonly<Record<string, string | undefined>>,
  body: string,
): Promise<Answer> {
  const { protocol, hostname, port, origin } = new URL(url);
  const isSecure = protocol === 'https:';
  const bytes = Buffer.from(body, 'utf8');
  const sent = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
  if (bytes.length > 0) sent['content-length'] = String(bytes.length);
  return new Promise((resolve, reject) => {
    const request = (isSecure ? https : http).request(
      {
        method,
        hostname: hostname.replace(/^\[|\]$/g, ''),
        port: port || (isSecure ? 443 : 80),
        path: url.slice(origin.length),
        headers: sent,
        agent: isSecure ? agents['https:'] : agents['http:'],
        timeout: answerWithinMs,
      },
      (response) => {
        const chunks: Buffer[] = [];
        let length = 0;
        response.on('data', (chunk: Buffer) => {
          length += chunk.length;
          if (length > longestAnswerBytes) request.destroy(new Error('the answer is too long'));
          chunks.push(chunk);
        });
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body: parsed(text) });
        });
      },
    );
    request.on('timeout', () => request.destroy(new Error(`no answer within ${answerWithinMs} ms`)));
    request.on('error', reject);
    request.end(bytes);
  });
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** One API key's way to the server: a few lines that sign and send, and share nothing with the typed client. */
export class RawClient {
  readonly options: ClientOptions;

  constructor(options: ClientOptions) {
    this.options = { ...options, baseUrl: options.baseUrl.replace(/\/+$/, '') };
  }

  /** The whole URL of a path below the base. */
  url(path: string): string {
    return this.options.baseUrl + path;
  }

  /** The whole URL of a feed: `ws` for `http`, `wss` for `https` (reference 1.1). */
  feedUrl(path: string): string {
    return this.url(path).replace(/^http/, 'ws');
  }

  /** The headers of reference 2.1 for this very URL and body. */
  signedHeaders(url: string, body = ''): Record<string, string> {
    const { apiKey, privateKey, clock } = this.options;
    if (privateKey === undefined) return { 'x-api-key': apiKey };
    const stamp = String(clock.nowSeconds());
    return { 'x-api-key': apiKey, 'x-timestamp': stamp, 'x-sign': signatureOf(privateKey, stamp + url + body) };
  }

  /** Signs and sends. */
  send(method: string, path: string, { body, headers = {} }: Sending = {}): Promise<Answer> {
    const text = typeof body === 'object' ? JSON.stringify(body) : (body ?? '');
    const url = this.url(path);
    return exchange(method, url, { ...this.signedHeaders(url, text), ...headers }, text);
  }

  /** `GET` a path below the base. */
  get(path: string): Promise<Answer> {
    return this.send('GET', path);
  }

  /** `POST` a body, as compact JSON unless it is a text. */
  post(path: string, body?: object | string): Promise<Answer> {
    return this.send('POST', path, { body });
  }

  /** `PUT`, with or without a body. */
  put(path: string, body?: object | string): Promise<Answer> {
    return this.send('PUT', path, { body });
  }

  /** `DELETE` without a body. */
  delete(path: string): Promise<Answer> {
    return this.send('DELETE', path);
  }
}
