import { PartnerApiError } from '../partner-api/errors.ts';
import { requestTimeoutMs } from '../platform/patience.ts';
import { change } from './change.ts';
import { mayAct, readControl } from './control.ts';
import { defaultLifetimeSeconds } from './fields.ts';
import { kindOf } from './kinds/index.ts';
import { claim, enter, isCancellable, mayHaveActed, refuseBeforeSending } from './machine.ts';
import type { Worker } from './outside.ts';
import { lookAgainMs, reportAge } from './pace.ts';
import { type Instruction, isTerminal } from './record.ts';
import { alarmWhenTurnedAway } from './turned-away.ts';

/** A worker owns an instruction for this long. One that stands still for longer can no longer sign. */
const leaseMs = 45_000;
/** It signs within this time of its claim, or not at all. */
export const signWithinMs = 30_000;
/** What is kept of a function's time when a precheck is over: for the claim, the request and its record. */
const afterPrecheckMs = 12_000;
/** How soon a stopped instruction is looked at again. */
const stoppedAgainMs = 30_000;

/** What is to be done with an instruction whose work is `submit`. */
type Step = 'none' | 'expire' | 'cancel' | 'hold' | 'precheck' | 'claim' | 'callOff';

/** An instruction that is ours until its lease runs out: to be submitted, or to be called off at the Partner API. */
export interface TakenOn {
  readonly step: 'claim' | 'callOff';
  readonly instruction: Instruction;
}

/**
 * Takes an instruction on, if it is due and may be acted on; `undefined` when there is nothing to do now. A kind that
 * looks before it sends does so first; the claim that follows is for the same attempt or does not happen.
 *
 *     us    read v3 ── precheck ── read v3 ── write claim if still v3 ✓ ── POST
 *     them       read v3 ── precheck ─────────────── write claim if still v3 ✗ ── read v4: claimed, stop
 */
export async function takeOn(worker: Worker, id: string, deadlineMs: number): Promise<TakenOn | undefined> {
  const first = await takeStep(worker, id, undefined);
  if (first?.step !== 'precheck') return asTaken(first);
  const signBeforeMs = deadlineMs - afterPrecheckMs - requestTimeoutMs;
  if (!(await passesPrecheck(worker, first.instruction, signBeforeMs))) return undefined;
  return asTaken(await takeStep(worker, id, first.instruction.attempts.count));
}

function asTaken(taken: { step: Step; instruction: Instruction } | undefined): TakenOn | undefined {
  return taken?.step === 'claim' || taken?.step === 'callOff'
    ? { step: taken.step, instruction: taken.instruction }
    : undefined;
}

/** Works out the next step of the newest version and writes it. @returns what was done, if this call did it */
async function takeStep(
  worker: Worker,
  id: string,
  checkedCount: number | undefined,
): Promise<{ step: Step; instruction: Instruction } | undefined> {
  const control = await readControl(worker.store);
  const nowMs = worker.clock.nowMs();
  const taken: { step: Step } = { step: 'none' };
  const changed = await change(worker.store, id, (current) => {
    taken.step = nextStep(current, mayAct(control, current), checkedCount, nowMs);
    return afterStep(current, taken.step, nowMs);
  });
  if (changed === undefined) return undefined;
  const { step } = taken;
  if (!isTerminal(changed.instruction.state)) reportAge(worker, [changed.instruction]);
  if (changed.written && (step === 'expire' || step === 'cancel')) {
    worker.report.count('InstructionsSettled', 1, { state: changed.instruction.state });
    await worker.hints.send('tell', [{ id }]);
  }
  return changed.written || step === 'precheck' ? { step, instruction: changed.instruction } : undefined;
}

function nextStep(current: Instruction, mayAct: boolean, checkedCount: number | undefined, nowMs: number): Step {
  if (isTerminal(current.state) || current.work !== 'submit') return 'none';
  if (nowMs < (current.workAtMs ?? 0)) return 'none';
  const cancelAsked = current.cancelAskedAtMs !== undefined;
  // Calling off only takes risk away, so the stop button does not hold it.
  if (current.txId !== undefined) return cancelAsked ? 'callOff' : 'none';
  if (cancelAsked && isCancellable(current)) return 'cancel';
  if (nowMs >= endsAtMs(current) && !mayHaveActed(current)) return 'expire';
  if (!mayAct) return 'hold';
  // Once an attempt may have acted, only the Partner API knows, and asking again under the same id is how to learn it.
  const mustCheck = kindOf(current).precheck !== undefined && !mayHaveActed(current);
  return mustCheck && checkedCount !== current.attempts.count ? 'precheck' : 'claim';
}

/** When it is too late to send it. What has no end of its own is not sent days after it was asked for either. */
function endsAtMs({ expiresAtSeconds, createdAtMs }: Instruction): number {
  return expiresAtSeconds === undefined ? createdAtMs + defaultLifetimeSeconds * 1000 : expiresAtSeconds * 1000;
}

function afterStep(current: Instruction, step: Step, nowMs: number): Instruction {
  switch (step) {
    case 'none':
    case 'precheck':
      return current;
    case 'expire':
      return enter(current, 'expired', nowMs, { reason: 'expired' });
    case 'cancel':
      return enter(current, 'cancelled', nowMs, { reason: current.cancelReason ?? 'called off' });
    case 'hold':
      return { ...current, workAtMs: nowMs + stoppedAgainMs, reason: 'stopped' };
    case 'claim':
      return claim(current, nowMs, leaseMs, signWithinMs);
    case 'callOff':
      return { ...current, workAtMs: nowMs + leaseMs };
  }
}

/** Whether the kind lets it be sent. If not, that ends it; if nothing could be learned, it is tried again later. */
async function passesPrecheck(worker: Worker, instruction: Instruction, signBeforeMs: number): Promise<boolean> {
  const { id } = instruction;
  let refusal: string | undefined;
  try {
    refusal = await kindOf(instruction).precheck?.(worker.api, instruction, signBeforeMs);
    if (refusal === undefined) return true;
  } catch (error) {
    if (!(error instanceof PartnerApiError)) throw error;
    worker.report.warn('precheck failed', { instructionId: id, reason: error.reason ?? error.code, error });
    alarmWhenTurnedAway(worker.report, error, { instructionId: id });
  }
  const nowMs = worker.clock.nowMs();
  const waitMs = lookAgainMs(nowMs - instruction.createdAtMs);
  const changed = await change(worker.store, id, (current) => {
    if (isTerminal(current.state) || current.attempts.count !== instruction.attempts.count) return current;
    return refusal === undefined
      ? { ...current, workAtMs: nowMs + waitMs, reason: 'not checked yet' }
      : refuseBeforeSending(current, refusal, nowMs);
  });
  if (refusal === undefined) await worker.hints.send('submit', [{ id }], { delayMs: waitMs });
  if (changed?.written && isTerminal(changed.instruction.state)) {
    worker.report.count('InstructionsSettled', 1, { state: changed.instruction.state });
    worker.report.info('refused before sending', { instructionId: id, reason: refusal });
    await worker.hints.send('tell', [{ id }]);
  }
  return false;
}
