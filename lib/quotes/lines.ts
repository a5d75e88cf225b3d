import { type QuoteDesk, usableStrategies } from './desk.ts';
import { sourceId } from './prices.ts';
import { liveOffers, type Offer, type Strategy } from './strategy.ts';

/** At most this many live offers are looked at in one run; `check-config` allows no more strategies. */
const maxOffers = 5000;
const offersPerPage = 200;

/** A strategy and its live offer. One of the two may be missing: none was made yet, or the strategy is gone. */
export interface Line {
  readonly name: string;
  readonly strategy: Strategy | undefined;
  readonly offer: Offer | undefined;
}

/** Every strategy of the configuration, and every one that has a live offer. */
export async function readLines(desk: QuoteDesk): Promise<Line[]> {
  const strategies = usableStrategies(desk);
  const offers = await readOffers(desk);
  const names = new Set([...strategies.keys(), ...offers.keys()]);
  return [...names].map((name) => ({ name, strategy: strategies.get(name), offer: offers.get(name) }));
}

/** The live offer of each strategy. The list lags behind the table a little, which costs a look too many or too late. */
async function readOffers(desk: QuoteDesk): Promise<Map<string, Offer>> {
  const offers = new Map<string, Offer>();
  let cursor: string | undefined;
  let read = 0;
  do {
    const page = await desk.store.list<Offer>(liveOffers, {
      limit: offersPerPage,
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const offer of page.items) {
      const known = offers.get(offer.strategy);
      if (known === undefined || known.generation < offer.generation) offers.set(offer.strategy, offer);
    }
    read += page.items.length;
    cursor = page.cursor;
  } while (cursor !== undefined && read < maxOffers);
  return offers;
}

/**
 * The lines of each price source, those with the most to lose first: prices in the table, which are there at once, before
 * prices somebody must be asked for, and quotes that are on the hub before those yet to be made.
 */
export function bySource(lines: readonly Line[]): Line[][] {
  const sources = new Map<string, Line[]>();
  for (const line of lines) {
    if (line.strategy === undefined) continue;
    const id = sourceId(line.strategy);
    sources.set(id, [...(sources.get(id) ?? []), line]);
  }
  return [...sources.values()].sort((one, other) => rank(one) - rank(other));
}

function rank(lines: readonly Line[]): number {
  const mustAsk = lines[0]?.strategy?.price.from === 'http';
  const hasQuote = lines.some(({ offer }) => offer !== undefined);
  return (mustAsk ? 2 : 0) + (hasQuote ? 0 : 1);
}
