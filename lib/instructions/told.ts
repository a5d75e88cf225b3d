import type { Hints } from './ports.ts';
import type { Instruction } from './record.ts';

/**
 * A hint to look that does not wait for its turn: whoever sends it was told that something has happened. It is sent once
 * more when it comes at the very moment of another look, which may have been too early to see it.
 */
const first = 'told/';
const second = 'told-again/';

/** What a hint of the `poll` route asks for. */
export interface Look {
  /** An open group, or an instruction. */
  readonly id: string;
  /** Whether it waits for its turn, or was told of something: for the first or the second time. */
  readonly told: 'no' | 'first' | 'second';
}

/** Reads a hint of the `poll` route. */
export function readLook(hint: string): Look {
  if (hint.startsWith(first)) return { id: hint.slice(first.length), told: 'first' };
  if (hint.startsWith(second)) return { id: hint.slice(second.length), told: 'second' };
  return { id: hint, told: 'no' };
}

/** The id of a hint for a group or an instruction that something has happened to. */
export function toldOf(id: string): string {
  return first + id;
}

/** The id of the same hint for the second time. */
export function toldAgainOf(id: string): string {
  return second + id;
}

/** Has an instruction looked at that something has happened to, once after each delay. */
export async function hintToLook(
  { hints }: { readonly hints: Hints },
  { id, index }: Instruction,
  delaysMs: readonly number[] = [0],
): Promise<void> {
  for (const delayMs of delaysMs) await hints.send('poll', [{ id: toldOf(index.openIn ?? id) }], { delayMs });
}
