import { describe, expect, it } from 'vitest';
import type { FaultKind } from './faults.ts';
import { brokenPromises } from './promise.ts';
import type { ApiSettings } from './sandbox.ts';
import { type Course, ordinary, runTransfer, tooMuch } from './transfer.ts';
import type { RunSettings } from './world.ts';

/**
 * The promise rests on three conditions (docs/architecture.md). Each is broken here on purpose, to show the harm that
 * follows, beside the same run under the condition.
 */

const approved: Course = { ...ordinary, name: 'approved', ends: ['completed'] };

/** What breaks when the first submission is hit by a fault. */
async function withFaultOnSubmission(
  course: Course,
  kind: FaultKind,
  delayMs: number,
  service: Partial<ApiSettings>,
): Promise<string[]> {
  const { world: calm } = await runTransfer(course, { plans: [] });
  const call = calm.outside.calls.findIndex(({ name }) => name === 'submit api POST transfer');
  const { world, api } = await runTransfer(course, { plans: [{ call, kind, delayMs }] }, service);
  return brokenPromises(world, api);
}

describe('condition A: the Partner API keeps its word on partner_txID', () => {
  it('holds: an answer that is lost leads to one transaction', async () => {
    expect(await withFaultOnSubmission(approved, 'failAfter', 0, {})).toEqual([]);
  });

  it('broken: the assets move twice', async () => {
    const broken = await withFaultOnSubmission(approved, 'failAfter', 0, { forgetsPartnerTxId: true });
    expect(broken.join()).toContain('2 transactions for 1 instructions');
  });
});

describe("condition B: the table's conditional writes are linearizable", () => {
  const cancelled: Course = { ...ordinary, name: 'cancelled in flight', ends: ['cancelled'], cancelAfterMs: 0 };
  const runs = async (settings: Pick<RunSettings, 'brokenConditions'>) => {
    const broken: string[] = [];
    for (let seed = 1; seed <= 60; seed++) {
      const { world, api } = await runTransfer(cancelled, { plans: [], seed, ...settings });
      broken.push(...brokenPromises(world, api));
    }
    return broken;
  };

  it('holds: a cancellation and a claim never both win, in any order', async () => {
    expect(await runs({})).toEqual([]);
  });

  it('broken: what was cancelled is carried out', async () => {
    expect((await runs({ brokenConditions: true })).join()).toMatch(/answered cancelled, but it is completed/);
  });
});

describe('condition C: a signed request acts within the window of its timestamp, or never', () => {
  const paidLate: Course = {
    ...ordinary,
    name: 'paid late',
    ends: ['failed'],
    amounts: [tooMuch],
    depositAfterMs: 900_000,
  };

  it('holds: what comes later than the window is turned away', async () => {
    expect(await withFaultOnSubmission(paidLate, 'late', 1_000_000, {})).toEqual([]);
  });

  it('broken: what had failed is carried out after all', async () => {
    const broken = await withFaultOnSubmission(paidLate, 'late', 1_000_000, { noWindow: true });
    expect(broken.join()).toMatch(/is failed but the transaction approved/);
  });
});
