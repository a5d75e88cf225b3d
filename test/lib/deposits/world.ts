import type { Deposit, WatchedWallet } from '../../../lib/deposits/deposit.ts';
import { type Watcher, watchWallet } from '../../../lib/deposits/watch.ts';
import { noteTransaction } from '../../../lib/instructions/transactions.ts';
import type { LedgerEntry, WalletMovement } from '../../../lib/partner-api/index.ts';
import { memoryHints } from '../../support/memory-hints.ts';
import { memoryStore } from '../../support/memory-store.ts';

export const startMs = Date.UTC(2026, 0, 7, 10);
export const startSeconds = startMs / 1000;
export const wallet: WatchedWallet = { client: 'desk', walletId: 'w1', companyId: 'company', fundId: 'fund' };

/** A deposit of 500 from outside; `timestampSeconds` counts from the start. */
export function movement(chainTxId: string, atSeconds: number, changes: Partial<WalletMovement> = {}): WalletMovement {
  const { netAmountBaseUnits = 500n, feeBaseUnits = 0n } = changes;
  return {
    walletId: 'w1',
    txId: '',
    chainTxId,
    asset: 'BTC-TESTNET',
    amountBaseUnits: netAmountBaseUnits + feeBaseUnits,
    feeBaseUnits,
    netAmountBaseUnits,
    timestampSeconds: startSeconds + atSeconds,
    ...changes,
  };
}

export class Crash extends Error {}

export interface Fault {
  readonly call: number;
  readonly kind: 'fails' | 'fails after its effect' | 'dies before' | 'dies after';
}

/** A wallet's history, a table and a clock; every outside call is numbered and can be broken. */
export class DepositWorld {
  nowMs = startMs;
  readonly history: WalletMovement[] = [];
  readonly ledger: Partial<LedgerEntry>[] = [];
  readonly asked: number[] = [];
  ledgerPages = 0;
  ledgerFails = false;
  readonly alarms: string[] = [];
  writes = 0;
  calls = 0;
  fault: Fault | undefined;
  #ids = 0;
  readonly table = memoryStore({ id: () => `w${this.#ids++}` });
  readonly hints = memoryHints({ nowMs: () => this.nowMs });

  watcher(): Watcher {
    const process = { dead: false };
    const call = async <T>(effect: () => Promise<T> | T): Promise<T> => {
      if (process.dead) throw new Crash();
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
    const silent = () => {};
    return {
      stage: 'test',
      store: {
        ...this.table,
        get: (id) => call(() => this.table.get(id)),
        create: (draft) => this.#write(() => call(() => this.table.create(draft))),
        replace: (current, draft) => this.#write(() => call(() => this.table.replace(current, draft))),
      },
      hints: { send: (...given) => call(() => this.hints.send(...given)) },
      clock: { nowMs: () => this.nowMs },
      random: { id: () => `r${this.#ids++}`, fraction: () => 0 },
      report: {
        info: silent,
        warn: silent,
        alarm: (reason) => this.alarms.push(reason),
        count: silent,
        duration: silent,
      },
      api: {
        wallets: {
          history: (walletId, since = 0) =>
            call(() => {
              this.asked.push(since);
              return this.history.filter((one) => one.walletId === walletId && one.timestampSeconds > since);
            }),
        },
        ledger: {
          page: (_company, _fund, { offset = 0, limit = 100 } = {}) =>
            call(() => {
              this.ledgerPages++;
              if (this.ledgerFails) throw new Error('planted');
              const entries = this.ledger.slice(offset, offset + limit) as LedgerEntry[];
              return { total: undefined, entries, unreadable: 0 };
            }),
        },
      },
    };
  }

  #write<T>(effect: () => T): T {
    this.writes++;
    return effect();
  }

  /** One run, as the schedule starts it: it may fail or die, and nobody repeats it. */
  async run(fromSeconds?: number, watched = wallet): Promise<void> {
    try {
      await watchWallet(this.watcher(), watched, { fromSeconds });
    } catch (error) {
      if (!(error instanceof Crash || (error as Error).message === 'planted')) throw error;
    }
    this.nowMs += 60_000;
  }

  /** An instruction of ours with its transaction. */
  async addInstruction(id: string, kind: string, txId: string, request: Record<string, unknown>): Promise<void> {
    await noteTransaction(this.table, txId, id);
    const place = { companyId: 'company', fundId: 'fund', walletId: 'w2', asset: 'ETH-TESTNET' };
    await this.table.create({ id, index: {}, subject: 'instruction', kind, place, txId, request } as never);
  }

  deposits(): Deposit[] {
    return this.table.all<Deposit>().filter(({ subject }) => subject === 'deposit');
  }
}
