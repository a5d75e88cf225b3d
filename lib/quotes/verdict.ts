import { type Control, mayAct } from '../instructions/control.ts';
import { hasMovedBeyond, isWithinBounds, type Pricing, parsePrice, receiveAmountBaseUnits } from './price.ts';
import type { FreshPrice, Offer, Strategy } from './strategy.ts';

/** What is known at a moment about a strategy. */
export interface Facts {
  /** Absent when it, or its client, is not in the configuration any more. */
  readonly strategy: Strategy | undefined;
  readonly control: Control;
  /** Absent when there is none that is young enough. */
  readonly price: FreshPrice | undefined;
  readonly nowMs: number;
}

/** A strategy's pricing, parsed. @throws for bounds the configuration check would not have let through */
export function pricingOf({ name, sendScale, receiveScale, spreadBasisPoints, bounds }: Strategy): Pricing {
  const [min, max] = [parsePrice(bounds.min), parsePrice(bounds.max)];
  if (min === undefined || max === undefined) throw new Error(`${name}: bounds that are no prices`);
  return { sendScale: BigInt(sendScale), receiveScale: BigInt(receiveScale), spreadBasisPoints, bounds: { min, max } };
}

/** Why this strategy must not have a quote on the hub, whatever the price; `undefined` when that decides. */
export function reasonNotToAct({ strategy, control }: Pick<Facts, 'strategy' | 'control'>): string | undefined {
  if (strategy === undefined) return 'the strategy is gone';
  return mayAct(control, { client: strategy.client, strategy: strategy.name }) ? undefined : 'stopped';
}

/** Why this strategy must not have a quote on the hub at all; `undefined` when it may. */
export function reasonNotToQuote(facts: Facts): string | undefined {
  return reasonNotToAct(facts) ?? (facts.price === undefined ? 'the price is stale' : undefined);
}

/**
 * Why a quote must come off the hub, or must not get there; `undefined` when it may stand. Whether the balance is enough
 * only the Partner API can say, and is asked elsewhere.
 */
export function reasonToWithdraw({ client, terms }: Offer, facts: Facts): string | undefined {
  const reason = reasonNotToQuote(facts);
  const { strategy, price, nowMs } = facts;
  if (reason !== undefined || strategy === undefined || price === undefined) return reason;
  if (client !== strategy.client || differsFromConfig(terms, strategy)) return 'the strategy has changed';
  if (terms.expiresAtSeconds * 1000 - nowMs < strategy.renewBeforeSeconds * 1000) return 'it nears its end';
  if (!isWithinBounds(BigInt(terms.sendAmount), BigInt(terms.receiveAmount), pricingOf(strategy)))
    return 'it is outside the bounds';
  const wanted = receiveAmountBaseUnits(BigInt(terms.sendAmount), price.price, pricingOf(strategy));
  if (wanted === undefined) return 'the price is outside the bounds';
  const hasMoved = hasMovedBeyond(BigInt(terms.receiveAmount), wanted, strategy.repriceBasisPoints);
  return hasMoved ? 'the price has moved' : undefined;
}

function differsFromConfig(terms: Offer['terms'], strategy: Strategy): boolean {
  return (
    terms.companyId !== strategy.companyId ||
    terms.sendWalletId !== strategy.sendWalletId ||
    terms.receiveWalletId !== strategy.receiveWalletId ||
    !strategy.sizes.includes(terms.sendAmount)
  );
}
