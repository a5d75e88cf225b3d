import type { Worker } from './outside.ts';
import type { Instruction } from './record.ts';

/** How often things are tried and looked at. All figures are milliseconds. */

const firstBackOffMs = 1_000;
const longestBackOffMs = 300_000;

/** The wait before attempt `attempts + 1`: doubling from a second to five minutes, with up to a half taken off at random. */
export function backOffMs(attempts: number, fraction: number): number {
  const full = Math.min(firstBackOffMs * 2 ** Math.min(attempts - 1, 20), longestBackOffMs);
  return Math.round(full * (1 - fraction / 2));
}

/**
 * How long after one look the next is due, by the age of the transaction: custody that answers at once is seen within
 * seconds, custody that takes days within a minute. One look at a fund serves all that is open in it.
 */
export function lookAgainMs(ageMs: number): number {
  if (ageMs < 60_000) return 2_000;
  if (ageMs < 600_000) return 15_000;
  return 60_000;
}

/** How long ago an instruction was asked for. */
export function ageMs({ createdAtMs }: Pick<Instruction, 'createdAtMs'>, nowMs: number): number {
  return Math.max(0, nowMs - createdAtMs);
}

/** Measures the oldest of some open instructions; CloudWatch keeps the largest of all that is measured. */
export function reportAge({ clock, report }: Pick<Worker, 'clock' | 'report'>, open: readonly Instruction[]): void {
  const nowMs = clock.nowMs();
  const oldestMs = Math.max(0, ...open.map((instruction) => ageMs(instruction, nowMs)));
  report.count('OldestOpenInstructionAgeSeconds', Math.round(oldestMs / 1000));
}
