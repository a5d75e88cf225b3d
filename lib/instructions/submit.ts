import { PartnerApiError } from '../partner-api/errors.ts';
import { callOff } from './call-off.ts';
import { change } from './change.ts';
import { mayAct, readControl } from './control.ts';
import { kindOf } from './kinds/index.ts';
import { type AttemptResult, afterAttempt } from './machine.ts';
import type { Worker } from './outside.ts';
import { backOffMs } from './pace.ts';
import { type Instruction, isTerminal } from './record.ts';
import { takeOn } from './take-on.ts';
import { noteTransaction } from './transactions.ts';
import { alarmWhenTurnedAway } from './turned-away.ts';

/** The longest that a request to wait longer than our own back-off is followed. */
const longestAskedWaitMs = 900_000;
/** Every so many attempts that came to nothing, somebody is asked to look. */
const alarmEveryAttempts = 10;
/** Where the caller has no deadline. */
const assumedRemainingMs = 30_000;
/** Why nothing was sent while the stop button holds. */
const stopped = 'stopped';
/** Custody that approves by itself is done within a second or so. */
const firstLookMs = 1_000;

/**
 * Carries one instruction to the Partner API: claims it, asks for the transaction under the instruction's own id, and
 * records what became of it.
 *
 *     claim (conditional write) ──▶ stop button ──▶ POST …, partner_txID = id ──▶ record (conditional write)
 *          └─ whoever loses stops here                   └─ dies here: the lease runs out, the next claim asks again
 *                                                           under the same id and is told `existing`
 *
 * @param deadlineMs the end of the function: a look before the claim is given up in time for what follows
 */
export async function submitInstruction(worker: Worker, id: string, deadlineMs?: number): Promise<void> {
  const taken = await takeOn(worker, id, deadlineMs ?? worker.clock.nowMs() + assumedRemainingMs);
  if (taken === undefined) return;
  const { step, instruction: claimed } = taken;
  if (step === 'callOff') return await callOff(worker, claimed);
  const number = claimed.attempts.count;
  const result = await attempt(worker, claimed);
  const recorded = await recordResult(worker, claimed, number, result);
  if (recorded !== undefined) await hintOn(worker, recorded);
}

/** Somebody else goes on from here: with the next look, a wish to call it off, and what the client must be told. */
async function hintOn(worker: Worker, { id, state, work, tellAtMs, index }: Instruction): Promise<void> {
  const isPending = state === 'pending';
  await Promise.all([
    isPending && worker.hints.send('poll', [{ id: index.openIn ?? id }], { delayMs: firstLookMs }),
    isPending && work === 'submit' && worker.hints.send('submit', [{ id }]),
    tellAtMs !== undefined && worker.hints.send('tell', [{ id }]),
  ]);
}

/** One request. Whatever it comes to is a result, never an exception: an error of an unknown sort is `unknown`. */
async function attempt(worker: Worker, claimed: Instruction): Promise<AttemptResult> {
  const signBeforeMs = claimed.attempts.last.at(-1)?.signBeforeMs ?? 0;
  if (!(await mayBeSent(worker, claimed))) return { effect: 'notSent', reason: stopped };
  try {
    const { txId, status } = await kindOf(claimed).submit(worker.api, claimed, signBeforeMs);
    return { effect: 'created', txId, existing: status === 'existing' };
  } catch (error) {
    const failure = error instanceof PartnerApiError ? error : undefined;
    // What the client itself finds wrong with a request no repetition mends.
    const effect = failure?.code === 'invalid_request' ? 'refused' : effectOf(failure, claimed);
    const said = failure?.reason ?? failure?.code ?? 'internal';
    const reason = effect === 'refused' ? (kindOf(claimed).explain?.(claimed, said) ?? said) : said;
    worker.report.warn('attempt failed', {
      instructionId: claimed.id,
      effect,
      reason,
      error,
    });
    alarmWhenTurnedAway(worker.report, error, { instructionId: claimed.id });
    return {
      effect,
      reason,
      ...(failure?.retryAfterMs === undefined ? {} : { retryAfterMs: failure.retryAfterMs }),
    };
  }
}

