/**
 * Prices and the amounts that follow from them, in integers throughout. A price is units of the asset a maker receives per
 * unit of the asset it sends; amounts are base units, and a strategy says how many of them make one unit.
 */

/** `digits / 10^decimals`, exactly. */
export interface Price {
  readonly digits: bigint;
  readonly decimals: number;
}

/** What of a strategy decides amounts. Scales are base units per unit (reference 5.6). */
export interface Pricing {
  readonly sendScale: bigint;
  readonly receiveScale: bigint;
  /** What the maker asks above the price, in hundredths of a percent. */
  readonly spreadBasisPoints: number;
  /** No quote is ever made below `min` or above `max`. */
  readonly bounds: { readonly min: Price; readonly max: Price };
}

/** What an amount can be at most: a signed 64-bit integer (reference 1.5). */
const largestAmountBaseUnits = 2n ** 63n - 1n;
const tenThousand = 10_000n;

/** What every price looks like that `parsePrice` can read, for readers who have only a pattern. */
export const pricePattern = /^(?=[0.]*[1-9])\d{1,20}(\.\d{1,20})?([eE][+-]?\d{1,2})?$/;

/**
 * A price out of text: a positive decimal such as `15.3125` or `1.5e-7`, of at most 40 digits. `undefined` for anything
 * else: a price that cannot be read is no price.
 */
export function parsePrice(text: string): Price | undefined {
  const [, whole, fraction = '', exponentText = '0'] =
    /^(\d{1,20})(?:\.(\d{1,20}))?(?:[eE]([+-]?\d{1,2}))?$/.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const digits = BigInt(whole + fraction);
  if (digits === 0n) return undefined;
  const decimals = fraction.length - Number(exponentText);
  return decimals >= 0 ? { digits, decimals } : { digits: digits * 10n ** BigInt(-decimals), decimals: 0 };
}

/**
 * What a maker asks for `sendAmountBaseUnits` at this price: the price and the spread, rounded up, which is in the maker's
 * favour. `undefined` when a quote of these amounts would be outside the bounds, or cannot be expressed.
 */
export function receiveAmountBaseUnits(
  sendAmountBaseUnits: bigint,
  price: Price,
  pricing: Pricing,
): bigint | undefined {
  const spread = tenThousand + BigInt(pricing.spreadBasisPoints);
  const exactOver = sendAmountBaseUnits * price.digits * pricing.receiveScale * spread;
  const exactUnder = 10n ** BigInt(price.decimals) * pricing.sendScale * tenThousand;
  const amountBaseUnits = (exactOver + exactUnder - 1n) / exactUnder;
  if (amountBaseUnits > largestAmountBaseUnits) return undefined;
  return isWithinBounds(sendAmountBaseUnits, amountBaseUnits, pricing) ? amountBaseUnits : undefined;
}

/** Whether the price two amounts make is within the bounds: fractions compared without dividing. */
export function isWithinBounds(sendBaseUnits: bigint, receiveBaseUnits: bigint, pricing: Pricing): boolean {
  const quotedOver = receiveBaseUnits * pricing.sendScale;
  const quotedUnder = sendBaseUnits * pricing.receiveScale;
  const { min, max } = pricing.bounds;
  const isAboveMin = quotedOver * 10n ** BigInt(min.decimals) >= min.digits * quotedUnder;
  const isBelowMax = quotedOver * 10n ** BigInt(max.decimals) <= max.digits * quotedUnder;
  return isAboveMin && isBelowMax;
}

/** Whether an amount has moved from another by more than a number of hundredths of a percent of the other. */
export function hasMovedBeyond(fromBaseUnits: bigint, toBaseUnits: bigint, basisPoints: number): boolean {
  const moved = fromBaseUnits > toBaseUnits ? fromBaseUnits - toBaseUnits : toBaseUnits - fromBaseUnits;
  return moved * tenThousand > BigInt(basisPoints) * fromBaseUnits;
}
