import type { Clock, Hints, ItemStore, Random, Reporter } from '../instructions/ports.ts';
import type { PartnerApi } from '../partner-api/index.ts';
import { type Arrival, arrivalsIn, type Deposit, depositOf, type WatchedWallet } from './deposit.ts';
import { explain, isOwnSwap } from './explain.ts';
import { beginningOf, recall, remember } from './watermark.ts';

/** What watching touches. */
export interface Watcher {
  readonly stage: string;
  readonly store: ItemStore;
  readonly hints: Hints;
  readonly clock: Clock;
  readonly random: Random;
  readonly report: Reporter;
  readonly api: {
    readonly wallets: Pick<PartnerApi['wallets'], 'history'>;
    readonly ledger: Pick<PartnerApi['ledger'], 'page'>;
  };
}

/** How much of a run a wallet may take. */
export interface Turn {
  /** Whether its share of the time lasts. It always comes one step further, so that it gets on however short that is. */
  isOn(): boolean;
  /** Whether one more request would end in time. */
  canAsk(): boolean;
}

/** The turn of whoever has all the time in the world. */
const endless: Turn = { isOn: () => true, canAsk: () => true };

/** Entries may appear this much later than their time stamps say (and `since` is strictly later, in whole seconds). */
const lateEntriesSeconds = 24 * 3600;
/** Records made at the same time. */
const recordsAtOnce = 10;
/** A transfer that the fund's ledger does not have yet may turn out to be a swap. It is not told for this long. */
const explainedWithinSeconds = 600;
/** Arrivals of which it is noted since when they wait. More than that wait until one of them is done with. */
const mostWaiting = 500;

/**
 * Records what arrived in a wallet since it was looked at last, each once, and has the client told.
 *
 *     read watermark ── GET …/history since watermark − 24 h ── create a record for each that is new ── move the watermark
 *         └─ dies anywhere: the next run reads the same again; a record that exists is not made twice
 *
 * When its turn ends before all are recorded, the watermark moves no further than what is left, and the next run goes on.
 */
export async function watchWallet(
  watcher: Watcher,
  wallet: WatchedWallet,
  { fromSeconds, turn = endless }: { fromSeconds?: number | undefined; turn?: Turn } = {},
): Promise<void> {
  const nowSeconds = Math.floor(watcher.clock.nowMs() / 1000);
  const remembered = await recall(watcher.store, wallet);
  const { mark, known } = remembered;
  const markSeconds = mark?.newestSeconds ?? firstMark(fromSeconds, nowSeconds);
  const since = readSince(markSeconds);
  const movements = await watcher.api.wallets.history(wallet.walletId, since);
  // A server that does not know `since` gives what is long told, or was never to be.
  const wanted = movements.filter(
    ({ timestampSeconds }) => timestampSeconds > since && timestampSeconds >= (fromSeconds ?? 0),
  );
  const arrivals = arrivalsIn(watcher.stage, wallet, wanted);
  const fresh = arrivals.filter((arrival) => !known.has(beginningOf(arrival)));
  const sorted = await sort(watcher, wallet, fresh, mark?.waiting ?? {}, nowSeconds, turn);
  const recorded = await recordAll(watcher, wallet, sorted.ready, turn);

  const { waiting } = sorted;
  const error = sorted.error ?? recorded.error;
  const undone = new Set([...sorted.left, ...recorded.left]);
  const seen = mark === undefined ? [nowSeconds] : wanted.map(({ timestampSeconds }) => timestampSeconds);
  const newestSeconds = nextMark(markSeconds, nowSeconds, seen, [...undone].map(secondsOf));
  const failing = error === undefined ? undefined : mark?.failingSinceSeconds;
  await remember(
    watcher.store,
    remembered,
    wallet,
    {
      newestSeconds,
      ...(Object.keys(waiting).length === 0 ? {} : { waiting }),
      ...(failing === undefined ? {} : { failingSinceSeconds: failing }),
    },
    arrivals
      .filter((arrival) => !undone.has(arrival) && secondsOf(arrival) > readSince(newestSeconds))
      .map((arrival) => beginningOf(arrival)),
  );
  if (error !== undefined) throw error;
}

function secondsOf({ movement }: Arrival): number {
  return movement.timestampSeconds;
}

/** A wallet's first watermark: from a set moment on, or from a day ago. */
export function firstMark(fromSeconds: number | undefined, nowSeconds: number): number {
  return fromSeconds === undefined ? nowSeconds : fromSeconds + lateEntriesSeconds;
}

