import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { verify } from '../../lib/webhooks/signature.ts';
import { ended } from './issuer.ts';

/** An event the partner's endpoint received, its signature verified. */
export interface ReceivedEvent {
  readonly webhookId: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>> & { readonly id: string; readonly sequence: number };
}

/** The local stand-in for a partner's webhook endpoint. */
export interface Receiver {
  readonly url: string;
  /** Every event once, in order of arrival. */
  readonly events: readonly ReceivedEvent[];
  stop(): Promise<void>;
}

const longestBodyBytes = 1_048_576;

/** What a receiver is made of. */
export interface ReceiverOptions {
  readonly secret: string;
  /** Keeps what was received across a restart. */
  readonly file?: string | undefined;
  readonly onEvent: (event: ReceivedEvent) => void;
}

/** Starts a receiver that takes what is signed with the secret, refuses the rest, and calls `onEvent` for what is new. */
export async function startReceiver({ secret, file, onEvent }: ReceiverOptions): Promise<Receiver> {
  const events: ReceivedEvent[] = file !== undefined && existsSync(file) ? readKept(file) : [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) {
      body += chunk;
      if (body.length > longestBodyBytes) return void response.writeHead(413).end();
    }
    try {
      verify({ headers: request.headers, body, secrets: [secret], nowSeconds: Math.floor(Date.now() / 1000) });
    } catch {
      return void response.writeHead(401).end();
    }
    const { type, data } = JSON.parse(body) as Pick<ReceivedEvent, 'type' | 'data'>;
    const event = { webhookId: String(request.headers['webhook-id']), type, data };
    if (!events.some(({ webhookId }) => webhookId === event.webhookId)) {
      events.push(event);
      if (file !== undefined) appendFileSync(file, `${JSON.stringify(event)}\n`);
      onEvent(event);
    }
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`;
  return { url, events, stop: () => ended(server) };
}

/** What a killed process left half written is no event: the function will tell it again. It keeps a line to itself. */
function readKept(file: string): ReceivedEvent[] {
  const text = readFileSync(file, 'utf8');
  if (text !== '' && !text.endsWith('\n')) appendFileSync(file, '\n');
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as ReceivedEvent];
    } catch {
      return [];
    }
  });
}
