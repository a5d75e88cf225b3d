import { cancelInstruction } from '../instructions/cancel.ts';
import { type Instruction, isTerminal } from '../instructions/record.ts';
import { InvalidRequest } from '../platform/http/errors.ts';
import { askForQuote } from './ask.ts';
import type { QuoteDesk } from './desk.ts';
import { endOffer } from './end.ts';
import { enterState, replaceOffer } from './offers.ts';
import { type Offer, strategyId } from './strategy.ts';

/**
 * Begins to take a quote off the hub. The wish to call it off is stored with the quote itself before the offer is marked:
 * from the first write on nobody approves or publishes it.
 *
 *     us         write the wish ── write withdrawing if unchanged ✓ ── see to it that it ends
 *                      └─ dies here: the next look finds the wish, and comes here again
 *     approver   read: no wish ── vote          before the wish: it is called off all the same
 *     publisher  write publishing ── read: the wish ── stop
 */
export async function beginWithdrawal(desk: QuoteDesk, offer: Offer, reason: string): Promise<void> {
  const instruction = await callOff(desk, offer, reason);
  const next = { ...enterState(offer, 'withdrawing', desk.clock.nowMs()), withdrawReason: reason };
  const marked = await replaceOffer(desk.store, offer, next);
  // Whoever wrote in between has published it or marked it: the look that follows sees which, and the wish.
  if (marked === undefined) return await desk.hints.send('quote', [{ id: strategyId(offer.strategy) }]);
  const facts = { strategy: offer.strategy, offerId: offer.id, clientId: offer.client, reason };
  desk.report.info('quote to be withdrawn', facts);
  const hasClient = desk.clients.some(({ id }) => id === offer.client);
  if (!hasClient) desk.report.warn('the client of a live quote has left the configuration', facts);
  await awaitEnd(desk, marked, instruction);
}

/**
 * Sees to it that a quote marked `withdrawing` ends: what was never sent is cancelled for certain, anything else is called
 * off at the Partner API by its own worker. It has ended only when its instruction has; with a take open it waits.
 */
export async function withdraw(desk: QuoteDesk, offer: Offer): Promise<void> {
  await awaitEnd(desk, offer, await callOff(desk, offer, offer.withdrawReason ?? 'withdrawn'));
}

async function awaitEnd(desk: QuoteDesk, offer: Offer, instruction: Instruction | undefined): Promise<void> {
  if (instruction !== undefined && isTerminal(instruction.state)) await endOffer(desk, offer, instruction);
  else await desk.hints.send('quote', [{ id: offer.id }], { delayMs: 2_000 });
}

async function callOff(desk: QuoteDesk, offer: Offer, reason: string): Promise<Instruction | undefined> {
  const known = await desk.store.get<Instruction>(offer.instructionId);
  // Nobody has asked for it yet. Another worker may be about to: it then meets a cancelled one.
  if (known === undefined) await askForQuote(desk, offer, reason);
  try {
    return await cancelInstruction(desk, offer.client, offer.instructionId, reason);
  } catch (error) {
    if (!(error instanceof InvalidRequest)) throw error;
    return await desk.store.get<Instruction>(offer.instructionId);
  }
}
