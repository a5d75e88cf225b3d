/** What a fee is charged for (5.8). */
export type FeeType = 'withdraw' | 'transferOut' | 'swap' | 'sweep';

/** Rates in basis points per type; a missing one is `defaultFeeBps`. */
export type FeeRates = Partial<Record<FeeType, number>>;

/** The rate of reference 5.8, which reproduces the documented examples. */
export const defaultFeeBps = 10;

/** Net amount, fee, and what leaves the wallet. Base units. */
export interface FeeQuote {
  netAmount: bigint;
  fees: bigint;
  amountToSend: bigint;
}

/** The fee on top of a net amount: `ceil(net × rate)` in integers (5.8). */
export function feeOf(rates: FeeRates, type: FeeType, netAmount: bigint): bigint {
  const bps = BigInt(rates[type] ?? defaultFeeBps);
  return (netAmount * bps + 9999n) / 10000n;
}

/** The fee quote of a net amount. */
export function quoteFee(rates: FeeRates, type: FeeType, netAmount: bigint): FeeQuote {
  const fees = feeOf(rates, type, netAmount);
  return { netAmount, fees, amountToSend: netAmount + fees };
}

/** The largest net amount that `available` base units can pay together with its fee (operation 22). */
export function largestQuote(rates: FeeRates, type: FeeType, available: bigint): FeeQuote {
  const bps = BigInt(rates[type] ?? defaultFeeBps);
  // net + ceil(net × r) ≤ available has its maximum at floor(available / (1 + r)), as the fee rounds up.
  const quote = quoteFee(rates, type, (available * 10000n) / (10000n + bps));
  return quote.amountToSend > available ? quoteFee(rates, type, quote.netAmount - 1n) : quote;
}
