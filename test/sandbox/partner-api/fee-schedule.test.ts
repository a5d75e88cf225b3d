import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { feeOf, largestQuote, quoteFee } from '../../../sandbox/partner-api/fee-schedule.ts';

describe('fees', () => {
  it.each([
    [200_000n, 200n],
    [2_800n, 3n],
    [800n, 1n],
    [1n, 1n],
  ])('reproduce the documented example %d -> %d', (net, fee) => {
    expect(feeOf({}, 'transferOut', net)).toBe(fee);
  });

  it('maximum is what can be paid, and one unit more cannot', () => {
    const amount = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
    fc.assert(
      fc.property(fc.oneof(amount, fc.bigInt({ min: 0n, max: 30_000n })), fc.nat(2000), (available, bps) => {
        const rates = { withdraw: bps };
        const quote = largestQuote(rates, 'withdraw', available);
        expect(quote.netAmount).toBeGreaterThanOrEqual(0n);
        expect(quote.amountToSend).toBeLessThanOrEqual(available);
        expect(quoteFee(rates, 'withdraw', quote.netAmount + 1n).amountToSend).toBeGreaterThan(available);
      }),
      { numRuns: 3000, seed: 2 },
    );
  });
});
