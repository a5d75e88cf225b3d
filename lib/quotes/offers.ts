import type { ItemStore } from '../instructions/ports.ts';
import { dueAtOf, type HistoryEntry, listKeyOf } from '../instructions/subject.ts';
import { liveOffers, type Offer, type OfferState } from './strategy.ts';

/** The same offer with its index entries worked out anew. Every write goes through here. */
export function indexedOffer(offer: Omit<Offer, 'index'>): Offer {
  const isLive = offer.state !== 'ended';
  const listed = isLive ? { listIn: liveOffers, listKey: listKeyOf(offer.createdAtMs, offer.id) } : {};
  return { ...offer, index: { ...dueAtOf(offer), ...listed } };
}

/**
 * Writes the next version of an offer, if nobody wrote since `current` was read; whoever loses looks again at its next hint.
 *
 *     publisher   read making ── write publishing if unchanged ✗                 stop: nothing was asked of the hub
 *     withdrawer  read making ── write withdrawing if unchanged ✓ ── cancel
 */
export async function replaceOffer(
  store: ItemStore,
  current: Offer,
  next: Omit<Offer, 'index'>,
): Promise<Offer | undefined> {
  return await store.replace<Offer>(current, indexedOffer(next));
}

/** How soon an offer that has just changed is looked at again. */
const lookAfterChangeMs = 2_000;

/** The offer in another state, with what is told of it, if anything. */
export function enterState(
  offer: Offer,
  state: OfferState,
  nowMs: number,
  told?: Omit<HistoryEntry, 'atMs'>,
): Omit<Offer, 'index'> {
  const { workAtMs: _workAt, work: _work, ...rest } = offer;
  const isSettled = state === 'published' || state === 'ended';
  return {
    ...rest,
    state,
    stateSinceMs: nowMs,
    ...(isSettled ? {} : { work: 'quote', workAtMs: nowMs + lookAfterChangeMs }),
    ...(told === undefined ? {} : { history: [...offer.history, { ...told, atMs: nowMs }], tellAtMs: nowMs }),
  };
}
