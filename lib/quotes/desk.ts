import type { Bindings } from '../instructions/bindings.ts';
import type { Worker } from '../instructions/outside.ts';
import type { Strategy } from './strategy.ts';

/** A client as market making knows it. */
export interface DeskClient extends Bindings {
  readonly id: string;
  /** Pairs, named from the maker's side, of which it wants to know every quote that one of our companies sees. */
  readonly followedPairs: readonly {
    readonly companyId: string;
    readonly sendAsset: string;
    readonly receiveAsset: string;
  }[];
}

/** What market making touches. */
export interface QuoteDesk extends Worker {
  readonly strategies: readonly Strategy[];
  readonly clients: readonly DeskClient[];
  /** Reads a price source: the body of a 2xx answer, or an exception. */
  readDocument(url: string): Promise<string>;
}
