import type { Instruction } from '../instructions/record.ts';
import type { HistoryEntry } from '../instructions/subject.ts';
import type { QuoteDesk } from './desk.ts';
import { noteOutcome } from './make.ts';
import { enterState, replaceOffer } from './offers.ts';
import { type Offer, strategyId } from './strategy.ts';

/**
 * Ends an offer whose instruction has ended: it was taken, or it is off the hub. A quote the hub never showed says nothing
 * beyond what its instruction tells. Then the strategy is looked at again, for the next one.
 */
export async function endOffer(desk: QuoteDesk, offer: Offer, instruction: Instruction): Promise<void> {
  const nowMs = desk.clock.nowMs();
  const ended = await replaceOffer(
    desk.store,
    offer,
    enterState(offer, 'ended', nowMs, whatIsTold(offer, instruction)),
  );
  if (ended === undefined) return;
  const { state, reason } = instruction;
  desk.report.info('quote ended', { strategy: offer.strategy, offerId: offer.id, state, reason });
  desk.report.count('QuotesEnded', 1, { state });
  const cameToNothing = state === 'failed' || state === 'rejected';
  await noteOutcome(desk, offer.strategy, cameToNothing);
  if (ended.tellAtMs !== undefined) await desk.hints.send('tell', [{ id: offer.id }]);
  if (!cameToNothing) await desk.hints.send('quote', [{ id: strategyId(offer.strategy) }]);
}

function whatIsTold(
  offer: Offer,
  { state, txId, status, cancelReason }: Instruction,
): Omit<HistoryEntry, 'atMs'> | undefined {
  const facts = { ...(txId === undefined ? {} : { txId }), ...(status === undefined ? {} : { status }) };
  if (state === 'completed') return { state: 'taken', ...facts };
  if (offer.maybeSeen !== true) return undefined;
  return { state: 'withdrawn', ...facts, reason: offer.withdrawReason ?? cancelReason ?? state };
}
