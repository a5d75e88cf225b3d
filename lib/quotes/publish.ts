import { acceptInstruction } from '../instructions/accept.ts';
import { quote } from '../instructions/kinds/quote.ts';
import type { Instruction } from '../instructions/record.ts';
import { PartnerApiError } from '../partner-api/errors.ts';
import { InvalidRequest } from '../platform/http/errors.ts';
import type { QuoteDesk } from './desk.ts';
import { enterState, replaceOffer } from './offers.ts';
import { type Offer, quoteKey } from './strategy.ts';

/** The hub is asked within this time of the decision, or not at all. */
const publishWithinMs = 15_000;
/** The balance behind a live quote is asked for once in this time. */
const balanceCheckMs = 900_000;

/**
 * Asks for the quote of an offer, as an instruction like any other: its id follows from strategy and generation, so asking
 * twice asks for one. With `calledOff` it is stored as cancelled, and nobody can ask for it any more.
 */
export async function askForQuote(desk: QuoteDesk, offer: Offer, calledOff?: string): Promise<void> {
  const client = desk.clients.find(({ id }) => id === offer.client);
  if (client === undefined) throw new InvalidRequest(404, 'client', offer.strategy);
  const { companyId, sendWalletId, receiveWalletId, sendAmount, receiveAmount, expiresAtSeconds } = offer.terms;
  await acceptInstruction(desk, {
    kind: quote,
    source: 'schedule',
    client,
    idempotencyKey: quoteKey(offer.strategy, offer.generation),
    strategy: offer.strategy,
    body: { companyId, sendWalletId, receiveWalletId, sendAmount, receiveAmount, expiresAt: expiresAtSeconds },
    ...(calledOff === undefined ? {} : { calledOff }),
  });
}

/**
 * Puts an open quote on the hub. The caller has checked price, balance and stop button at `checkedAtMs`; a worker that stood
 * still since then does not sign.
 *
 *     us    check ── write publishing if unchanged ✓ ── POST hub ── write published if unchanged ✓
 *     them  mark it withdrawing: before our first write we stop; after it the quote is cancelled, which takes it off the hub
 *
 * Repeating it does no harm, so an offer that has gone from the hub although it is open is put there again.
 */
export async function publish(desk: QuoteDesk, offer: Offer, checkedAtMs: number): Promise<void> {
  // Read last: a client's wish to cancel, or a look at the status, may have come while the price was being read.
  const instruction = await desk.store.get<Instruction>(offer.instructionId);
  const { txId } = instruction ?? {};
  if (instruction?.state !== 'open' || instruction.cancelAskedAtMs !== undefined || txId === undefined) return;
  const next = offer.state === 'making' ? enterState(offer, 'publishing', desk.clock.nowMs()) : offer;
  const claimed = await replaceOffer(desk.store, offer, { ...next, maybeSeen: true });
  if (claimed === undefined) return;
  try {
    await desk.api.hub.publish(offer.terms.companyId, txId, { signBeforeMs: checkedAtMs + publishWithinMs });
  } catch (error) {
    if (!(error instanceof PartnerApiError)) throw error;
    desk.report.warn('not published', { offerId: offer.id, txId, effect: error.effect, reason: error.reason, error });
    return;
  }
  if (claimed.state !== 'published') await recordPublication(desk, claimed, txId);
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
export async function checkBalance(desk: QuoteDesk, { terms }: Offer): Promise<string | undefined> {
  const { netAmountBaseUnits } = await desk.api.wallets.max(terms.sendWalletId, { type: 'swap' });
  return netAmountBaseUnits < BigInt(terms.sendAmount) ? 'the balance is too small' : undefined;
}
