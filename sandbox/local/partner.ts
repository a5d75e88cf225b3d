import { setTimeout as wait } from 'node:timers/promises';
import type { ReceivedEvent } from './receiver.ts';
import { demoClient, type LocalSystem } from './system.ts';

/** Every scope there is: the token is for trying things out. A test holds this to what the doors ask for. */
export const allScopes = [
  'transfers:write',
  'withdrawals:write',
  'quotes:write',
  'quotes:take',
  'sweeps:write',
  'prices:write',
  'instructions:read',
  'instructions:cancel',
  'decisions:read',
  'reconciliations:read',
  'operate',
];

/** An instruction as the door shows it. */
export interface InstructionSeen {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly txId?: string;
  readonly reason?: string;
  readonly idempotencyKey?: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly history: readonly { readonly sequence: number; readonly state: string; readonly reason?: string }[];
}

/** An answer of one of our doors. */
export interface Answered<T> {
  readonly status: number;
  readonly body: T;
}

type OnState = (entry: InstructionSeen['history'][number]) => void;

const lookEveryMs = 100;
const askAgainMs = 1_000;
const terminal = new Set(['completed', 'rejected', 'expired', 'failed', 'cancelled']);

/** A partner system beside the local one: it asks with a token, looks, and is told by webhooks. */
export class Partner {
  readonly #system: LocalSystem;
  readonly #limitMs: number;
  readonly #onState: OnState;
  #token: Promise<string> | undefined;

  /** `limitMs` bounds each wait. */
  constructor(system: LocalSystem, limitMs: number, onState: OnState = () => {}) {
    this.#system = system;
    this.#limitMs = limitMs;
    this.#onState = onState;
  }

  /** A token with every scope. */
  token(): Promise<string> {
    this.#token ??= this.#system.issuer.token(demoClient, allScopes);
    return this.#token;
  }

  /** Any request to our doors. After a 5xx it is asked again, as partners should: it meets what became of it. */
  async send<T>(
    method: string,
    path: string,
    options: { body?: string | Buffer; headers?: Record<string, string> } = {},
  ): Promise<Answered<T>> {
    const headers = {
      'content-type': 'application/json',
      ...options.headers,
      authorization: `Bearer ${await this.token()}`,
    };
    const untilMs = Date.now() + this.#limitMs;
    for (;;) {
      const answer = await fetch(`${this.#system.httpUrl}${path}`, {
        method,
        headers,
        ...(options.body === undefined ? {} : { body: options.body }),
      });
      const answered = { status: answer.status, body: (await answer.json()) as T };
      if (answered.status < 500 || Date.now() >= untilMs) return answered;
      await wait(askAgainMs);
    }
  }

  /** Asks for an instruction and watches it to its end. @throws when the door refuses */
  async askAndWatch(path: string, body: object, key: string): Promise<InstructionSeen> {
    const answer = await this.send<InstructionSeen>('POST', path, {
      body: JSON.stringify(body),
      headers: { 'idempotency-key': key },
    });
    if (answer.status >= 300)
      throw new Error(`POST ${path} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return await this.watch(answer.body);
  }

  /** Watches an instruction until it has ended and its end was told, or the limit has passed. */
  async watch(asked: InstructionSeen): Promise<InstructionSeen> {
    const untilMs = Date.now() + this.#limitMs;
    let seen = asked;
    let shown = 0;
    for (;;) {
      for (const entry of seen.history.slice(shown)) this.#onState(entry);
      shown = seen.history.length;
      if ((terminal.has(seen.state) && this.wasTold(seen)) || Date.now() >= untilMs) return seen;
      await wait(lookEveryMs);
      const look = await this.send<InstructionSeen>('GET', `/instructions/${seen.id}`);
      if (look.status === 200) seen = look.body;
    }
  }

  /** Whether the newest state of an instruction came by webhook, its signature verified. */
  wasTold(seen: InstructionSeen): boolean {
    return this.#system.receiver.events.some(
      ({ data }) => data.id === seen.id && data.sequence === seen.history.length - 1,
    );
  }

  /** The first event that fits, once it has come. @throws when the limit passes without one */
  async event(what: string, fits: (event: ReceivedEvent) => boolean): Promise<ReceivedEvent> {
    return await this.until(what, async () => this.#system.receiver.events.find(fits));
  }

  /** What `look` finds, once it finds something. @throws when the limit passes without */
  async until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    const untilMs = Date.now() + this.#limitMs;
    while (Date.now() < untilMs) {
      const found = await look();
      if (found !== undefined) return found;
      await wait(lookEveryMs);
    }
    throw new Error(`${what}: not within ${this.#limitMs / 1000} s`);
  }
}
