import type { Draft, ItemStore } from '../../../lib/instructions/ports.ts';
import { type Instruction, indexed } from '../../../lib/instructions/record.ts';
import { noteTransaction } from '../../../lib/instructions/transactions.ts';
import { type LedgerEntry, NotFoundError } from '../../../lib/partner-api/index.ts';
import type { Reconciliation } from '../../../lib/reconciliation/report.ts';
import { type Reconciled, type Reconciler, reconcile } from '../../../lib/reconciliation/run.ts';
import { memoryHints } from '../../support/memory-hints.ts';
import { memoryStore } from '../../support/memory-store.ts';

/** Midnight, UTC: reports made after it are about the two days before. */
export const midnightMs = Date.UTC(2026, 0, 8);
const midnightSeconds = midnightMs / 1000;

export const desk: Reconciled = {
  id: 'desk',
  bindings: [
    { companyId: 'company', fundId: 'fund', walletId: 'w1', asset: 'BTC-TESTNET' },
    { companyId: 'company', fundId: 'fund', walletId: 'w2', asset: 'ETH-TESTNET' },
    { companyId: 'company', fundId: 'fund-2', walletId: 'w3', asset: 'BTC-TESTNET' },
  ],
};

/** A settled transfer of 800 as the ledger has it, `beforeSeconds` before midnight. */
export function row(txId: string, beforeSeconds: number, changes: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    txId,
    chainTxId: '',
    fundId: 'fund',
    timestampSeconds: midnightSeconds - beforeSeconds,
    expiresAtSeconds: 0,
    status: 'approved',
    type: 'transferOut',
    asset: 'BTC-TESTNET',
    amountBaseUnits: 801n,
    feesBaseUnits: 1n,
    netAmountBaseUnits: 800n,
    counterpartyId: '',
    counterpartyName: '',
    address: '',
    reference: '',
    benefitOf: '',
    accountNo: '',
    ...changes,
  };
}

/** A row of the ledger that nobody can read. */
export const unreadableRow = row('unreadable', 0);

export class Crash extends Error {}

export interface Fault {
  readonly call: number;
  readonly kind: 'fails' | 'fails after its effect' | 'dies before' | 'dies after';
}

/** Ledgers by fund, a table and a clock; every outside call is numbered and can be broken. */
export class ReconciliationWorld {
  nowMs = midnightMs + 3_600_000;
  readonly ledgers = new Map<string, LedgerEntry[]>();
  /** Transactions by id, where they say something else than the ledger. */
  readonly transactions = new Map<string, { status: string } | 'unknown'>();
  readonly alarms: string[] = [];
  readonly counted: Record<string, number> = {};
  apiCalls: string[] = [];
  /** Rows that the server gives at most, however many were asked for. */
  largestPage = 1000;
  /** From where on clients and funds are begun with, from 0 to below 1. */
  fraction = 0;
  /** Virtual time that one call takes, and one page of the ledger of a fund. */
  callMs = 0;
  readonly pageMs = new Map<string, number>();
  /** Funds whose ledger fails from a page on. */
  readonly failsFromPage = new Map<string, number>();
  calls = 0;
  fault: Fault | undefined;
  #ids = 0;
  readonly table = memoryStore({ id: () => `w${this.#ids++}` });
  readonly hints = memoryHints({ nowMs: () => this.nowMs });

  async add(id: string, txId: string, beforeSeconds: number, changes: Partial<Instruction> = {}): Promise<void> {
    const createdAtMs = midnightMs - beforeSeconds * 1000;
    const instruction: Omit<Draft<Instruction>, 'index'> = {
      id,
      subject: 'instruction',
      kind: 'transfer',
      source: 'http',
      client: 'desk',
      key: id,
      bodyHash: '',
      place: { companyId: 'company', fundId: 'fund', walletId: 'w1', asset: 'BTC-TESTNET' },
      request: { counterpartyWalletId: 'out', amount: '800' },
      state: 'completed',
      createdAtMs,
      updatedAtMs: createdAtMs,
      history: [],
      telling: {},
      attempts: { count: 1, last: [] },
      txId,
      ...changes,
    };
    await this.table.create<Instruction>(indexed({ version: 0, writeId: '', ...instruction }, true));
    await noteTransaction(this.table, txId, id);
  }

