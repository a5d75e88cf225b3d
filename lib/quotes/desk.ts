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
  /** Reads a price source: the body of a 2xx answer, or an exception; either within some seconds. */
  readDocument(url: string): Promise<string>;
}

/** The strategies that may have a quote, by name: without a client there is nobody whose quote it would be. */
export function usableStrategies({ strategies, clients }: QuoteDesk): Map<string, Strategy> {
  const known = new Set(clients.map(({ id }) => id));
  return new Map(strategies.filter(({ client }) => known.has(client)).map((each) => [each.name, each]));
}
