import { kindOf } from '../instructions/kinds/index.ts';
import { instructionOfTransaction } from '../instructions/transactions.ts';
import type { Arrival, WatchedWallet } from './deposit.ts';
import type { Turn, Watcher } from './watch.ts';

/** Rows of the fund's ledger in one page, and how many pages one look reads at most. */
const ledgerRows = 1000;
const mostPages = 20;

/** What the fund's ledger says of arrivals that have a transaction. */
export interface Explained {
  readonly transfers: readonly Arrival[];
  /** Paid in by a swap: no deposits. */
  readonly swaps: readonly Arrival[];
  /** The ledger does not have them (yet). */
  readonly unexplained: readonly Arrival[];
  /** There was no time to ask, or no answer. */
  readonly unasked: readonly Arrival[];
  /** Why there was no answer. */
  readonly error?: unknown;
}

const nothing: Explained = { transfers: [], swaps: [], unexplained: [], unasked: [] };

/**
 * Tells what a swap paid in from an incoming transfer, which the history does not; the fund's ledger does. A wallet of
 * somebody else's fund has no ledger that we may read; there every arrival with a transaction counts as a transfer.
 */
export async function explain(
  watcher: Watcher,
  { companyId, fundId }: WatchedWallet,
  arrivals: readonly Arrival[],
  turn: Turn,
): Promise<Explained> {
  if (companyId === undefined || fundId === undefined) return { ...nothing, transfers: arrivals };
  if (arrivals.length === 0) return nothing;
  if (!turn.canAsk()) return { ...nothing, unasked: arrivals };
  try {
    const types = await typesInLedger(watcher, { companyId, fundId }, arrivals, turn);
    const typeOf = ({ movement }: Arrival) => types.get(movement.txId);
    return {
      transfers: arrivals.filter((one) => types.has(one.movement.txId) && !isSwap(typeOf(one))),
      swaps: arrivals.filter((one) => isSwap(typeOf(one))),
      unexplained: arrivals.filter((one) => !types.has(one.movement.txId)),
      unasked: [],
    };
  } catch (error) {
    return { ...nothing, unasked: arrivals, error };
  }
}

/** The types of incoming rows by transaction: page by page, until all that is sought was found or nothing can follow. */
async function typesInLedger(
  { api }: Watcher,
  { companyId, fundId }: { companyId: string; fundId: string },
  sought: readonly Arrival[],
  turn: Turn,
): Promise<Map<string, string>> {
  const types = new Map<string, string>();
  let offset = 0;
  for (let page = 0; page < mostPages; page++) {
    const asked = { direction: 'in', offset, limit: ledgerRows } as const;
    const { entries, unreadable } = await api.ledger.page(companyId, fundId, asked);
    for (const { txId, type } of entries) if (type !== '' && type !== 'none') types.set(txId, type);
    offset += entries.length + unreadable;
    // Rows stand newest first. A server may give fewer than were asked for: only an empty page is the end.
    const last = entries.at(-1);
    const mayFollow = ({ movement }: Arrival) =>
      !types.has(movement.txId) && (last === undefined || movement.timestampSeconds <= last.timestampSeconds);
    if (entries.length + unreadable === 0 || !sought.some(mayFollow)) break;
    if (!turn.isOn() || !turn.canAsk()) break;
  }
  return types;
}

/** Reference 5.7. A server that gives outgoing rows as well names the other leg of the same transaction. */
function isSwap(type: string | undefined): boolean {
  return type === 'swap' || type === 'swapIn' || type === 'swapOut';
}

/** Whether an arrival belongs to a swap that an instruction of ours made, whatever the ledger says by now. */
export async function isOwnSwap({ store }: Watcher, { movement }: Arrival): Promise<boolean> {
  const instruction = await instructionOfTransaction(store, movement.txId);
  return instruction !== undefined && kindOf(instruction).asAction?.(instruction).receive !== undefined;
}
