import { describe, expect, it } from 'vitest';
import { type KindCourse, kindCourses, runKind } from './kinds.ts';
import { plansFor } from './plans.ts';
import { brokenPromises } from './promise.ts';

const nightly = process.env['NIGHTLY'] !== undefined;

async function failures(course: KindCourse): Promise<{ found: string[]; runs: number }> {
  const { world } = await runKind(course, { plans: [] });
  const plans = plansFor(world.outside.calls, nightly);
  const found: string[] = [];
  for (const plan of plans) {
    const run = await runKind(course, { plans: [plan] });
    const broken = brokenPromises(run.world, run.api);
    if (broken.length > 0)
      found.push(`${JSON.stringify(plan)} ${world.outside.calls[plan.call]?.name}: ${broken.join('; ')}`);
  }
  return { found, runs: plans.length };
}

describe.each(kindCourses)('$name', (course) => {
  it(`ends ${course.ends.join(' and ')} when nothing breaks`, async () => {
    const { world, api } = await runKind(course, { plans: [] });
    expect(brokenPromises(world, api)).toEqual([]);
    expect(world.instructions().map(({ state }) => state)).toEqual(course.ends);
    expect(world.alarms).toEqual([]);
  });

  it('keeps the promise whatever breaks at whichever outside call', async () => {
    const { found, runs } = await failures(course);
    expect(runs).toBeGreaterThan(100);
    expect(found).toEqual([]);
  }, 240_000);
});
