import { cancelInstruction } from '../instructions/cancel.ts';
import { type Instruction, isTerminal } from '../instructions/record.ts';
import { InvalidRequest } from '../platform/http/errors.ts';
import type { QuoteDesk } from './desk.ts';
import { endOffer } from './end.ts';
import { askForQuote } from './publish.ts';
import type { Offer } from './strategy.ts';

/**
 * Sees to it that a quote marked `withdrawing` ends: what was never sent is cancelled for certain, anything else is called
 * off at the Partner API by its own worker. It has ended only when its instruction has; with a take open it waits.
 */
export async function withdraw(desk: QuoteDesk, offer: Offer): Promise<void> {
  const instruction = await calledOff(desk, offer);
  if (instruction !== undefined && isTerminal(instruction.state)) await endOffer(desk, offer, instruction);
  else await desk.hints.send('quote', [{ id: offer.id }], { delayMs: 2_000 });
}

async function calledOff(desk: QuoteDesk, offer: Offer): Promise<Instruction | undefined> {
  const known = await desk.store.get<Instruction>(offer.instructionId);
  // Nobody has asked for it yet. Another worker may be about to: it then meets a cancelled one.
  const reason = offer.withdrawReason ?? 'withdrawn';
  if (known === undefined) await askForQuote(desk, offer, reason);
  try {
    return await cancelInstruction(desk, offer.client, offer.instructionId, reason);
  } catch (error) {
    if (!(error instanceof InvalidRequest)) throw error;
    return await desk.store.get<Instruction>(offer.instructionId);
  }
}
