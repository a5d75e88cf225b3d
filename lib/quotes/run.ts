import { readControl } from '../instructions/control.ts';
import type { HubQuote } from '../partner-api/index.ts';
import type { QuoteDesk } from './desk.ts';
import { tellOfFollowed } from './followed.ts';
import { freshPrice, type Readings } from './prices.ts';
import { isBalanceCheckDue } from './publish.ts';
import { liveOffers, missingId, type Offer, strategyId } from './strategy.ts';
import { type Facts, reasonNotToQuote, reasonToWithdraw } from './verdict.ts';

/** At most this many live offers are looked at in one run; `check-config` allows no more strategies. */
const maxOffers = 5000;
const offersPerPage = 200;
/**
 * Prices read at the same time, so that sources which do not answer do not keep the others waiting: 2,000 of them, each
 * given 4 seconds, still fit into the function's time-out.
 */
const strategiesAtOnce = 200;

/**
 * Sends one hint for each strategy that needs a look: it has no quote and may have one, its quote must come off the hub, or
 * is not there any more. With nothing to do this costs the Partner API one listing of the hub per company.
 *
 * @returns how many hints were sent
 */
export async function publishQuotes(desk: QuoteDesk): Promise<{ looks: number }> {
  const control = await readControl(desk.store);
  const offers = await readOffers(desk);
  const listings = await readListings(desk);
  const readings: Readings = new Map();
  const names = [...new Set([...desk.strategies.map(({ name }) => name), ...offers.keys()])];
  const strategies = new Map(desk.strategies.map((strategy) => [strategy.name, strategy]));
  let looks = 0;
  for (let start = 0; start < names.length; start += strategiesAtOnce) {
    const some = names.slice(start, start + strategiesAtOnce);
    const hints = await Promise.all(
      some.map(async (name) => {
        const strategy = strategies.get(name);
        const price = strategy === undefined ? undefined : await freshPrice(desk, strategy, readings);
        const facts: Facts = { strategy, control, price, nowMs: desk.clock.nowMs() };
        const offer = offers.get(name);
        if (offer !== undefined) return lookAtOffer(offer, facts, listings);
        return reasonNotToQuote(facts) === undefined ? [strategyId(name)] : [];
      }),
    );
    const ids = hints.flat().map((id) => ({ id }));
    await desk.hints.send('quote', ids);
    looks += ids.length;
  }
  desk.report.count('QuotesLive', offers.size);
  return { looks };
}

/** The hint that asks for the look an offer needs, if it needs one. */
function lookAtOffer(offer: Offer, facts: Facts, listings: ReadonlyMap<string, readonly HubQuote[]>): string[] {
  // It is being seen to, at its own pace.
  if (offer.state === 'withdrawing') return [];
  const isDue = reasonToWithdraw(offer, facts) !== undefined || isBalanceCheckDue(offer, facts.nowMs);
  if (isDue) return [strategyId(offer.strategy)];
  // A listing that could not be had proves nothing.
  const listing = offer.state === 'published' ? listings.get(offer.terms.companyId) : undefined;
  const txId = offer.history[0]?.txId;
  const isMissing = listing !== undefined && !listing.some((quote) => quote.txId === txId);
  return isMissing ? [missingId(offer.strategy)] : [];
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

/** What each company of ours sees on the hub, one request each; the clients who follow it are told what is new. */
async function readListings(desk: QuoteDesk): Promise<Map<string, readonly HubQuote[]>> {
  const companies = new Set([
    ...desk.strategies.map(({ companyId }) => companyId),
    ...desk.clients.flatMap(({ followedPairs }) => followedPairs.map(({ companyId }) => companyId)),
  ]);
  const listings = new Map<string, readonly HubQuote[]>();
  for (const companyId of companies) {
    try {
      const listing = await desk.api.hub.list(companyId);
      listings.set(companyId, listing);
      await tellOfFollowed(desk, companyId, listing);
    } catch (error) {
      desk.report.warn('the hub could not be read', { companyId, error });
    }
  }
  return listings;
}
