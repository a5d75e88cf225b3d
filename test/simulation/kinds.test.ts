import { describe, expect, it } from 'vitest';
import { kindCourses, runKind, theQuote } from './kinds.ts';
import { broken, plansFor, shareOf, someOf } from './plans.ts';
import { brokenPromises } from './promise.ts';

describe.each(kindCourses)('$name', (course) => {
  it(`ends ${course.ends.join(' and ')} when nothing breaks`, async () => {
    const { world, api } = await runKind(course, { plans: [] });
    expect(brokenPromises(world, api)).toEqual([]);
    expect(world.instructions().map(({ state }) => state)).toEqual(course.ends);
    expect(world.alarms).toEqual([]);
  });

  it('keeps the promise whatever breaks at whichever outside call', async () => {
    const { world } = await runKind(course, { plans: [] });
    const plans = shareOf(world.outside.calls);
    expect(plans.length).toBeGreaterThan(80);
    const settings = plans.map((plan) => ({ plans: [plan] }));
    const ends = [course.ends, ...(course.orEnds ?? [])];
    expect(await broken(settings, (each) => runKind(course, each), ends)).toEqual([]);
  }, 600_000);
});

const withQuotes = kindCourses.filter(({ name }) =>
  ['a quote that nobody takes', 'a quote and its take'].includes(name),
);

/** At each step of a quote and of its take, and whatever breaks after that: before, while it is open, while it is taken. */
describe.each(withQuotes)('$name, called off at any moment', (course) => {
  it('ends as its transaction does', async () => {
    const { world } = await runKind(course, { plans: [] });
    const ends = new Set<string>();
    const settings = world.outside.calls.map(({ number: atCall }) => ({
      plans: [],
      calledOff: { atCall, ...theQuote },
    }));
    const found = await broken(settings, async (each) => {
      const run = await runKind(course, each);
      ends.add(run.world.instructions()[0]?.state ?? 'none');
      return run;
    });
    expect(found).toEqual([]);
    expect(ends).toContain('cancelled');
    expect(ends).toContain(course.ends[0]);
  }, 600_000);

  it('keeps the promise whatever else breaks', async () => {
    const { world } = await runKind(course, { plans: [] });
    for (const { number: atCall } of world.outside.calls) {
      const calledOff = { atCall, ...theQuote };
      const calm = await runKind(course, { plans: [], calledOff });
      const settings = someOf(plansFor(calm.world.outside.calls), 2, atCall).map((plan) => ({
        plans: [plan],
        calledOff,
      }));
      expect(await broken(settings, (each) => runKind(course, each))).toEqual([]);
    }
  }, 3_600_000);
});

describe.each(kindCourses)('$name, by a clock that differs', (course) => {
  it.each([200_000, -200_000])(
    'keeps the promise whatever breaks when the service is %d ms ahead',
    async (clockAheadMs) => {
      const { world, api } = await runKind(course, { plans: [], clockAheadMs });
      expect(brokenPromises(world, api)).toEqual([]);
      const plans = someOf(plansFor(world.outside.calls), 25, clockAheadMs);
      const settings = plans.map((plan) => ({ plans: [plan], clockAheadMs }));
      expect(await broken(settings, (each) => runKind(course, each))).toEqual([]);
    },
    600_000,
  );
});
