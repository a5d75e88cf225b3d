import { describe, expect, it } from 'vitest';
import { kindCourses, runKind } from './kinds.ts';
import { broken, shareOf } from './plans.ts';
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
    expect(plans.length).toBeGreaterThan(100);
    const settings = plans.map((plan) => ({ plans: [plan] }));
    expect(await broken(settings, (each) => runKind(course, each))).toEqual([]);
  }, 600_000);
});
