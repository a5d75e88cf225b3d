import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  hasMovedBeyond,
  isWithinBounds,
  type Price,
  type Pricing,
  parsePrice,
  receiveAmountBaseUnits,
} from '../../../lib/quotes/price.ts';

const priceOf = (text: string): Price => {
  const price = parsePrice(text);
  if (price === undefined) throw new Error(`${text} is no price`);
  return price;
};

describe('a price', () => {
  it.each([
    ['15.3125', 153125n, 4],
    ['1', 1n, 0],
    ['0.00000001', 1n, 8],
    ['1.5e-7', 15n, 8],
    ['1.5e3', 1500n, 0],
    ['00012.50', 1250n, 2],
  ])('%s is read exactly', (text, digits, decimals) => {
    expect(parsePrice(text)).toEqual({ digits, decimals });
  });

  it.each(['', '0', '0.000', '-1', '+1', '1.', '.5', 'NaN', 'Infinity', '1e999', '0x10', ' 1', '1,5', '9'.repeat(21)])(
    '%j is none',
    (text) => expect(parsePrice(text)).toBeUndefined(),
  );
});

const amount = fc.bigInt({ min: 1n, max: 10n ** 15n });
const price = fc
  .record({ digits: fc.bigInt({ min: 1n, max: 10n ** 12n }), decimals: fc.integer({ min: 0, max: 12 }) })
  .map((each): Price => each);
const pricing = fc
  .record({
    sendScale: fc.constantFrom(1n, 1_000_000n, 100_000_000n, 1_000_000_000n),
    receiveScale: fc.constantFrom(1n, 1_000_000n, 100_000_000n, 1_000_000_000n),
    spreadBasisPoints: fc.integer({ min: 0, max: 5000 }),
    one: price,
    other: price,
  })
  .map(({ one, other, ...rest }): Pricing => {
    const isFirst = one.digits * 10n ** BigInt(other.decimals) <= other.digits * 10n ** BigInt(one.decimals);
    return { ...rest, bounds: isFirst ? { min: one, max: other } : { min: other, max: one } };
  });
const wideOpen = { min: priceOf('1e-20'), max: priceOf('1e20') };

describe('the amount a maker asks for', () => {
  it('is the price and the spread, by hand', () => {
    const btcForEth: Pricing = {
      sendScale: 100_000_000n,
      receiveScale: 1_000_000_000n,
      spreadBasisPoints: 50,
      bounds: { min: priceOf('10'), max: priceOf('20') },
    };
    // 0.01 BTC x 15.3125 x 1.005 = 0.153890625 ETH, in gwei.
    expect(receiveAmountBaseUnits(1_000_000n, priceOf('15.3125'), btcForEth)).toBe(153_890_625n);
    // 15.31251 makes 153,890,725.5: rounded up.
    expect(receiveAmountBaseUnits(1_000_000n, priceOf('15.31251'), btcForEth)).toBe(153_890_726n);
  });

  it('is never below the exact amount, and never a whole unit above it', () => {
    fc.assert(
      fc.property(amount, price, pricing, (send, at, from) => {
        const asked = receiveAmountBaseUnits(send, at, { ...from, bounds: wideOpen });
        if (asked === undefined) return;
        const over = send * at.digits * from.receiveScale * (10_000n + BigInt(from.spreadBasisPoints));
        const under = 10n ** BigInt(at.decimals) * from.sendScale * 10_000n;
        expect(asked * under >= over).toBe(true);
        expect((asked - 1n) * under < over).toBe(true);
      }),
      { numRuns: 2000, seed: 1 },
    );
  });

  it('is never outside the bounds of its strategy', () => {
    let quoted = 0;
    fc.assert(
      fc.property(amount, price, pricing, (send, at, from) => {
        const asked = receiveAmountBaseUnits(send, at, from);
        if (asked === undefined) return;
        quoted++;
        // The price of the two amounts, with sixty decimals, on either side of its own rounding.
        const scaled = 10n ** 60n;
        const quotedPrice = (asked * from.sendScale * scaled) / (send * from.receiveScale);
        const { min, max } = from.bounds;
        expect(quotedPrice + 1n >= (min.digits * scaled) / 10n ** BigInt(min.decimals)).toBe(true);
        expect(quotedPrice <= (max.digits * scaled) / 10n ** BigInt(max.decimals)).toBe(true);
        expect(isWithinBounds(send, asked, from)).toBe(true);
        expect(asked < 2n ** 63n).toBe(true);
      }),
      { numRuns: 5000, seed: 2 },
    );
    expect(quoted).toBeGreaterThan(200);
  });

  it('grows with the spread and with the price', () => {
    fc.assert(
      fc.property(amount, price, pricing, (send, at, from) => {
        const open = { ...from, bounds: wideOpen, spreadBasisPoints: 100 };
        const asked = receiveAmountBaseUnits(send, at, open);
        const dearer = receiveAmountBaseUnits(send, { ...at, digits: at.digits + 1n }, open);
        const wider = receiveAmountBaseUnits(send, at, { ...open, spreadBasisPoints: 101 });
        if (asked === undefined || dearer === undefined || wider === undefined) return;
        expect(dearer >= asked && wider >= asked).toBe(true);
      }),
      { numRuns: 1000, seed: 3 },
    );
  });
});

describe('a move', () => {
  it.each([
    [100_000n, 100_200n, 20, false],
    [100_000n, 100_201n, 20, true],
    [100_000n, 99_800n, 20, false],
    [100_000n, 99_799n, 20, true],
    [1n, 1n, 1, false],
  ])('from %i to %i is beyond %i basis points: %s', (from, to, basisPoints, isBeyond) => {
    expect(hasMovedBeyond(from, to, basisPoints)).toBe(isBeyond);
  });
});
