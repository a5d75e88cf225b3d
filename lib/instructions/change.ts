import { kindOf } from './kinds/index.ts';
import type { ItemStore } from './ports.ts';
import { type Instruction, indexed } from './record.ts';

/** How often a change is worked out anew because somebody else wrote first. */
const maxTries = 8;

/** Everybody wrote before us, again and again. The due index brings the subject back. */
export class TooBusy extends Error {
  readonly code = 'too_busy';
}

/**
 * Reads an instruction, works out its next version, and writes that on condition that nobody wrote in between; if
 * somebody did, does it again from the start. Every change of an instruction after its creation goes through here, so
 * that no step is ever taken from a version that is not the newest.
 *
 *     us    read v7 ── step ── write v8 if still v7 ✗ ── read v8 ── step ── write v9 if still v8 ✓
 *     them        read v7 ── write v8 ✓
 *
 * @param step the next version, or the very same object for "nothing to change"
 * @returns the newest version and whether this call wrote it, or `undefined` when there is no such instruction
 */
export async function change(
  store: ItemStore,
  id: string,
  step: (current: Instruction) => Instruction,
): Promise<{ instruction: Instruction; written: boolean } | undefined> {
  for (let tries = 0; tries < maxTries; tries++) {
    const current = await store.get<Instruction>(id);
    if (current === undefined || current.subject !== 'instruction') return undefined;
    const next = step(current);
    if (next === current) return { instruction: current, written: false };
    const written = await store.replace(current, indexed(next, kindOf(current).lookedAtWithFund));
    if (written !== undefined) return { instruction: written, written: true };
  }
  throw new TooBusy(`${id}: not changed after ${maxTries} tries`);
}
