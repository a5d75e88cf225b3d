import { describe, expect, it } from 'vitest';
import type { Plan } from './faults.ts';
import { broken, plansFor, seedOfTheDay, shareOf, someOf } from './plans.ts';
import { brokenPromises } from './promise.ts';
import { type Course, client, courses, ordinary, runTransfer, tooMuch, transferId } from './transfer.ts';

/** The orders in which processes go on, for two faults at once: others every night. */
const seedsOfPairs = Array.from({ length: 12 }, (_, index) => seedOfTheDay * 12 + index);

describe.each(courses)('a transfer $name', (course) => {
  it(`ends ${course.ends.join(' and ')} when nothing breaks`, async () => {
    const { world, api } = await runTransfer(course, { plans: [] });
    expect(brokenPromises(world, api)).toEqual([]);
    expect(world.instructions().map(({ state }) => state)).toEqual(course.ends);
    expect(world.alarms).toEqual([]);
  });

  it('keeps the promise whatever breaks at whichever outside call', async () => {
    const { world } = await runTransfer(course, { plans: [] });
    const plans = shareOf(world.outside.calls);
    expect(plans.length).toBeGreaterThan(80);
    const settings = plans.map((plan) => ({ plans: [plan] }));
    const ends = [course.ends, ...(course.orEnds ?? [])];
    expect(await broken(settings, (each) => runTransfer(course, each), ends)).toEqual([]);
  }, 600_000);

  it('keeps it with two faults and in any order', async () => {
    const { world } = await runTransfer(course, { plans: [] });
    const plans = plansFor(world.outside.calls);
    const pairs = seedsOfPairs.flatMap((seed) =>
      plans.map((plan, index) => ({
        seed,
        plans: [plan, plans[(index * 31 + seed * 17) % plans.length] as Plan],
      })),
    );
    expect(await broken(someOf(pairs, 20, 1), (each) => runTransfer(course, each))).toEqual([]);
  }, 3_600_000);
});

/** A partner that changes its mind: at each step of a transfer, and whatever breaks after that. */
describe('a transfer that is called off at any moment', () => {
  const course: Course = { ...ordinary, name: 'called off', ends: [] };
  const calledOffAt = (atCall: number) => ({ atCall, client, id: transferId });

  it('is cancelled, or carried out and never called cancelled', async () => {
    const { world } = await runTransfer(course, { plans: [] });
    const ends = new Set<string>();
    for (const { number } of world.outside.calls) {
      const settings = { plans: [], calledOff: calledOffAt(number) };
      const found = await broken([settings], async (each) => {
        const run = await runTransfer(course, each);
        for (const { state } of run.world.instructions()) ends.add(state);
        return run;
      });
      expect(found).toEqual([]);
    }
    expect([...ends].sort()).toEqual(['cancelled', 'completed']);
  });

  it('keeps the promise whatever else breaks', async () => {
    const { world } = await runTransfer(course, { plans: [] });
    for (const { number } of world.outside.calls) {
      const calledOff = calledOffAt(number);
      const calm = await runTransfer(course, { plans: [], calledOff });
      const plans = someOf(plansFor(calm.world.outside.calls), 4, number);
      const settings = plans.map((plan) => ({ plans: [plan], calledOff }));
      expect(await broken(settings, (each) => runTransfer(course, each))).toEqual([]);
    }
  }, 3_600_000);
});

/**
 * The first submission is stuck, on its way or in a process that stands still before it signs; the second is refused, for
 * there is not enough; then somebody pays. Whether the first acts after all depends on when, and by whose clock.
 */
describe('a transfer that is stuck and then paid for', () => {
  const late = [100_000, 290_000, 480_000, 700_000].map((delayMs) => ({ kind: 'late', delayMs }) as const);
  const stalled = [50_000, 420_000, 1_000_000].map((delayMs) => ({ kind: 'stall', delayMs }) as const);
  const paidAfterMs = [60_000, 350_000, 450_000, 800_000];
  const clocksAheadMs = [0, 200_000, -200_000];
  const cases = clocksAheadMs.flatMap((clockAheadMs) =>
    paidAfterMs.flatMap((depositAfterMs) =>
      [...late, ...stalled].map((fault) => ({
        fault,
        course: { ...ordinary, name: 'stuck', ends: [], amounts: [tooMuch], depositAfterMs, clockAheadMs } as Course,
      })),
    ),
  );
  const stuck = async ({ course, fault }: (typeof cases)[number]): Promise<Plan> => {
    const { world } = await runTransfer(course, { plans: [] });
    const struck = fault.kind === 'late' ? 'submit api POST transfer' : 'submit secret.signingKey';
    return { call: world.outside.calls.findIndex(({ name }) => name === struck), ...fault };
  };

  it('ends as its transaction does, or without one', async () => {
    const ends = new Set<string>();
    for (const each of cases) {
      const { course } = each;
      const found = await broken([{ course, plans: [await stuck(each)] }], async ({ plans }) => {
        const run = await runTransfer(course, { plans });
        for (const { state } of run.world.instructions()) ends.add(state);
        return run;
      });
      expect(found).toEqual([]);
    }
    expect([...ends].sort()).toEqual(['completed', 'failed']);
  }, 600_000);

  it('keeps the promise whatever else breaks', async () => {
    for (const [place, each] of cases.entries()) {
      const { course } = each;
      const first = await stuck(each);
      const { world } = await runTransfer(course, { plans: [first] });
      const others = plansFor(world.outside.calls).filter(({ call }) => call !== first.call);
      const settings = someOf(others, 3, place).map((plan) => ({ course, plans: [first, plan] }));
      expect(await broken(settings, ({ plans }) => runTransfer(course, { plans }))).toEqual([]);
    }
  }, 3_600_000);
});
