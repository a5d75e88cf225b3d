import type { Clock, Hints, Item, ItemStore, Random, Reporter } from '../instructions/ports.ts';
import type { PartnerApi } from '../partner-api/index.ts';
import { type Arrival, arrivalsIn, type Deposit, depositOf, type WatchedWallet } from './deposit.ts';

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

/** Entries may appear this much later than their time stamps say (and `since` is strictly later, in whole seconds). */
const lateEntriesSeconds = 24 * 3600;
/** So many entries of the last answer are remembered, so that what is known is not written at again in every run. */
const rememberedIds = 2000;
/** Ids are remembered by their beginnings: 16 digits of Base58 are 93 bits. */
const rememberedLength = 16;
/** A row of the fund's ledger is looked for on this many of the newest. */
const ledgerRows = 1000;

/** How far a wallet was read. It only saves work: each deposit is recorded once whatever stands here. */
interface Watermark extends Item {
  /** The newest time stamp that was seen, and never later than our own clock then. */
  readonly newestSeconds: number;
  readonly known: readonly string[];
}

/**
 * Records what arrived in a wallet since it was looked at last, each once, and has the client told.
 *
 *     read watermark ── GET …/history since watermark − 24 h ── create a record for each that is new ── move the watermark
 *         └─ dies anywhere: the next run reads the same again; a record that exists is not made twice
 */
export async function watchWallet(watcher: Watcher, wallet: WatchedWallet, fromSeconds?: number): Promise<void> {
  const id = `watch/${wallet.client}/${wallet.walletId}`;
  const mark = await watcher.store.get<Watermark>(id);
  const nowSeconds = Math.floor(watcher.clock.nowMs() / 1000);
  const since = Math.max(0, startOf(mark, fromSeconds, nowSeconds));
  const movements = await watcher.api.wallets.history(wallet.walletId, since);
  const wanted = movements.filter(({ timestampSeconds }) => timestampSeconds >= (fromSeconds ?? 0));
  const arrivals = arrivalsIn(watcher.stage, wallet, wanted);
  const known = new Set(mark?.known);
  const fresh = arrivals.filter((arrival) => !known.has(arrival.id.slice(0, rememberedLength)));
  await recordAll(watcher, wallet, await withoutSwaps(watcher, wallet, fresh));
  await moveWatermark(watcher, id, mark, {
    newestSeconds: Math.min(nowSeconds, Math.max(mark?.newestSeconds ?? nowSeconds, ...wanted.map(seconds))),
    known: arrivals
      .slice(0, rememberedIds)
      .map((arrival) => arrival.id.slice(0, rememberedLength))
      .sort(),
  });
}

function seconds({ timestampSeconds }: { timestampSeconds: number }): number {
  return timestampSeconds;
}

/** One second is taken off a moment that is meant to be included: `since` is strictly later (reference 4.6). */
function startOf(mark: Watermark | undefined, fromSeconds: number | undefined, nowSeconds: number): number {
  if (mark !== undefined) return mark.newestSeconds - lateEntriesSeconds - 1;
  return fromSeconds === undefined ? nowSeconds - lateEntriesSeconds - 1 : fromSeconds - 1;
}

/**
 * Leaves out what a swap paid in: the history does not tell it from an incoming transfer, the fund's ledger does. A wallet
 * of somebody else's fund has no ledger that we may read; there every arrival with a transaction counts as a transfer.
 */
async function withoutSwaps(watcher: Watcher, wallet: WatchedWallet, fresh: readonly Arrival[]): Promise<Arrival[]> {
  const { companyId, fundId } = wallet;
  const hasTransfers = fresh.some(({ movement }) => movement.txId !== '');
  if (!hasTransfers || companyId === undefined || fundId === undefined) return [...fresh];
  const { entries } = await watcher.api.ledger.page(companyId, fundId, { direction: 'in', limit: ledgerRows });
  const swaps = new Set(entries.filter(({ type }) => type === 'swapIn' || type === 'swap').map(({ txId }) => txId));
  return fresh.filter(({ movement }) => movement.txId === '' || !swaps.has(movement.txId));
}

async function recordAll(watcher: Watcher, wallet: WatchedWallet, arrivals: readonly Arrival[]): Promise<void> {
  for (const arrival of arrivals) {
    const created = await watcher.store.create<Deposit>(depositOf(arrival, wallet, watcher.clock.nowMs()));
    // Somebody recorded it before: another run at the same time, or one that died before it moved the watermark.
    if (created === undefined) continue;
    const { id, client, walletId, asset } = created;
    watcher.report.count('DepositsReceived', 1, { asset });
    watcher.report.info('deposit received', { depositId: id, clientId: client, walletId, asset });
    await watcher.hints.send('tell', [{ id }]);
  }
}

/** Written when it says something new. Whoever loses the race read the same, or will read it again. */
async function moveWatermark(
  watcher: Watcher,
  id: string,
  mark: Watermark | undefined,
  next: Pick<Watermark, 'newestSeconds' | 'known'>,
): Promise<void> {
  const draft = { id, index: {}, ...next };
  if (mark === undefined) await watcher.store.create<Watermark>(draft);
  else if (mark.newestSeconds !== next.newestSeconds || !sameIds(mark.known, next.known)) {
    await watcher.store.replace<Watermark>(mark, draft);
  }
}

function sameIds(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id, place) => id === b[place]);
}
