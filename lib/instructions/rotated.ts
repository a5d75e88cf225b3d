import type { Random } from './ports.ts';

/**
 * The same in the same order, but starting anywhere: whatever comes first may take all the time there is, and in the next
 * run another has its turn.
 */
export function rotated<T>(random: Pick<Random, 'fraction'>, all: readonly T[]): T[] {
  const start = Math.floor(random.fraction() * all.length);
  return [...all.slice(start), ...all.slice(0, start)];
}
