import { type Control, readControl } from '../instructions/control.ts';
import type { HubQuote } from '../partner-api/index.ts';
import { signByMs } from '../platform/patience.ts';
import { eachAtOnce } from './at-once.ts';
import type { QuoteDesk } from './desk.ts';
import { tellOfFollowed } from './followed.ts';
import { bySource, type Line, readLines } from './lines.ts';
import { freshPrice, type Readings } from './prices.ts';
import { isBalanceCheckDue } from './publish.ts';
import { missingId, strategyId } from './strategy.ts';
import { type Facts, reasonNotToAct, reasonNotToQuote, reasonToWithdraw } from './verdict.ts';

/**
 * Price sources read at the same time: 2,000 of them that do not answer, each given 4 seconds, still fit into the function's
 * time-out.
 */
const sourcesAtOnce = 200;
/** Companies whose listings are read at the same time. */
const companiesAtOnce = 10;
/** What is kept of the function's time for telling clients, however long the listings take. */
const tellingMs = 5_000;
/** Clients are told until this much is left. */
const reserveMs = 2_000;
/** Where the caller has no deadline. */
const assumedRemainingMs = 30_000;

/**
 * Sends one hint for each strategy that needs a look: it has no quote and may have one, its quote must come off the hub, or
 * is not there any more. With nothing to do this costs the Partner API one listing of the hub per company.
 *
 * What takes quotes off the hub comes first, and waits neither for the hub nor for the price source of somebody else:
 *
 *     stopped, gone ──▶ hints │ each price source ──▶ hints │ each listing ──▶ hints │ followers are told, while there is time
 *
 * @param untilMs the end of the function
 * @returns how many hints were sent
 */
export async function publishQuotes(desk: QuoteDesk, untilMs?: number): Promise<{ looks: number }> {
  const deadlineMs = untilMs ?? desk.clock.nowMs() + assumedRemainingMs;
  const control = await readControl(desk.store);
  const lines = await readLines(desk);
  desk.report.count('QuotesLive', lines.filter(({ offer }) => offer !== undefined).length);
  const hinted = new Set<Line>();
  const hint = async (some: readonly Line[], idOf = strategyId) => {
    for (const line of some) hinted.add(line);
    await desk.hints.send(
      'quote',
      some.map(({ name }) => ({ id: idOf(name) })),
    );
  };

  const isHeld = ({ strategy }: Line) => reasonNotToAct({ strategy, control }) !== undefined;
  const held = lines.filter(isHeld);
  await hint(held.filter(({ offer }) => offer !== undefined && offer.state !== 'withdrawing'));
  const free = lines.filter((line) => !isHeld(line));
  await eachAtOnce(bySource(free), sourcesAtOnce, async (some) => hint(await linesToLookAt(desk, control, some)));

  const quiet = lines.filter((line) => !hinted.has(line));
  const listings = await readListings(desk, deadlineMs, (companyId, listing) =>
    hint(
      quiet.filter((line) => isMissing(line, companyId, listing)),
      missingId,
    ),
  );
  await tellFollowers(desk, listings, deadlineMs - reserveMs);
  return { looks: hinted.size };
}

/** Those of one price source that need a look; none, with a warning, when nothing can be learned now. */
async function linesToLookAt(desk: QuoteDesk, control: Control, lines: readonly Line[]): Promise<Line[]> {
  const readings: Readings = new Map();
  const found: Line[] = [];
  try {
    for (const line of lines) {
      const price = line.strategy && (await freshPrice(desk, line.strategy, readings));
      if (needsLook(line, { strategy: line.strategy, control, price, nowMs: desk.clock.nowMs() })) found.push(line);
    }
  } catch (error) {
    desk.report.warn('a price could not be looked up', { strategies: lines.map(({ name }) => name), error });
  }
  return found;
}

function needsLook({ offer }: Line, facts: Facts): boolean {
  if (offer === undefined) return reasonNotToQuote(facts) === undefined;
  // It is being seen to, at its own pace.
  if (offer.state === 'withdrawing') return false;
  return reasonToWithdraw(offer, facts) !== undefined || isBalanceCheckDue(offer, facts.nowMs);
}

/** Whether a listing should have a quote and has not. One that could not be had proves nothing. */
function isMissing({ offer }: Line, companyId: string, listing: readonly HubQuote[]): boolean {
  if (offer?.state !== 'published' || offer.terms.companyId !== companyId) return false;
  const txId = offer.history[0]?.txId;
  return !listing.some((quote) => quote.txId === txId);
}

/** What each company of ours sees on the hub, one request each. */
async function readListings(
  desk: QuoteDesk,
  deadlineMs: number,
  onListing: (companyId: string, listing: readonly HubQuote[]) => Promise<void>,
): Promise<Map<string, readonly HubQuote[]>> {
  const companies = new Set([
    ...desk.strategies.map(({ companyId }) => companyId),
    ...desk.clients.flatMap(({ followedPairs }) => followedPairs.map(({ companyId }) => companyId)),
  ]);
  const listings = new Map<string, readonly HubQuote[]>();
  const options = { signBeforeMs: signByMs(deadlineMs - tellingMs) };
  await eachAtOnce([...companies], companiesAtOnce, async (companyId) => {
    try {
      const listing = await desk.api.hub.list(companyId, options);
      listings.set(companyId, listing);
      await onListing(companyId, listing);
    } catch (error) {
      desk.report.warn('the hub could not be read', { companyId, error });
    }
  });
  return listings;
}

async function tellFollowers(
  desk: QuoteDesk,
  listings: ReadonlyMap<string, readonly HubQuote[]>,
  untilMs: number,
): Promise<void> {
  for (const [companyId, listing] of listings) {
    try {
      await tellOfFollowed(desk, companyId, listing, untilMs);
    } catch (error) {
      desk.report.warn('clients could not be told of the hub', { companyId, error });
    }
  }
}
