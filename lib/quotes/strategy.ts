import type { Item } from '../instructions/ports.ts';
import type { Subject } from '../instructions/subject.ts';
import type { Price } from './price.ts';

/** Where the price of a strategy comes from. It is stale once it is older than `maxAgeSeconds`. */
export type PriceSource =
  | {
      readonly from: 'http';
      readonly url: string;
      /** JSON pointer (RFC 6901) to the price in the document. */
      readonly pointer: string;
      /** JSON pointer to the moment of the price; without, it is as old as our last successful reading. */
      readonly atPointer?: string | undefined;
      readonly maxAgeSeconds: number;
    }
  | { readonly from: 'pushed'; readonly name: string; readonly maxAgeSeconds: number };

/** What keeps one quote on the hub, from configuration. */
export interface Strategy {
  readonly name: string;
  /** Whose quotes these are: who is told of them, and whose bindings they use. */
  readonly client: string;
  readonly companyId: string;
  readonly sendWalletId: string;
  readonly receiveWalletId: string;
  /** Base units to send: the largest that the wallet can pay is quoted. */
  readonly sizes: readonly string[];
  readonly sendScale: string;
  readonly receiveScale: string;
  readonly spreadBasisPoints: number;
  /** A quote whose amount has moved by more than this is replaced. */
  readonly repriceBasisPoints: number;
  readonly bounds: { readonly min: string; readonly max: string };
  readonly lifetimeSeconds: number;
  /** A quote is replaced when it has less than this left. */
  readonly renewBeforeSeconds: number;
  readonly price: PriceSource;
}

/** The state of a strategy: which of its quotes is the newest. One item per strategy. */
export interface StrategyItem extends Item {
  /** Raised on condition before a quote is made, so that two runs make one quote. */
  readonly generation: number;
  /** No quote is made before this moment, after one that came to nothing. */
  readonly notBeforeMs?: number;
  /** Quotes in a row that came to nothing. */
  readonly failures: number;
}

/**
 * Where a quote of a strategy stands. `publishing` is written before the hub is asked, and nothing is ever asked of the hub
 * once `withdrawing` is written.
 */
export type OfferState = 'making' | 'publishing' | 'published' | 'withdrawing' | 'ended';

/** One quote of a strategy, from the decision to make it to its end. Its history is what is told: on the hub, taken, off. */
export interface Offer extends Subject {
  readonly subject: 'offer';
  readonly strategy: string;
  readonly generation: number;
  readonly state: OfferState;
  readonly stateSinceMs: number;
  /** The quote, as an instruction. Its id follows from strategy and generation. */
  readonly instructionId: string;
  readonly terms: Terms;
  /** The fund of the wallet it sends from. */
  readonly fundId: string;
  /** Why it is to come off the hub. */
  readonly withdrawReason?: string;
  /** The hub has been asked to show it: it may have been seen. */
  readonly maybeSeen?: boolean;
  readonly balanceCheckedAtMs: number;
}

/** What a quote says. Amounts are decimal text in base units; they never change. */
export interface Terms {
  readonly companyId: string;
  readonly sendWalletId: string;
  readonly receiveWalletId: string;
  readonly sendAsset: string;
  readonly receiveAsset: string;
  readonly sendAmount: string;
  readonly receiveAmount: string;
  readonly expiresAtSeconds: number;
  /** The price it was made at, as the source said it. */
  readonly price: string;
}

/** A price and the moment it is from. */
export interface PriceAt {
  readonly price: Price;
  readonly text: string;
  readonly atMs: number;
}

/** A price that is young enough for a strategy. */
export interface FreshPrice extends PriceAt {
  /** When it will not be any more. */
  readonly staleAtMs: number;
}

/** The list every offer stands in until it has ended. */
export const liveOffers = 'offers';

/** The id of a strategy's item; a hint that names it asks for a look now. */
export function strategyId(name: string): string {
  return `strategy/${name}`;
}

/** A hint that names this asks for a look now, at a quote that the hub does not list although it should. */
export function missingId(name: string): string {
  return `missing/${name}`;
}

/** The id of one quote of a strategy; a hint that names it asks for a look when one is due. */
export function offerId(name: string, generation: number): string {
  return `offer/${name}/${generation}`;
}

/** What a hint asks for, and of which strategy; `undefined` for an id of something else. */
export function readHint(id: string): { asks: 'now' | 'missing' | 'paced'; name: string } | undefined {
  const [, sort, name] = /^(strategy|missing|offer)\/([^/]+)(?:\/\d+)?$/.exec(id) ?? [];
  if (name === undefined) return undefined;
  return { asks: sort === 'offer' ? 'paced' : sort === 'missing' ? 'missing' : 'now', name };
}

/** The idempotency key of a quote. */
export function quoteKey(name: string, generation: number): string {
  return `quote/${name}/${generation}`;
}
