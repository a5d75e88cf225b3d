import { acceptInstruction } from '../../../lib/instructions/accept.ts';
import { transfer } from '../../../lib/instructions/kinds/transfer.ts';
import type { Worker } from '../../../lib/instructions/outside.ts';
import type { Instruction } from '../../../lib/instructions/record.ts';
import type { LedgerEntry, PartnerApi } from '../../../lib/partner-api/index.ts';
import { type MemoryHints, memoryHints } from '../../support/memory-hints.ts';
import { type MemoryStore, memoryStore } from '../../support/memory-store.ts';

/** The wallet the client of these tests may use. */
export const place = { companyId: 'company-1', fundId: 'fund-1', walletId: 'wallet-1', asset: 'BTC-TESTNET' };
/** A body that `POST /transfers` takes. */
export const body = {
  companyId: 'company-1',
  walletId: 'wallet-1',
  counterpartyWalletId: 'wallet-2',
  amount: '250000',
};
export const startMs = Date.UTC(2026, 4, 6, 7, 8, 9);

/** A desk with a clock to turn, everything in memory, and a Partner API whose answers the test says. */
export interface Desk extends Worker {
  readonly store: MemoryStore;
  readonly hints: MemoryHints;
  readonly alarms: string[];
  /** Calls of the Partner API so far, by name. */
  readonly calls: string[];
  pass(ms: number): void;
  ask(change?: Record<string, unknown>, key?: string): Promise<{ instruction: Instruction; created: boolean }>;
  stored(id: string): Promise<Instruction>;
}

/** What the Partner API of a desk answers. */
export interface Answers {
  create?: () => Promise<{ txId: string; status: string }>;
  get?: () => Promise<unknown>;
  ledger?: (offset: number) => { total: number | undefined; entries: Partial<LedgerEntry>[] };
}

/** Sets up a desk. */
export function desk(answers: Answers = {}): Desk {
  let nowMs = startMs;
  let ids = 0;
  const clock = { nowMs: () => nowMs };
  const random = { id: () => `write-${ids++}`, fraction: () => 0 };
  const alarms: string[] = [];
  const calls: string[] = [];
  const store = memoryStore(random);
  const called = <T>(name: string, answer: (() => T) | undefined): T => {
    calls.push(name);
    if (answer === undefined) throw new Error(`${name} was not expected`);
    return answer();
  };
  const api = {
    transfers: {
      create: async () => called('create', answers.create),
      get: async () => called('get', answers.get),
    },
    ledger: {
      page: async (_company: string, _fund: string, { offset }: { offset: number }) =>
        called('ledger', answers.ledger && (() => ({ unreadable: 0, ...answers.ledger?.(offset) }))),
    },
  } as unknown as PartnerApi;
  const self: Desk = {
    stage: 'test',
    store,
    hints: memoryHints(clock),
    clock,
    random,
    report: { info() {}, warn() {}, count() {}, duration() {}, alarm: (reason) => alarms.push(reason) },
    api,
    alarms,
    calls,
    pass: (ms) => {
      nowMs += ms;
    },
    ask: (change = {}, key = 'order-1') =>
      acceptInstruction(self, {
        kind: transfer,
        source: 'http',
        client: { id: 'desk', bindings: [place] },
        idempotencyKey: key,
        body: { ...body, ...change },
      }),
    stored: async (id) => (await store.get<Instruction>(id)) as Instruction,
  };
  return self;
}

/** The states an instruction has been in. */
export function statesOf(instruction: Instruction): string[] {
  return instruction.history.map(({ state }) => state);
}
