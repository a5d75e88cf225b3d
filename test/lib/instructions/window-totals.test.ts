import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  count,
  countedWithin,
  readTotals,
  settleCount,
  takeBackCount,
} from '../../../lib/instructions/window-totals.ts';
import { memoryStore } from '../../support/memory-store.ts';

const startMs = 1_800_000_000_000;
const minuteMs = 60_000;

function store() {
  let ids = 0;
  return memoryStore({ id: () => `w${ids++}` });
}

async function countAndSettle(table: ReturnType<typeof store>, key: string, baseUnits: bigint, nowMs: number) {
  const read = await readTotals(table, 'totals');
  expect(await count(table, read, { key, baseUnits, atMs: nowMs }, nowMs)).toBe(true);
  await settleCount(table, { totalsId: 'totals', key }, nowMs);
}

describe('what was counted within a window', () => {
  it('is never less than the truth, and too much by one bucket at most', async () => {
    const approvals = fc.array(
      fc.record({
        agoMinutes: fc.integer({ min: 0, max: 60 * 24 * 40 }),
        baseUnits: fc.bigInt({ min: 1n, max: 10n ** 18n }),
      }),
      { maxLength: 30 },
    );
    const windows = fc.integer({ min: 60, max: 31 * 86_400 });
    await fc.assert(
      fc.asyncProperty(approvals, windows, async (given, windowSeconds) => {
        const table = store();
        const inOrder = given.toSorted((a, b) => b.agoMinutes - a.agoMinutes);
        for (const [place, { agoMinutes, baseUnits }] of inOrder.entries()) {
          await countAndSettle(table, `a${place}`, baseUnits, startMs - agoMinutes * minuteMs);
        }
        const sumSince = (sinceMs: number) =>
          inOrder
            .filter(({ agoMinutes }) => startMs - agoMinutes * minuteMs > sinceMs)
            .reduce((sum, { baseUnits }) => sum + baseUnits, 0n);
        const windowMs = windowSeconds * 1000;
        const bucketMs = windowSeconds <= 7_200 ? minuteMs : windowSeconds <= 172_800 ? 60 * minuteMs : 1440 * minuteMs;
        const told = countedWithin(await readTotals(table, 'totals'), windowSeconds, startMs, 'none');
        expect(told).toBeGreaterThanOrEqual(sumSince(startMs - windowMs));
        expect(told).toBeLessThanOrEqual(sumSince(startMs - windowMs - bucketMs));
      }),
      { numRuns: 60, seed: 33 },
    );
  });

  it('counts an approval from before its decision, once however often it is counted, and not against itself', async () => {
    const table = store();
    for (let time = 0; time < 3; time++) {
      await count(table, await readTotals(table, 'totals'), { key: 'a', baseUnits: 5n, atMs: startMs }, startMs);
    }
    const read = await readTotals(table, 'totals');
    expect(countedWithin(read, 60, startMs, 'other')).toBe(5n);
    expect(countedWithin(read, 60, startMs, 'a')).toBe(0n);
  });

  it('refuses a count that is based on totals somebody has changed since', async () => {
    const table = store();
    const first = await readTotals(table, 'totals');
    expect(await count(table, first, { key: 'a', baseUnits: 5n, atMs: startMs }, startMs)).toBe(true);
    expect(await count(table, first, { key: 'b', baseUnits: 5n, atMs: startMs }, startMs)).toBe(false);
  });

  it('takes back what another run rejected, and keeps what nobody settled', async () => {
    const table = store();
    for (const [key, baseUnits] of [['a', 5n] as const, ['b', 7n] as const]) {
      const counted = { key, baseUnits, atMs: startMs };
      await count(table, await readTotals(table, 'totals'), counted, startMs);
    }
    await takeBackCount(table, { totalsId: 'totals', key: 'a' });
    const read = await readTotals(table, 'totals');
    expect(countedWithin(read, 3600, startMs + 59 * minuteMs, 'none')).toBe(7n);
    expect(countedWithin(read, 3600, startMs + 60 * minuteMs, 'none')).toBe(0n);
  });

  it('moves what is counted again, and counts it once', async () => {
    const table = store();
    const counted = { key: 'a', baseUnits: 5n, atMs: startMs };
    await count(table, await readTotals(table, 'totals'), counted, startMs);
    const laterMs = startMs + 90 * minuteMs;
    await count(table, await readTotals(table, 'totals'), { ...counted, atMs: laterMs }, laterMs);
    const within = async (windowSeconds: number, nowMs: number) =>
      countedWithin(await readTotals(table, 'totals'), windowSeconds, nowMs, 'none');
    expect(await within(7200, laterMs)).toBe(5n);
    await settleCount(table, { totalsId: 'totals', key: 'a' }, laterMs);
    expect(await within(7200, laterMs)).toBe(5n);
    expect(await within(3600, laterMs + 59 * minuteMs)).toBe(5n);
  });

  it('keeps a bounded number open, and loses none of the others', async () => {
    const table = store();
    for (let place = 0; place < 450; place++) {
      const counted = { key: `action-${place}`, baseUnits: 1n, atMs: startMs + place };
      expect(await count(table, await readTotals(table, 'totals'), counted, startMs + place)).toBe(true);
    }
    expect(countedWithin(await readTotals(table, 'totals'), 3600, startMs + 500, 'none')).toBe(450n);
    expect(JSON.stringify(table.all()).length).toBeLessThan(16_000);
  });

  it('stays small for ever', async () => {
    const table = store();
    for (let minute = 0; minute < 60 * 24 * 45; minute += 37) {
      await countAndSettle(table, `a${minute}`, 10n ** 18n, startMs + minute * minuteMs);
    }
    expect(JSON.stringify(table.all()).length).toBeLessThan(12_000);
  });
});
