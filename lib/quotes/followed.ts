import { canonicalHash, derivedId } from '../instructions/ids.ts';
import type { Draft, Item } from '../instructions/ports.ts';
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

/** Quotes told of at the same time. */
const toldAtOnce = 20;

/**
 * Tells each client of the quotes it follows that were not there at the last look: each once, since the id of the event
 * follows from client and quote. The subject is stored before it is noted as seen, so a crash in between tells nobody twice
 * and forgets nobody. Nothing is begun after `untilMs`: what was told by then is noted, and the next run goes on.
 */
export async function tellOfFollowed(
  desk: QuoteDesk,
  companyId: string,
  listing: readonly HubQuote[],
  untilMs: number,
): Promise<void> {
  for (const client of desk.clients) {
    if (!client.followedPairs.some((pair) => pair.companyId === companyId)) continue;
    const quotes = listing.filter((quote) => !quote.owner && follows(client, companyId, quote)).slice(0, maxSeen);
    await tellClient(desk, client, companyId, quotes, untilMs);
  }
}

async function tellClient(
  desk: QuoteDesk,
  client: DeskClient,
  companyId: string,
  quotes: readonly HubQuote[],
  untilMs: number,
): Promise<void> {
  const hasTime = () => desk.clock.nowMs() < untilMs;
  if (!hasTime())
    return desk.report.warn('no time left to tell a client of the hub', { clientId: client.id, companyId });
  const seenId = `hub-seen/${canonicalHash([client.id, companyId])}`;
  const seen = await desk.store.get<SeenItem>(seenId);
  const before = new Set(seen?.txIds);
  const fresh = quotes.filter((quote) => !before.has(quote.txId));
  const told = new Set(before);
  for (let start = 0; start < fresh.length && hasTime(); start += toldAtOnce) {
    const some = fresh.slice(start, start + toldAtOnce);
    await tellOf(desk, client, companyId, some);
    for (const { txId } of some) told.add(txId);
  }
  const txIds = quotes.map(({ txId }) => txId).filter((txId) => told.has(txId));
  if (told.size === before.size && txIds.length === before.size) return;
  const next = { id: seenId, index: {}, txIds };
  await (seen === undefined ? desk.store.create<SeenItem>(next) : desk.store.replace<SeenItem>(seen, next));
}

function follows({ followedPairs }: DeskClient, companyId: string, quote: HubQuote): boolean {
  return followedPairs.some(
    (pair) =>
      pair.companyId === companyId && pair.sendAsset === quote.sendAsset && pair.receiveAsset === quote.receiveAsset,
  );
}

async function tellOf(
  desk: QuoteDesk,
  client: DeskClient,
  companyId: string,
  quotes: readonly HubQuote[],
): Promise<void> {
  const subjects = quotes.map((quote) => hubQuoteSubject(desk, client, companyId, quote));
  const created = await Promise.all(subjects.map((subject) => desk.store.create<HubQuoteSubject>(subject)));
  const news = created.flatMap((subject) => (subject === undefined ? [] : [{ id: subject.id }]));
  if (news.length > 0) await desk.hints.send('tell', news);
}

function hubQuoteSubject(
  { clock, stage }: QuoteDesk,
  client: DeskClient,
  companyId: string,
  quote: HubQuote,
): Draft<HubQuoteSubject> {
  const nowMs = clock.nowMs();
  const told = { createdAtMs: nowMs, history: [{ state: 'available', atMs: nowMs }], telling: {}, tellAtMs: nowMs };
  return {
    id: derivedId(stage, 'hub-quote', client.id, quote.txId),
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
  };
}
