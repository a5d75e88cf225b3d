import { errorFrame } from './errors.ts';
import type { FaultEffect } from './faults.ts';
import type { Answer } from './operation.ts';

/** What became of a request, and how its answer is to be delivered. */
export interface Outcome {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Compact JSON. */
  readonly body: string;
  /** The connection ends without an answer; whether there was an effect is for the caller to wonder. */
  readonly dropped: boolean;
  /** The body breaks off half-way. */
  readonly cut: boolean;
  /** The answer is held back for so long, in milliseconds. */
  readonly delayMs: number;
}

/** A connection that ends without an answer. */
export const droppedOutcome: Outcome = { status: 0, headers: {}, body: '', dropped: true, cut: false, delayMs: 0 };

/** An answer as it goes out. */
export function outcomeOf(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
  effects: readonly FaultEffect[] = [],
): Outcome {
  if (effects.length === 0) {
    return { status, headers, body: JSON.stringify(body), dropped: false, cut: false, delayMs: 0 };
  }
  const cut = effects.some((effect) => effect.kind === 'cutBody');
  return { status, headers, body: JSON.stringify(body), dropped: false, cut, delayMs: delayOf(effects) };
}

/** What a handler answered, as it goes out. */
export function told(answer: Answer, effects?: readonly FaultEffect[]): Outcome {
  return outcomeOf(answer.status, answer.body, {}, effects);
}

/** How long latency faults hold an answer back, in milliseconds. */
export function delayOf(effects: readonly FaultEffect[]): number {
  return effects.reduce((sum, effect) => sum + (effect.kind === 'latency' ? effect.latencyMs : 0), 0);
}

/** The outcome where faults keep a request from having any effect; undefined where it goes on. */
export function faultBeforeEffect(effects: readonly FaultEffect[]): Outcome | undefined {
  if (effects.length === 0) return undefined;
  if (effects.some((effect) => effect.kind === 'dropBefore')) return droppedOutcome;
  const status = effects.find((effect) => effect.kind === 'status');
  if (status === undefined) return undefined;
  const retryAfter = status.retryAfterSeconds;
  const headers: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  const reason = status.status === 429 ? 'rate limit' : 'planted fault';
  return outcomeOf(status.status, errorFrame(status.status, reason), headers, effects);
}
