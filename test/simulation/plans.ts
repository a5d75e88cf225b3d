import { faultsOf, type Plan, type RecordedCall } from './faults.ts';
import { brokenPromises } from './promise.ts';
import type { SimulatedApi } from './sandbox.ts';
import { seededFraction } from './timeline.ts';
import type { SimulatedWorld } from './world.ts';

/** By night every plan is tried, by day a share of them. */
export const isNight = process.env['NIGHTLY'] !== undefined;
/** Chooses the share of a day: another one every day. What failed is tried again with `SIMULATION_SEED`. */
export const seedOfTheDay = Number(process.env['SIMULATION_SEED'] ?? Math.floor(Date.now() / 86_400_000));

/** How late an effect comes: within a lease, beyond it, just within the Partner API's window, after it. */
const lateMs = [3_000, 100_000, 290_000, 420_000];
/** How long a process stands still: for a moment, beyond its lease, and beyond the window. */
const stallMs = [5_000, 50_000, 420_000];

/** Every fault that makes sense for each of these calls, one plan for each. */
export function plansFor(calls: readonly RecordedCall[]): Plan[] {
  return calls.flatMap(({ number: call, sort }) =>
    faultsOf[sort].flatMap((kind): Plan[] => {
      const delays = kind === 'late' ? lateMs : kind === 'stall' ? stallMs : [undefined];
      return delays.map((delayMs) => ({ call, kind, ...(delayMs === undefined ? {} : { delayMs }) }));
    }),
  );
}

/**
 * By night every plan. By day one for each sort of fault on each sort of call: a course that looks twenty times at the
 * same ledger has one of these looks broken in each way, another one and by another delay on another day.
 */
export function shareOf(calls: readonly RecordedCall[]): Plan[] {
  if (isNight) return plansFor(calls);
  const alike = Map.groupBy(plansFor(calls), ({ call, kind }) => `${calls[call]?.name} ${kind}`);
  const fraction = seededFraction(seedOfTheDay);
  return [...alike.values()].map((plans) => oneOf(plans, fraction()));
}

/** So many of these, chosen by the day's seed; by night all. */
export function someOf<T>(all: readonly T[], count: number, salt: number): T[] {
  if (isNight || all.length <= count) return [...all];
  const fraction = seededFraction(seedOfTheDay * 1_000 + salt);
  return Array.from({ length: count }, () => oneOf(all, fraction()));
}

function oneOf<T>(all: readonly T[], fraction: number): T {
  return all[Math.floor(fraction * all.length)] as T;
}

/** One course from its first request to the end of everything. */
export interface Run {
  readonly world: SimulatedWorld;
  readonly api: SimulatedApi;
}

/** So many show what is wrong; the rest would be the same a hundred times over. */
const enoughFound = 5;

/** How a course ends: a state for each of its instructions, in any order. */
export type Ends = readonly string[];

/**
 * Runs a course once for each of these settings, until enough is found.
 * @param ends the ways in which it may end; any that keeps the promise when absent
 * @returns what is broken, each with the settings and the seed that show it again; empty when the promise was kept
 */
export async function broken<Settings extends { readonly plans: readonly Plan[] }>(
  all: Iterable<Settings>,
  run: (settings: Settings) => Promise<Run>,
  ends?: readonly Ends[],
): Promise<string[]> {
  const mayEnd = ends?.map(inOrder);
  const found: string[] = [];
  for (const settings of all) {
    if (found.length >= enoughFound) break;
    const { world, api } = await run(settings);
    const promises = brokenPromises(world, api);
    const end = inOrder(world.instructions().map(({ state }) => state));
    if (mayEnd?.includes(end) === false) promises.push(`ended ${end || 'without an instruction'}`);
    if (promises.length === 0) continue;
    const struck = settings.plans.map(({ call }) => world.outside.calls[call]?.name).join(', ');
    found.push(`SIMULATION_SEED=${seedOfTheDay} ${JSON.stringify(settings)} at ${struck}: ${promises.join('; ')}`);
  }
  return found;
}

function inOrder(states: Ends): string {
  return [...states].sort().join(' and ');
}
