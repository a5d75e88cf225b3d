import { describe, expect, it } from 'vitest';
import { faultsOf, type Plan, type RecordedCall } from './faults.ts';
import { brokenPromises } from './promise.ts';
import { type Course, courses, runTransfer } from './transfer.ts';

const nightly = process.env['NIGHTLY'] !== undefined;

/** How late an effect comes: within a lease, beyond it, just within the Partner API's window, after it. */
const lateMs = [3_000, 100_000, 290_000, 420_000];
/** How long a process stands still: beyond its lease, and beyond the window. */
const stallMs = [50_000, 420_000];

function plansFor(calls: readonly RecordedCall[]): Plan[] {
  return calls.flatMap(({ number: call, sort }) =>
    faultsOf[sort].flatMap((kind): Plan[] => {
      const delays = kind === 'late' ? lateMs : kind === 'stall' ? stallMs : [undefined];
      return delays.map((delayMs) => ({ call, kind, ...(delayMs === undefined ? {} : { delayMs }) }));
    }),
  );
}

async function failures(course: Course, planLists: readonly (readonly Plan[])[], seed: number): Promise<string[]> {
  const found: string[] = [];
  for (const plans of planLists) {
    const { world, api } = await runTransfer(course, { plans, seed });
    const broken = brokenPromises(world, api);
    if (broken.length > 0)
      found.push(`${JSON.stringify(plans)} ${world.outside.calls[plans[0]?.call ?? 0]?.name}: ${broken.join('; ')}`);
  }
  return found;
}

describe.each(courses)('a transfer $name', (course) => {
  it(`ends ${course.ends} when nothing breaks`, async () => {
    const { world, api } = await runTransfer(course, { plans: [] });
    expect(brokenPromises(world, api)).toEqual([]);
    expect(world.instructions().map(({ state }) => state)).toEqual([course.ends]);
    expect(world.alarms).toEqual([]);
  });

  it('keeps the promise whatever breaks at whichever outside call', async () => {
    const { world } = await runTransfer(course, { plans: [] });
    const plans = plansFor(world.outside.calls);
    expect(plans.length).toBeGreaterThan(100);
    expect(
      await failures(
        course,
        plans.map((plan) => [plan]),
        1,
      ),
    ).toEqual([]);
  }, 120_000);

  it.runIf(nightly)(
    'keeps it with two faults and in any order',
    async () => {
      const { world } = await runTransfer(course, { plans: [] });
      const plans = plansFor(world.outside.calls);
      for (let seed = 2; seed < 40; seed++) {
        const pairs = plans.map((plan, index) => [plan, plans[(index * 31 + seed * 17) % plans.length] as Plan]);
        expect(await failures(course, pairs, seed)).toEqual([]);
      }
    },
    3_600_000,
  );
});