/**
 * The stop button once more, after the claim: a worker may have stood still since it read it. Where it cannot be read,
 * nothing is sent.
 */
async function mayBeSent(worker: Worker, claimed: Instruction): Promise<boolean> {
  try {
    return mayAct(await readControl(worker.store), claimed);
  } catch (error) {
    worker.report.warn('the stop button could not be read', { instructionId: claimed.id, error });
    return false;
  }
}

/**
 * A creation under an id that was used before has no reason to meet a conflict: a server that says so may mean the
 * transaction of an earlier attempt. That is for a person to find out.
 */
function effectOf(failure: PartnerApiError | undefined, claimed: Instruction): AttemptResult['effect'] {
  return failure?.status === 409 && claimed.attempts.count > 1 ? 'unknown' : (failure?.effect ?? 'unknown');
}

async function recordResult(worker: Worker, claimed: Instruction, number: number, reported: AttemptResult) {
  const result = await ownResult(worker, claimed, reported);
  const nowMs = worker.clock.nowMs();
  const askedWaitMs = Math.min(result.retryAfterMs ?? 0, longestAskedWaitMs);
  const retryInMs = Math.max(askedWaitMs, backOffMs(number, worker.random.fraction()));
  alarmWhenStuck(worker, claimed.id, number, result);
  const changed = await change(worker.store, claimed.id, (current) => {
    warnOfAnother(worker, current, result);
    return afterAttempt(current, number, result, nowMs, {
      retryAtMs: nowMs + retryInMs,
      lookAtMs: nowMs + firstLookMs,
    });
  });
  const recorded = changed?.instruction;
  if (changed?.written && recorded !== undefined) {
    if (recorded.state === 'pending') worker.report.count('InstructionsSubmitted', 1, { kind: recorded.kind });
    if (isTerminal(recorded.state)) worker.report.count('InstructionsSettled', 1, { state: recorded.state });
    worker.report.info('attempt recorded', {
      instructionId: recorded.id,
      state: recorded.state,
      txId: recorded.txId,
      number,
    });
  }
  return recorded;
}

/** The stop button holds instructions on purpose; whatever else does so for long is for a person. */
function alarmWhenStuck({ report }: Worker, instructionId: string, attempts: number, result: AttemptResult): void {
  if (attempts % alarmEveryAttempts !== 0) return;
  const { effect, reason } = result;
  if (effect === 'unknown') report.alarm('outcome_unknown', { instructionId, attempts, reason });
  if (effect === 'notSent' && reason !== stopped) report.alarm('not_sent', { instructionId, attempts, reason });
}

/**
 * Notes whose transaction it is, before the instruction names it: an approver finds the instruction by it. A transaction
 * that belongs to another instruction is never taken for this one's.
 */
async function ownResult(worker: Worker, claimed: Instruction, result: AttemptResult): Promise<AttemptResult> {
  if (result.txId === undefined || (await noteTransaction(worker.store, result.txId, claimed.id))) return result;
  worker.report.alarm('transaction_of_another', { instructionId: claimed.id, txId: result.txId });
  return { effect: 'unknown', reason: 'transaction of another instruction' };
}

/** A second transaction, or one that came after the end, is what must never be: nobody but a person can mend it. */
function warnOfAnother(worker: Worker, current: Instruction, { txId }: AttemptResult): void {
  if (txId === undefined || current.txId === txId) return;
  const facts = { instructionId: current.id, state: current.state, txIds: [current.txId, txId] };
  if (current.txId !== undefined) worker.report.alarm('two_transactions', facts);
  else if (isTerminal(current.state)) worker.report.alarm('transaction_after_the_end', facts);
}
