import { canonicalHash, derivedId } from '../instructions/ids.ts';
import type { Item } from '../instructions/ports.ts';
import { dueAtOf, type Subject } from '../instructions/subject.ts';
import type { HubQuote } from '../partner-api/index.ts';
import type { DeskClient, QuoteDesk } from './desk.ts';

/** A quote of somebody else on the hub, as one client is told of it. */
export interface HubQuoteSubject extends Subject {
  readonly subject: 'hub-quote';
  readonly quote: {
    readonly txId: string;
    readonly companyId: string;
    readonly sendAsset: string;
    readonly sendAmount: string;
    readonly receiveAsset: string;
    readonly receiveAmount: string;
    readonly expiresAtSeconds: number;
  };
}

/** Which quotes were on the hub at the last look, as far as this client follows them. */
interface SeenItem extends Item {
  readonly txIds: readonly string[];
}

/** At most this many quotes per client and company are remembered; more are told of again only if they come back. */
const maxSeen = 2000;

/**
 * Tells each client of the quotes it follows that were not there at the last look: each once, since the id of the event
 * follows from client and quote. The subject is stored before it is noted as seen, so a crash in between tells nobody twice
 * and forgets nobody.
 */
export async function tellOfFollowed(desk: QuoteDesk, companyId: string, listing: readonly HubQuote[]): Promise<void> {
  for (const client of desk.clients) {
    const quotes = listing.filter((quote) => !quote.owner && follows(client, companyId, quote)).slice(0, maxSeen);
    const seenId = `hub-seen/${canonicalHash([client.id, companyId])}`;
    if (!client.followedPairs.some((pair) => pair.companyId === companyId)) continue;
    const seen = await desk.store.get<SeenItem>(seenId);
    const before = new Set(seen?.txIds);
    const fresh = quotes.filter((quote) => !before.has(quote.txId));
    for (const quote of fresh) await tellOf(desk, client, companyId, quote);
    const txIds = quotes.map((quote) => quote.txId);
    if (fresh.length === 0 && txIds.length === before.size) continue;
    const next = { id: seenId, index: {}, txIds };
    await (seen === undefined ? desk.store.create<SeenItem>(next) : desk.store.replace<SeenItem>(seen, next));
  }
}

function follows({ followedPairs }: DeskClient, companyId: string, quote: HubQuote): boolean {
  return followedPairs.some(
    (pair) =>
      pair.companyId === companyId && pair.sendAsset === quote.sendAsset && pair.receiveAsset === quote.receiveAsset,
  );
}

async function tellOf(desk: QuoteDesk, client: DeskClient, companyId: string, quote: HubQuote): Promise<void> {
  const nowMs = desk.clock.nowMs();
  const id = derivedId(desk.stage, 'hub-quote', client.id, quote.txId);
  const told = { createdAtMs: nowMs, history: [{ state: 'available', atMs: nowMs }], telling: {}, tellAtMs: nowMs };
  const created = await desk.store.create<HubQuoteSubject>({
    id,
    subject: 'hub-quote',
    client: client.id,
    ...told,
    index: dueAtOf(told),
    quote: {
      txId: quote.txId,
      companyId,
      sendAsset: quote.sendAsset,
      sendAmount: String(quote.sendAmountBaseUnits),
      receiveAsset: quote.receiveAsset,
      receiveAmount: String(quote.receiveAmountBaseUnits),
      expiresAtSeconds: quote.expiresAtSeconds,
    },
  });
  if (created !== undefined) await desk.hints.send('tell', [{ id }]);
}
