import { change } from './change.ts';
import { kindOf } from './kinds/index.ts';
import type { Seen } from './kinds/kind.ts';
import { afterLook } from './machine.ts';
import type { Worker } from './outside.ts';
import { ageMs, lookAgainMs } from './pace.ts';
import { type Instruction, isTerminal, type State } from './record.ts';
import { alarmWhenTurnedAway } from './turned-away.ts';

/**
 * Hints keep the pace; the due index only catches a lost one, once a minute. Moving every open instruction forward at
 * each look would cost a write per instruction every two seconds.
 */
const shortestPostponementMs = 60_000;
/** A difference or an unknown word waits for a person. */
const strangeAgainMs = 900_000;
/** States that want a reason; for the others the status says it all. */
const wentWrong: ReadonlySet<State> = new Set(['rejected', 'expired', 'failed', 'cancelled']);

/**
 * Looks at one transaction and records what is seen, if the history has not grown since `asked` was read.
 * @returns whether the instruction has ended
 */
export async function lookAt(worker: Worker, asked: Instruction): Promise<boolean> {
  return await recordLook(worker, asked, await lookById(worker, asked));
}

async function lookById(worker: Worker, instruction: Instruction): Promise<Seen | undefined> {
  try {
    return await kindOf(instruction).look(worker.api, instruction);
  } catch (error) {
    worker.report.warn('look failed', { instructionId: instruction.id, txId: instruction.txId, error });
    alarmWhenTurnedAway(worker.report, error, { instructionId: instruction.id });
    return undefined;
  }
}

/** Records what was seen, if anything, as `lookAt` does. @returns whether the instruction has ended */
export async function recordLook(worker: Worker, asked: Instruction, seen: Seen | undefined): Promise<boolean> {
  const nowMs = worker.clock.nowMs();
  const nextLookAtMs = nowMs + Math.max(shortestPostponementMs, lookAgainMs(ageMs(asked, nowMs)));
  if (seen === undefined) return await postpone(worker, asked, nextLookAtMs);
  const state = judge(worker, asked, seen);
  if (state === undefined) return await postpone(worker, asked, nowMs + strangeAgainMs);
  if (state === asked.state && asked.toVerify !== true) return await postpone(worker, asked, nextLookAtMs);
  const reason = wentWrong.has(state) ? { reason: seen.status } : {};
  return await settle(worker, asked, { status: seen.status, state, ...reason }, nextLookAtMs);
}

/** The state that follows from what was seen; `undefined`, with an alarm, when a person must look. */
function judge(worker: Worker, instruction: Instruction, seen: Seen): State | undefined {
  const kind = kindOf(instruction);
  const differences = kind.differences(instruction, seen);
  if (differences.length > 0) {
    worker.report.alarm('transaction_differs', { instructionId: instruction.id, txId: instruction.txId, differences });
    return undefined;
  }
  const state = kind.stateOf(seen.status);
  if (state === undefined)
    worker.report.alarm('unknown_status', { instructionId: instruction.id, status: seen.status });
  return state;
}

/**
 * Writes the new state, but only if the history has not grown since before the question was asked: what was seen may be
 * older than what somebody else has recorded in the meantime.
 *
 *     us    read history(2) ── ask: pending ─────────────────────────────── history is 3 by now: nothing to say
 *     them       read history(2) ── ask: approved ── write completed ✓
 */
async function settle(
  worker: Worker,
  asked: Instruction,
  seen: { status: string; state: State; reason?: string },
  nextLookAtMs: number,
): Promise<boolean> {
  const nowMs = worker.clock.nowMs();
  const changed = await change(worker.store, asked.id, (current) =>
    current.history.length === asked.history.length && !isTerminal(current.state)
      ? afterLook(current, seen, nowMs, nextLookAtMs)
      : current,
  );
  if (changed === undefined) return true;
  const { instruction, written } = changed;
  if (written && instruction.history.length > asked.history.length) {
    if (isTerminal(instruction.state)) worker.report.count('InstructionsSettled', 1, { state: instruction.state });
    worker.report.info('status changed', { instructionId: asked.id, state: instruction.state, status: seen.status });
    await worker.hints.send('tell', [{ id: asked.id }]);
    if (instruction.work === 'submit') await worker.hints.send('submit', [{ id: asked.id }]);
  }
  return isTerminal(instruction.state);
}

/** Moves the next look forward if it is due, so that the due index does not fill with what was just looked at. */
async function postpone(worker: Worker, asked: Instruction, nextLookAtMs: number): Promise<boolean> {
  const nowMs = worker.clock.nowMs();
  if ((asked.workAtMs ?? 0) > nowMs) return false;
  const changed = await change(worker.store, asked.id, (current) =>
    current.work === 'poll' && (current.workAtMs ?? 0) <= nowMs ? { ...current, workAtMs: nextLookAtMs } : current,
  );
  return changed === undefined || isTerminal(changed.instruction.state);
}
