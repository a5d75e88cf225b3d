import { describe, expect, it } from 'vitest';
import { operations } from '../../cli/conformance/operations.ts';
import { runConformance } from '../../cli/conformance/run.ts';
import { startTarget } from './served.ts';

describe('the sandbox', () => {
  it('keeps every promise of the Partner API that the suite tries, on all 57 operations', {
    timeout: 120_000,
  }, async () => {
    const { server, target } = await startTarget();
    const report = await runConformance(target);
    await server.close();
    expect(report.outcomes.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
    expect(report.operations.filter(({ checks }) => checks === 0)).toEqual([]);
    expect(operations).toHaveLength(57);
    expect(report.covered).toBe(57);
  });
});
