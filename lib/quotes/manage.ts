import { readControl } from '../instructions/control.ts';
import { lookAt } from '../instructions/look.ts';
import { lookAgainMs } from '../instructions/pace.ts';
import { type Instruction, isTerminal } from '../instructions/record.ts';
import { alarmWhenTurnedAway } from '../instructions/turned-away.ts';
import { PartnerApiError } from '../partner-api/errors.ts';
import { longestReadMs } from '../platform/patience.ts';
import { askForQuote } from './ask.ts';
import { type QuoteDesk, usableStrategies } from './desk.ts';
import { endOffer } from './end.ts';
import { makeOffer, offerOf, strategyItem } from './make.ts';
import { replaceOffer } from './offers.ts';
import { freshPrice } from './prices.ts';
import { checkBalance, isBalanceCheckDue, publish, publishBeforeMs } from './publish.ts';
import { type Offer, readHint, type StrategyItem, strategyId } from './strategy.ts';
import { type Facts, reasonNotToQuote, reasonToWithdraw } from './verdict.ts';
import { beginWithdrawal, withdraw } from './withdraw.ts';

/** Where the caller has no deadline. */
const assumedRemainingMs = 30_000;

/**
 * Looks at one strategy and does the next thing for it. It has at most one live quote:
 *
 *     making ──open──▶ publishing ──▶ published ──┐
 *        └──────────────────┴─────────────────────┴──▶ withdrawing ──seen to have ended──▶ ended ──▶ the next is made
 *
 * What the Partner API does not answer now is asked again: the offer is due again, and the schedule looks at the strategy.
 *
 * @param id of the strategy, for a look now; of an offer, for one when it is due
 * @param untilMs the end of the function: nothing is begun that could last longer
 */
export async function manageQuote(desk: QuoteDesk, id: string, untilMs?: number): Promise<void> {
  const deadlineMs = untilMs ?? desk.clock.nowMs() + assumedRemainingMs;
  const hint = readHint(id);
  if (hint === undefined) throw new Error(`${id}: names no strategy`);
  try {
    const item = await strategyItem(desk, hint.name);
    const offer = await offerOf(desk, hint.name, item.generation);
    if (offer === undefined || offer.state === 'ended') return await begin(desk, item, hint.name, deadlineMs);
    if (hint.asks !== 'paced') return await tend(desk, offer, hint.asks === 'missing', deadlineMs);
    const claimed = offer.id === id ? await takeTurn(desk, offer) : undefined;
    if (claimed !== undefined) await tend(desk, claimed, false, deadlineMs);
  } catch (error) {
    if (!(error instanceof PartnerApiError)) throw error;
    desk.report.warn('strategy not looked at', { strategy: hint.name, reason: error.reason ?? error.code, error });
    alarmWhenTurnedAway(desk.report, error, { strategy: hint.name });
  }
}

/**
 * Hints for one offer may be many; one of them looks within the pace.
 *
 *     us    read (due) ── write the next due time if unchanged ✓ ── look
 *     them  read (due) ── write the next due time if unchanged ✗    stop
 */
async function takeTurn(desk: QuoteDesk, offer: Offer): Promise<Offer | undefined> {
  const nowMs = desk.clock.nowMs();
  if (offer.workAtMs === undefined || offer.workAtMs > nowMs) return undefined;
  const waitMs = lookAgainMs(nowMs - offer.stateSinceMs);
  const claimed = await replaceOffer(desk.store, offer, { ...offer, workAtMs: nowMs + waitMs });
  if (claimed !== undefined) await desk.hints.send('quote', [{ id: offer.id }], { delayMs: waitMs });
  return claimed;
}

/** Facts as they are now: the stop button, and a price that has just been read. */
async function gatherFacts(desk: QuoteDesk, name: string): Promise<Facts> {
  const nowMs = desk.clock.nowMs();
  const strategy = usableStrategies(desk).get(name);
  const price = strategy === undefined ? undefined : await freshPrice(desk, strategy);
  return { strategy, price, control: await readControl(desk.store), nowMs };
}

/** Makes the next quote of a strategy that has none. */
async function begin(desk: QuoteDesk, item: StrategyItem, name: string, deadlineMs: number): Promise<void> {
  const facts = await gatherFacts(desk, name);
  const { strategy, price } = facts;
  if (reasonNotToQuote(facts) !== undefined || strategy === undefined || price === undefined) return;
  const offer = await makeOffer(desk, item, strategy, price, deadlineMs);
  if (offer === undefined) return;
  desk.report.info('quote decided on', { strategy: name, offerId: offer.id, ...offer.terms });
  await askForQuote(desk, offer);
  await desk.hints.send('quote', [{ id: offer.id }], { delayMs: lookAgainMs(0) });
}

/** Does the next thing for a live quote. */
async function tend(desk: QuoteDesk, offer: Offer, isMissing: boolean, deadlineMs: number): Promise<void> {
  const instruction = await desk.store.get<Instruction>(offer.instructionId);
  if (instruction !== undefined && isTerminal(instruction.state)) return await endOffer(desk, offer, instruction);
  if (offer.state === 'withdrawing') return await withdraw(desk, offer);
  if (instruction?.cancelAskedAtMs !== undefined)
    return await beginWithdrawal(desk, offer, instruction.cancelReason ?? 'called off');

  const facts = await gatherFacts(desk, offer.strategy);
  const reason = reasonToWithdraw(offer, facts);
  if (reason !== undefined) return await beginWithdrawal(desk, offer, reason);
  if (isBalanceCheckDue(offer, facts.nowMs)) return await tendBalance(desk, offer, deadlineMs);
  if (instruction === undefined) return await askForQuote(desk, offer);
  if (instruction.state !== 'open') return;
  const signBeforeMs = publishBeforeMs(facts, deadlineMs);
  if (offer.state !== 'published') return await publish(desk, offer, signBeforeMs);
  // With less time than that the look is left to the next run.
  const hasTime = deadlineMs - desk.clock.nowMs() >= longestReadMs;
  if (isMissing && hasTime) await tendMissing(desk, offer, instruction, signBeforeMs);
}

async function tendBalance(desk: QuoteDesk, offer: Offer, deadlineMs: number): Promise<void> {
  const reason = await checkBalance(desk, offer, deadlineMs);
  if (reason !== undefined) return await beginWithdrawal(desk, offer, reason);
  await replaceOffer(desk.store, offer, { ...offer, balanceCheckedAtMs: desk.clock.nowMs() });
}

/** The hub does not list it: it was taken, or has ended otherwise, or was lost there and is put there again. */
async function tendMissing(desk: QuoteDesk, offer: Offer, asked: Instruction, signBeforeMs: number): Promise<void> {
  const hasEnded = await lookAt(desk, asked);
  if (hasEnded) await desk.hints.send('quote', [{ id: strategyId(offer.strategy) }]);
  else await publish(desk, offer, signBeforeMs);
}
