import { derivedId } from '../instructions/ids.ts';
import type { Draft } from '../instructions/ports.ts';
import { dueAtOf, type HistoryEntry, listKeyOf, type Subject } from '../instructions/subject.ts';
import type { WalletMovement } from '../partner-api/index.ts';
import type { Event } from '../webhooks/events.ts';

/** A wallet that is watched for a client, with its place in a fund if the fund is ours. */
export interface WatchedWallet {
  readonly client: string;
  readonly walletId: string;
  readonly companyId?: string | undefined;
  readonly fundId?: string | undefined;
}

/** Something that arrived in a watched wallet: from outside, or from another wallet. */
export interface Deposit extends Subject {
  readonly subject: 'deposit';
  readonly walletId: string;
  readonly companyId?: string;
  readonly fundId?: string;
  readonly asset: string;
  /** What the wallet got, decimal text in base units. */
  readonly amount: string;
  readonly chainTxId: string;
  /** The transaction of an incoming transfer; absent for a deposit from outside. */
  readonly txId?: string;
  /** When the Partner API says that it arrived, Unix seconds. */
  readonly arrivedAtSeconds: number;
}

/** An entry of a wallet's history with the id that its one record gets. */
export interface Arrival {
  readonly id: string;
  readonly movement: WalletMovement;
}

/**
 * What arrived, among the entries of a wallet's history, the oldest first, each with the id it will always have.
 *
 * Deposits have no id of their own, and one chain transaction may pay a wallet twice. So the id follows from the wallet,
 * what names the payment, asset and amount, and an ordinal among entries that are the same in all of this. Counting by
 * position alone would be wrong: an entry that appears late shifts the others, and would be taken for one of them.
 */
export function arrivalsIn(stage: string, wallet: WatchedWallet, movements: readonly WalletMovement[]): Arrival[] {
  const seen = new Map<string, number>();
  return movements
    .filter(({ netAmountBaseUnits }) => netAmountBaseUnits > 0n)
    .toSorted((a, b) => a.timestampSeconds - b.timestampSeconds)
    .map((movement) => {
      const { asset, netAmountBaseUnits } = movement;
      const content = [wallet.client, wallet.walletId, ...nameOf(movement), asset, String(netAmountBaseUnits)];
      const key = JSON.stringify(content);
      const ordinal = seen.get(key) ?? 0;
      seen.set(key, ordinal + 1);
      return { id: derivedId(stage, 'deposit', ...content, ordinal), movement };
    });
}

/**
 * What names a payment: its transaction, else its chain transaction. A chain transaction that is filled in later, and a
 * time stamp that is corrected, make no second payment. Where neither is told, only the moment tells two of them apart.
 */
function nameOf({ txId, chainTxId, timestampSeconds }: WalletMovement): [string, string | number] {
  if (txId !== '') return ['transaction', txId];
  return chainTxId === '' ? ['moment', timestampSeconds] : ['chain', chainTxId];
}

/** The last second that has a date. A time stamp beyond it, of a server that counts otherwise, must not keep it untold. */
const latestSeconds = 8_640_000_000_000;

/** The record of an arrival, with its client to be told at once. */
export function depositOf({ id, movement }: Arrival, wallet: WatchedWallet, nowMs: number): Draft<Deposit> {
  const { chainTxId, txId, asset, netAmountBaseUnits, timestampSeconds } = movement;
  const { client, walletId, companyId, fundId } = wallet;
  return {
    id,
    subject: 'deposit',
    client,
    walletId,
    ...(companyId === undefined || fundId === undefined ? {} : { companyId, fundId }),
    asset,
    amount: String(netAmountBaseUnits),
    chainTxId,
    ...(txId === '' ? {} : { txId }),
    arrivedAtSeconds: Math.min(Math.max(timestampSeconds, 0), latestSeconds),
    createdAtMs: nowMs,
    history: [{ state: 'received', atMs: nowMs }],
    telling: {},
    tellAtMs: nowMs,
    index: { ...dueAtOf({ tellAtMs: nowMs }), listIn: `deposits/${client}`, listKey: listKeyOf(nowMs, id) },
  };
}

/** The event `deposit.received`. */
export function depositEvent(subject: Subject, entry: HistoryEntry, sequence: number): Event {
  const { id, walletId, companyId, fundId, asset, amount, chainTxId, txId, arrivedAtSeconds } = subject as Deposit;
  return {
    type: `deposit.${entry.state}`,
    timestamp: new Date(entry.atMs).toISOString(),
    data: {
      id,
      sequence,
      walletId,
      ...(companyId === undefined ? {} : { companyId, fundId }),
      asset,
      amount,
      chainTxId,
      ...(txId === undefined ? {} : { txId }),
      arrivedAt: new Date(arrivedAtSeconds * 1000).toISOString(),
    },
  };
}
