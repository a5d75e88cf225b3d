import { PartnerApiError } from '../partner-api/errors.ts';
import { callOff } from './call-off.ts';
import { change } from './change.ts';
import { kindOf } from './kinds/index.ts';
import { type AttemptResult, afterAttempt } from './machine.ts';
import type { Worker } from './outside.ts';
import { backOffMs } from './pace.ts';
import { type Instruction, isTerminal } from './record.ts';
import { takeOn } from './take-on.ts';
import { noteTransaction } from './transactions.ts';

/** Custody that approves by itself is done within a second or so. */
const firstLookMs = 1_000;

/**
 * Carries one instruction to the Partner API: claims it, asks for the transaction under the instruction's own id, and
 * records what became of it.
 *
 *     claim (conditional write) ──▶ POST …, partner_txID = id ──▶ record (conditional write)
 *          └─ whoever loses stops here     └─ dies here: the lease runs out, the next claim asks again
 *                                             under the same id and is told `existing`
 */
export async function submitInstruction(worker: Worker, id: string): Promise<void> {
  const taken = await takeOn(worker, id);
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
  try {
    const { txId, status } = await kindOf(claimed).submit(worker.api, claimed, signBeforeMs);
    return { effect: 'created', txId, existing: status === 'existing' };
  } catch (error) {
    const failure = error instanceof PartnerApiError ? error : undefined;
    // What the client itself finds wrong with a request no repetition mends.
    const effect = failure?.code === 'invalid_request' ? 'refused' : (failure?.effect ?? 'unknown');
    const said = failure?.reason ?? failure?.code ?? 'internal';
    const reason = effect === 'refused' ? (kindOf(claimed).explain?.(claimed, said) ?? said) : said;
    worker.report.warn('attempt failed', {
      instructionId: claimed.id,
      effect,
      reason,
      error,
    });
    if (effect === 'notSent' && [401, 403, 405].includes(failure?.status ?? 0)) {
      worker.report.alarm('partner_api_refuses_us', { instructionId: claimed.id, status: failure?.status, reason });
    }
    return {
      effect,
      reason,
      ...(failure?.retryAfterMs === undefined ? {} : { retryAfterMs: failure.retryAfterMs }),
    };
  }
}

async function recordResult(worker: Worker, claimed: Instruction, number: number, result: AttemptResult) {
  // An approver finds an instruction by its transaction, so this stands before the instruction names it.
  if (result.txId !== undefined && !(await noteTransaction(worker.store, result.txId, claimed.id))) {
    worker.report.alarm('transaction_of_another', { instructionId: claimed.id, txId: result.txId });
  }
  const nowMs = worker.clock.nowMs();
  const retryInMs = Math.max(result.retryAfterMs ?? 0, backOffMs(number, worker.random.fraction()));
  const changed = await change(worker.store, claimed.id, (current) => {
    if (current.txId !== undefined && result.txId !== undefined && current.txId !== result.txId) {
      worker.report.alarm('two_transactions', { instructionId: claimed.id, txIds: [current.txId, result.txId] });
    }
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
