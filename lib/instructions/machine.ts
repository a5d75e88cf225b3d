import {
  type Attempt,
  type Attempts,
  type Instruction,
  isTerminal,
  keptAttempts,
  type State,
  successors,
} from './record.ts';
import { type HistoryEntry, maxHistoryEntries } from './subject.ts';

/**
 * The state machine: pure steps from one version of an instruction to the next. Nothing here reads a clock or a table;
 * every step is checked against the successor table before anybody can write it.
 */

/** The Partner API acts on a signed request within this time of its timestamp, or never (reference 2.6, condition C). */
export const apiWindowMs = 300_000;
/**
 * Room for the difference between our clock and the API's. An API whose clock is behind ours acts on a request that much
 * later; one that is further behind than its own window takes nothing we sign. A minute is for clocks that drift.
 */
export const clockMarginMs = apiWindowMs + 60_000;
/** From here on the history keeps its last entries for the states that must still fit. */
const lastBounceEntry = maxHistoryEntries - 10;

/** A step that the successor table forbids: a defect in this program, never an answer to a client. */
export class ImpossibleStep extends Error {
  readonly code = 'impossible_step';
}

type Facts = Pick<HistoryEntry, 'reason' | 'txId' | 'status'>;

/** The next state, entered in the history, with the client to be told at once. */
export function enter(
  instruction: Instruction,
  state: State,
  nowMs: number,
  facts: Facts = {},
  next: Pick<Instruction, 'workAtMs' | 'work'> = {},
): Instruction {
  if (!successors[instruction.state].includes(state)) {
    throw new ImpossibleStep(`${instruction.id}: ${instruction.state} is never followed by ${state}`);
  }
  if (instruction.history.length >= maxHistoryEntries) {
    throw new ImpossibleStep(`${instruction.id}: its history is full`);
  }
  const { workAtMs: _workAt, work: _work, reason: _reason, ...rest } = instruction;
  return {
    ...rest,
    ...facts,
    ...(isTerminal(state) ? {} : next),
    state,
    updatedAtMs: nowMs,
    tellAtMs: nowMs,
    history: [...instruction.history, { state, atMs: nowMs, ...facts }],
  };
}

/** Whether any attempt may have reached the Partner API with effect, now or later. */
export function mayHaveActed(instruction: Instruction): boolean {
  const { last, mayActUntilMs } = instruction.attempts;
  return (
    instruction.txId !== undefined ||
    mayActUntilMs !== undefined ||
    last.some((attempt) => attempt.effect === undefined)
  );
}

/** What is left to do while there is a transaction: see what became of it, or see to it that it is called off. */
function workWithTransaction(instruction: Instruction, lookAtMs: number, nowMs: number) {
  return instruction.cancelAskedAtMs === undefined
    ? ({ work: 'poll', workAtMs: lookAtMs } as const)
    : ({ work: 'submit', workAtMs: nowMs } as const);
}

/** The instruction with the wish to call it off at the Partner API; its worker then sees to it. The first wish stays. */
export function askToCancel(instruction: Instruction, nowMs: number, reason: string): Instruction {
  if (instruction.cancelAskedAtMs !== undefined) return instruction;
  const asked = { ...instruction, cancelAskedAtMs: nowMs, cancelReason: reason, updatedAtMs: nowMs };
  // While an attempt is under way its worker has the lease, and goes on from there.
  return instruction.txId === undefined ? asked : { ...asked, ...workWithTransaction(asked, nowMs, nowMs) };
}

/** Whether it can still be called off for certain: nothing was sent that could act. */
export function isCancellable(instruction: Instruction): boolean {
  return (instruction.state === 'accepted' || instruction.state === 'submitting') && !mayHaveActed(instruction);
}

/**
 * The claim that comes before every attempt. The attempt stands in the record before it is sent; one that was never
 * answered for, because its worker died, is `unknown` from here on.
 */
export function claim(instruction: Instruction, nowMs: number, leaseMs: number, signWithinMs: number): Instruction {
  const last = instruction.attempts.last.map((attempt) =>
    attempt.effect === undefined
      ? { ...attempt, effect: 'unknown' as const, reason: 'its worker never answered' }
      : attempt,
  );
  const attempt: Attempt = {
    number: instruction.attempts.count + 1,
    startedAtMs: nowMs,
    signBeforeMs: nowMs + signWithinMs,
  };
  const mayActUntilMs = latestEffect(instruction.attempts);
  const attempts: Attempts = {
    count: attempt.number,
    last: [...last, attempt].slice(-keptAttempts),
    ...(mayActUntilMs === undefined ? {} : { mayActUntilMs }),
  };
  const next = { work: 'submit', workAtMs: nowMs + leaseMs } as const;
  const claimed = { ...instruction, attempts, updatedAtMs: nowMs };
  return claimed.state === 'accepted' ? enter(claimed, 'submitting', nowMs, {}, next) : { ...claimed, ...next };
}

/** Until when the attempts that are unknown, or were never answered for, may still act. */
function latestEffect(attempts: Attempts): number | undefined {
  const moments = attempts.last
    .filter((attempt) => attempt.effect === undefined || attempt.effect === 'unknown')
    .map((attempt) => attempt.signBeforeMs + apiWindowMs + clockMarginMs);
  if (attempts.mayActUntilMs !== undefined) moments.push(attempts.mayActUntilMs);
  return moments.length > 0 ? Math.max(...moments) : undefined;
}

