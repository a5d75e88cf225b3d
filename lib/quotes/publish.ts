import { mayAct, readControl } from '../instructions/control.ts';
import type { Instruction } from '../instructions/record.ts';
import { alarmWhenTurnedAway } from '../instructions/turned-away.ts';
import { PartnerApiError } from '../partner-api/errors.ts';
import { signByMs } from '../platform/patience.ts';
import type { QuoteDesk } from './desk.ts';
import { enterState, replaceOffer } from './offers.ts';
import type { Offer } from './strategy.ts';
import type { Facts } from './verdict.ts';

/** The hub is asked within this time of the decision, or not at all. */
const publishWithinMs = 15_000;
/** The balance behind a live quote is asked for once in this time. */
const balanceCheckMs = 900_000;

/** Before which moment a publication must be signed that rests on these facts: none is at a price that is stale by then. */
export function publishBeforeMs({ nowMs, price }: Facts, deadlineMs: number): number {
  return Math.min(nowMs + publishWithinMs, price?.staleAtMs ?? 0, signByMs(deadlineMs));
}

/**
 * Puts an open quote on the hub. The caller has checked price, balance and stop button, and what it saw holds until
 * `signBeforeMs`: a worker that stands still until then does not sign.
 *
 *     us    check ── write publishing if unchanged ✓ ── read the wish and the button ── POST hub ── write published
 *     them  wish to call it off: before our reading we stop; after it the quote is cancelled, which takes it off the hub
 *
 * Repeating it does no harm, so an offer that has gone from the hub although it is open is put there again.
 */
export async function publish(desk: QuoteDesk, offer: Offer, signBeforeMs: number): Promise<void> {
  // A wish to call it off, or a look at the status, may have come while the price was being read.
  if ((await openTransaction(desk, offer)) === undefined) return;
  const next = offer.state === 'making' ? enterState(offer, 'publishing', desk.clock.nowMs()) : offer;
  const claimed = await replaceOffer(desk.store, offer, { ...next, maybeSeen: true });
  if (claimed === undefined) return;
  const txId = await openTransaction(desk, claimed);
  if (txId === undefined || !mayAct(await readControl(desk.store), claimed)) return;
  try {
    await desk.api.hub.publish(offer.terms.companyId, txId, { signBeforeMs });
  } catch (error) {
    if (!(error instanceof PartnerApiError)) throw error;
    desk.report.warn('not published', { offerId: offer.id, txId, effect: error.effect, reason: error.reason, error });
    alarmWhenTurnedAway(desk.report, error, { offerId: offer.id });
    return;
  }
  if (claimed.state !== 'published') await recordPublication(desk, claimed, txId);
}

/** The transaction of an offer's quote, while it is open and nobody wants it called off. */
async function openTransaction({ store }: QuoteDesk, { instructionId }: Offer): Promise<string | undefined> {
  const instruction = await store.get<Instruction>(instructionId);
  const isWanted = instruction?.state === 'open' && instruction.cancelAskedAtMs === undefined;
  return isWanted ? instruction.txId : undefined;
}

async function recordPublication(desk: QuoteDesk, claimed: Offer, txId: string): Promise<void> {
  const next = enterState(claimed, 'published', desk.clock.nowMs(), { state: 'published', txId });
  if ((await replaceOffer(desk.store, claimed, next)) === undefined) return;
  desk.report.info('quote published', { strategy: claimed.strategy, offerId: claimed.id, txId });
  desk.report.count('QuotesPublished', 1);
  await desk.hints.send('tell', [{ id: claimed.id }]);
}

/** Whether the balance behind a live quote is due to be asked for. */
export function isBalanceCheckDue(offer: Offer, nowMs: number): boolean {
  return nowMs - offer.balanceCheckedAtMs >= balanceCheckMs;
}

/**
 * Asks for the settled balance behind a live quote. What the quote itself holds back is part of it.
 * @returns why the quote must be withdrawn
 */
export async function checkBalance(desk: QuoteDesk, { terms }: Offer, deadlineMs: number): Promise<string | undefined> {
  const options = { signBeforeMs: signByMs(deadlineMs) };
  const { netAmountBaseUnits } = await desk.api.wallets.max(terms.sendWalletId, { type: 'swap' }, options);
  return netAmountBaseUnits < BigInt(terms.sendAmount) ? 'the balance is too small' : undefined;
}