/** One second is taken off a moment that is meant to be included: `since` is strictly later (reference 4.6). */
function readSince(markSeconds: number): number {
  return Math.max(0, markSeconds - lateEntriesSeconds - 1);
}

/**
 * The newest time stamp that was seen, but no further than what is left to do, and never later than our own clock. It
 * never moves back: what had left the window would come in again as if it were new. What came late and is left to do stays
 * in the window, because the mark then stays where it is.
 */
function nextMark(markSeconds: number, nowSeconds: number, seen: readonly number[], undone: readonly number[]): number {
  // One by one: an argument each would be too many for a busy wallet.
  const newest = seen.reduce((a, b) => Math.max(a, b), markSeconds);
  const reached = undone.reduce((a, b) => Math.min(a, b), Math.min(nowSeconds, newest));
  return Math.max(markSeconds, reached);
}

/** What of the new arrivals is to be recorded now, and what is not yet. */
interface Sorted {
  readonly ready: readonly Arrival[];
  readonly left: readonly Arrival[];
  /** What of `left` waits to be explained, and since when. */
  readonly waiting: Readonly<Record<string, number>>;
  /** Why some of `left` could not be done. The others were all the same. */
  readonly error?: unknown;
}

async function sort(
  watcher: Watcher,
  wallet: WatchedWallet,
  fresh: readonly Arrival[],
  waitedFor: Readonly<Record<string, number>>,
  nowSeconds: number,
  turn: Turn,
): Promise<Sorted> {
  const withTransaction = fresh.filter(({ movement }) => movement.txId !== '');
  const { unexplained, unasked, swaps, error } = await explain(watcher, wallet, withTransaction, turn);
  const since = (arrival: Arrival) => waitedFor[beginningOf(arrival)] ?? nowSeconds;
  const isLate = (arrival: Arrival) => nowSeconds - since(arrival) >= explainedWithinSeconds;
  const late = unexplained.filter(isLate);
  const ownSwaps = await Promise.all(late.map((arrival) => isOwnSwap(watcher, arrival)));
  const isDone = new Set([...swaps, ...late.filter((_, place) => ownSwaps[place])]);
  const left = [...unasked, ...unexplained.filter((arrival) => !isLate(arrival))];
  const isLeft = new Set(left);
  // Those that have waited go first, so that each comes to its end.
  const waiting = left.toSorted((a, b) => since(a) - since(b)).slice(0, mostWaiting);
  return {
    ready: fresh.filter((arrival) => !isDone.has(arrival) && !isLeft.has(arrival)),
    left,
    waiting: Object.fromEntries(waiting.map((arrival) => [beginningOf(arrival), since(arrival)])),
    ...(error === undefined ? {} : { error }),
  };
}

/**
 * Records the oldest first, as many as the turn has time for, and at least a few. One that cannot be stored does not hold
 * up the others.
 */
async function recordAll(
  watcher: Watcher,
  wallet: WatchedWallet,
  arrivals: readonly Arrival[],
  turn: Turn,
): Promise<Pick<Sorted, 'left' | 'error'>> {
  const failed: Arrival[] = [];
  let error: unknown;
  let done = 0;
  while (done < arrivals.length && (done === 0 || turn.isOn())) {
    const some = arrivals.slice(done, done + recordsAtOnce);
    const made = await Promise.allSettled(some.map((arrival) => record(watcher, wallet, arrival)));
    const ids = made.flatMap((one) => (one.status === 'fulfilled' && one.value !== undefined ? [one.value.id] : []));
    await watcher.hints.send(
      'tell',
      ids.map((id) => ({ id })),
    );
    failed.push(...some.filter((_, place) => made[place]?.status === 'rejected'));
    error ??= made.find((one) => one.status === 'rejected')?.reason;
    done += some.length;
    // The table is away.
    if (made.every(({ status }) => status === 'rejected')) break;
  }
  return { left: [...failed, ...arrivals.slice(done)], ...(error === undefined ? {} : { error }) };
}

/** @returns nothing when somebody recorded it before: another run at the same time, or one that died before its mark. */
async function record(watcher: Watcher, wallet: WatchedWallet, arrival: Arrival): Promise<Deposit | undefined> {
  const created = await watcher.store.create<Deposit>(depositOf(arrival, wallet, watcher.clock.nowMs()));
  if (created === undefined) return undefined;
  const { id: depositId, client: clientId, walletId, asset } = created;
  watcher.report.count('DepositsReceived', 1, { asset });
  watcher.report.info('deposit received', { depositId, clientId, walletId, asset });
  return created;
}