/** What the worker learned of its attempt. */
export interface AttemptResult {
  readonly effect: 'created' | 'refused' | 'notSent' | 'unknown';
  readonly txId?: string;
  /** The Partner API had the transaction before this attempt. */
  readonly existing?: boolean;
  readonly reason?: string;
  /** What the Partner API asked us to wait, for a 429. */
  readonly retryAfterMs?: number;
}

/** The instruction after the result of attempt `number`; unchanged when it has nothing new to say. */
export function afterAttempt(
  instruction: Instruction,
  number: number,
  result: AttemptResult,
  nowMs: number,
  next: { retryAtMs: number; lookAtMs: number },
): Instruction {
  if (isTerminal(instruction.state) || instruction.txId !== undefined) return instruction;
  const noted = note(instruction, number, result, nowMs);
  if (result.effect === 'created') return hasTransaction(noted, result, nowMs, next.lookAtMs);
  // A later attempt is under way: the late word about an earlier one neither ends the instruction nor shortens a lease.
  if (number !== noted.attempts.count) return noted;
  if (result.effect === 'refused') return afterRefusal(noted, result, nowMs);
  return afterNoAnswer(noted, result, nowMs, next.retryAtMs);
}

/** The attempt with its result. An `unknown` one moves the moment until which something may still act. */
function note(instruction: Instruction, number: number, result: AttemptResult, nowMs: number): Instruction {
  const last = instruction.attempts.last.map((attempt) =>
    attempt.number === number
      ? { ...attempt, effect: result.effect, ...(result.reason === undefined ? {} : { reason: result.reason }) }
      : attempt,
  );
  const noted: Attempts = { ...instruction.attempts, last };
  const mayActUntilMs = latestEffect({ ...noted, last: last.filter((attempt) => attempt.effect === 'unknown') });
  return {
    ...instruction,
    updatedAtMs: nowMs,
    attempts: { ...noted, ...(mayActUntilMs === undefined ? {} : { mayActUntilMs }) },
  };
}

function hasTransaction(instruction: Instruction, result: AttemptResult, nowMs: number, lookAtMs: number): Instruction {
  if (result.txId === undefined) throw new ImpossibleStep(`${instruction.id}: a transaction without an id`);
  const toVerify = result.existing === true || instruction.attempts.count > 1;
  const next = workWithTransaction(instruction, lookAtMs, nowMs);
  const pending = enter(instruction, 'pending', nowMs, { txId: result.txId }, next);
  return toVerify ? { ...pending, toVerify: true } : pending;
}

/**
 * The Partner API refused. That ends the instruction, unless an earlier attempt is unknown and may still act: then the
 * question is asked once more when that is over, and only that answer counts.
 */
function afterRefusal(instruction: Instruction, result: AttemptResult, nowMs: number): Instruction {
  const reason = result.reason ?? 'refused';
  const { mayActUntilMs } = instruction.attempts;
  const lastAttempt = instruction.attempts.last.at(-1);
  const askedAfterAll = mayActUntilMs === undefined || (lastAttempt?.startedAtMs ?? 0) >= mayActUntilMs;
  if (askedAfterAll) {
    const overdue = instruction.expiresAtSeconds !== undefined && nowMs >= instruction.expiresAtSeconds * 1000;
    return enter(instruction, overdue ? 'expired' : 'failed', nowMs, { reason });
  }
  return { ...instruction, reason, work: 'submit', workAtMs: mayActUntilMs };
}

function afterNoAnswer(instruction: Instruction, result: AttemptResult, nowMs: number, retryAtMs: number): Instruction {
  const reason = result.reason ?? result.effect;
  const next = { work: 'submit', workAtMs: retryAtMs } as const;
  const goesBack =
    instruction.state === 'submitting' && !mayHaveActed(instruction) && instruction.history.length < lastBounceEntry;
  // What was certainly not sent expires on time, however long the wait.
  const expiresAtMs = (instruction.expiresAtSeconds ?? Number.POSITIVE_INFINITY) * 1000;
  const onTime = mayHaveActed(instruction)
    ? next
    : { ...next, workAtMs: Math.max(nowMs, Math.min(retryAtMs, expiresAtMs)) };
  if (goesBack) return enter(instruction, 'accepted', nowMs, { reason }, onTime);
  return { ...instruction, reason, ...onTime };
}

/** The instruction that was looked at before sending and must not be sent. Nothing was sent, so that ends it. */
export function refuseBeforeSending(instruction: Instruction, reason: string, nowMs: number): Instruction {
  return isCancellable(instruction) ? enter(instruction, 'failed', nowMs, { reason }) : instruction;
}

/** The instruction after a look at its transaction. `state` is what the kind makes of the status. */
export function afterLook(
  instruction: Instruction,
  seen: { status: string; state: State; reason?: string },
  nowMs: number,
  nextLookAtMs: number,
): Instruction {
  const { toVerify: _verified, differences: _differences, ...known } = instruction;
  const next = workWithTransaction(instruction, nextLookAtMs, nowMs);
  // A quote may go to and fro between states without end; the last entries are kept for the one it ends in.
  const keepsState = !isTerminal(seen.state) && instruction.history.length >= lastBounceEntry;
  if (seen.state === instruction.state || keepsState) return { ...known, ...next, status: seen.status };
  const facts: Facts = {
    status: seen.status,
    ...(instruction.txId === undefined ? {} : { txId: instruction.txId }),
    ...(seen.reason === undefined ? {} : { reason: seen.reason }),
  };
  return enter(known, seen.state, nowMs, facts, next);
}