  #reconciler(): Reconciler {
    const process = { dead: false };
    const call = async <T>(effect: () => Promise<T> | T): Promise<T> => {
      if (process.dead) throw new Crash();
      this.nowMs += this.callMs;
      const fault = this.fault?.call === this.calls++ ? this.fault : undefined;
      if (fault?.kind === 'fails') throw new Error('planted');
      if (fault?.kind === 'dies before') process.dead = true;
      if (process.dead) throw new Crash();
      const result = await effect();
      if (fault?.kind === 'fails after its effect') throw new Error('planted');
      if (fault?.kind === 'dies after') process.dead = true;
      if (process.dead) throw new Crash();
      return result;
    };
    const { table } = this;
    const store: ItemStore = {
      ...table,
      get: (id) => call(() => table.get(id)),
      create: (draft) => call(() => table.create(draft)),
      replace: (current, draft) => call(() => table.replace(current, draft)),
      list: (listIn, options) => call(() => table.list(listIn, options)),
      open: (openIn, options) => call(() => table.open(openIn, options)),
    };
    const silent = () => {};
    return {
      stage: 'test',
      store,
      hints: { send: (...given) => call(() => this.hints.send(...given)) },
      clock: { nowMs: () => this.nowMs },
      random: { id: () => `r${this.#ids++}`, fraction: () => this.fraction },
      report: {
        info: silent,
        warn: silent,
        duration: silent,
        alarm: (reason) => this.alarms.push(reason),
        count: (metric, value) => {
          this.counted[metric] = (this.counted[metric] ?? 0) + value;
        },
      },
      api: {
        ledger: {
          page: (_company: string, fundId: string, { offset = 0, limit = 100 }: { offset?: number; limit?: number }) =>
            call(() => {
              this.apiCalls.push(`ledger ${fundId}`);
              this.nowMs += this.pageMs.get(fundId) ?? 0;
              if (offset / limit >= (this.failsFromPage.get(fundId) ?? Number.POSITIVE_INFINITY))
                throw new Error('planted');
              const rows = (this.ledgers.get(fundId) ?? []).slice(offset, offset + Math.min(limit, this.largestPage));
              const entries = rows.filter((one) => one !== unreadableRow);
              return { total: undefined, entries, unreadable: rows.length - entries.length };
            }),
        },
        transfers: { get: (_company: string, txId: string) => call(() => this.#transaction(txId)) },
      } as unknown as Reconciler['api'],
    };
  }

  #transaction(txId: string) {
    this.apiCalls.push(`look ${txId}`);
    const said = this.transactions.get(txId);
    const entry = [...this.ledgers.values()].flat().find((one) => one.txId === txId);
    if (said === 'unknown' || (said === undefined && entry === undefined))
      throw new NotFoundError('no', { status: 404 });
    const details = {
      asset: 'BTC-TESTNET',
      netAmountBaseUnits: entry?.netAmountBaseUnits ?? 800n,
      recipientAddress: '',
    };
    return { status: said?.status ?? entry?.status, details };
  }

  async run(clients: readonly Reconciled[] = [desk], forMs = 60_000): Promise<void> {
    try {
      await reconcile(this.#reconciler(), clients, this.nowMs + forMs);
    } catch (error) {
      if (!(error instanceof Crash || (error as Error).message === 'planted')) throw error;
    }
  }

  reports(): Reconciliation[] {
    return this.table.all<Reconciliation>().filter(({ subject }) => subject === 'reconciliation');
  }
}
