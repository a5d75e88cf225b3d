import { acceptInstruction } from '../../../../lib/instructions/accept.ts';
import type { Bindings } from '../../../../lib/instructions/bindings.ts';
import type { Kind } from '../../../../lib/instructions/kinds/kind.ts';
import type { Worker } from '../../../../lib/instructions/outside.ts';
import type { Reporter } from '../../../../lib/instructions/ports.ts';
import type { Instruction } from '../../../../lib/instructions/record.ts';
import type { PartnerApi } from '../../../../lib/partner-api/index.ts';
import { InvalidRequest } from '../../../../lib/platform/http/errors.ts';
import { type MemoryHints, memoryHints } from '../../../support/memory-hints.ts';
import { type MemoryStore, memoryStore } from '../../../support/memory-store.ts';

export const startMs = 1_800_000_000_000;

export const bindings: Bindings = {
  bindings: [
    { companyId: 'company', fundId: 'fund', walletId: 'btc', asset: 'BTC' },
    { companyId: 'company', fundId: 'fund', walletId: 'eth', asset: 'ETH' },
  ],
  sweeps: [{ coreClientId: 'exchange', walletId: 'customer', asset: 'BTC', recipientWalletIds: ['btc'] }],
};

/** A quote of 640,000 BTC for 98,000,000 ETH, base units, as the hub lists it. */
export const listed = {
  txId: 'quote-1',
  sendAsset: 'BTC',
  sendAmountBaseUnits: 640_000n,
  receiveAsset: 'ETH',
  receiveAmountBaseUnits: 98_000_000n,
  owner: false,
  addedAtSeconds: 0,
  expiresAtSeconds: startMs / 1000 + 3600,
};

/** One operation of the Partner API in a test: given its arguments, it answers or throws. */
type Answers = Record<string, Record<string, (...args: never[]) => unknown>>;

/** A table, queues and a clock in memory, and a Partner API of which a test says only what it needs. */
export class KindWorld {
  nowMs = startMs;
  readonly requests: string[] = [];
  readonly alarms: string[] = [];
  readonly store: MemoryStore;
  readonly hints: MemoryHints;
  answers: Answers;
  readonly #random: { id(): string; fraction(): number };
  #keys = 0;

  constructor(answers: Answers = {}) {
    let ids = 0;
    this.answers = answers;
    this.#random = { id: () => `w${ids++}`, fraction: () => 0 };
    this.store = memoryStore(this.#random);
    this.hints = memoryHints({ nowMs: () => this.nowMs });
  }

  worker(): Worker {
    const report: Reporter = {
      info: () => {},
      warn: () => {},
      count: () => {},
      duration: () => {},
      alarm: (reason) => this.alarms.push(reason),
    };
    const api = new Proxy(
      {},
      {
        get: (_, resource: string) =>
          new Proxy(
            {},
            {
              get:
                (_inner, name: string) =>
                async (...args: never[]) => {
                  this.requests.push(`${resource}.${name}`);
                  const answer = this.answers[resource]?.[name];
                  if (answer === undefined) throw new Error(`nobody expected ${resource}.${name}`);
                  return answer(...args);
                },
            },
          ),
      },
    ) as PartnerApi;
    const clock = { nowMs: () => this.nowMs };
    return { stage: 'test', store: this.store, hints: this.hints, clock, random: this.#random, report, api };
  }

  /** Asks for an instruction under a key of its own. */
  async ask(kind: Kind, body: Record<string, unknown>): Promise<Instruction> {
    const { instruction } = await acceptInstruction(this.worker(), {
      kind,
      source: 'http',
      client: { id: 'desk', ...bindings },
      idempotencyKey: `key-${this.#keys++}`,
      body,
    });
    return instruction;
  }

  /** How a request is refused: status, reason and field. */
  async refusal(kind: Kind, body: Record<string, unknown>): Promise<[number, string, string | undefined] | 'accepted'> {
    try {
      await this.ask(kind, body);
      return 'accepted';
    } catch (error) {
      if (!(error instanceof InvalidRequest)) throw error;
      return [error.status, error.reason, error.field];
    }
  }

  async read(id: string): Promise<Instruction> {
    const instruction = await this.store.get<Instruction>(id);
    if (instruction === undefined) throw new Error(`${id} is gone`);
    return instruction;
  }
}
