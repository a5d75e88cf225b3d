import { type Control, readControl } from '../instructions/control.ts';
import { alarmWhenTurnedAway } from '../instructions/turned-away.ts';
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
import { beginWithdrawal } from './withdraw.ts';

/**
 * Price sources read at the same time: 2,000 of them that do not answer, each given 4 seconds, still fit into the function's
 * time-out.
 */
const sourcesAtOnce = 200;
/** Withdrawals begun at the same time, of one source. Each is some requests to the table. */
const withdrawalsAtOnce = 25;
/** Companies whose listings are read at the same time. */
const companiesAtOnce = 10;
/** What is kept of the function's time for telling clients, however long the listings take. */
const tellingMs = 5_000;
/** Clients are told until this much is left. */
const reserveMs = 2_000;
/** Where the caller has no deadline. */
const assumedRemainingMs = 30_000;

/**
 * Begins to withdraw each quote that must come off the hub, and sends one hint for each strategy that needs a look: it has no
 * quote and may have one, or its quote is not on the hub any more. With nothing to do this costs the Partner API one listing
 * of the hub per company.
 *
 * Withdrawals come first and are begun here, in the table alone: they wait neither for the hub, nor for the price source of
 * somebody else, nor in the queue behind looks at a Partner API that does not answer.
 *
 *     stopped, gone ──▶ withdraw │ each price source ──▶ withdraw, hints │ each listing ──▶ hints │ followers, while there is time
 *
 * @param untilMs the end of the function
 * @returns how many strategies were seen to
 */
export async function publishQuotes(desk: QuoteDesk, untilMs?: number): Promise<{ looks: number }> {
  const deadlineMs = untilMs ?? desk.clock.nowMs() + assumedRemainingMs;
  const control = await readControl(desk.store);
  const lines = await readLines(desk);
  desk.report.count('QuotesLive', lines.filter(({ offer }) => offer !== undefined).length);
  const seenTo = new Set<Line>();
  const hint = async (some: readonly Line[], idOf = strategyId) => {
    for (const line of some) seenTo.add(line);
    await desk.hints.send(
      'quote',
      some.map(({ name }) => ({ id: idOf(name) })),
    );
  };

  const seeTo = async (needs: readonly Need[]) => {
    for (const { line } of needs) seenTo.add(line);
    await eachAtOnce(needs, withdrawalsAtOnce, (need) => withdrawNow(desk, need));
    await hint(needs.filter(({ reason }) => reason === undefined).map(({ line }) => line));
  };

  const isHeld = ({ strategy }: Line) => reasonNotToAct({ strategy, control }) !== undefined;
  await seeTo(needsOf(lines.filter(isHeld), { control, price: undefined, nowMs: desk.clock.nowMs() }));
  const free = lines.filter((line) => !isHeld(line));
  await eachAtOnce(bySource(free), sourcesAtOnce, async (some) => seeTo(await needsAtSource(desk, control, some)));

  const quiet = lines.filter((line) => !seenTo.has(line));
  const listings = await readListings(desk, deadlineMs, (companyId, listing) =>
    hint(
      quiet.filter((line) => isMissing(line, companyId, listing)),
      missingId,
    ),
  );
  await tellFollowers(desk, listings, deadlineMs - reserveMs);
  return { looks: seenTo.size };
}

/** A strategy that needs something: its quote withdrawn, for a reason, or else a look. */
interface Need {
  readonly line: Line;
  readonly reason: string | undefined;
}

/** What the strategies of one price source need; nothing, with a warning, when nothing can be learned now. */
async function needsAtSource(desk: QuoteDesk, control: Control, lines: readonly Line[]): Promise<Need[]> {
  const readings: Readings = new Map();
  try {
    const needs: Need[] = [];
    for (const line of lines) {
      const price = line.strategy && (await freshPrice(desk, line.strategy, readings));
      needs.push(...needsOf([line], { control, price, nowMs: desk.clock.nowMs() }));
    }
    return needs;
  } catch (error) {
    desk.report.warn('a price could not be looked up', { strategies: lines.map(({ name }) => name), error });
    return [];
  }
}

function needsOf(lines: readonly Line[], known: Omit<Facts, 'strategy'>): Need[] {
  return lines.flatMap((line) => {
    const facts = { ...known, strategy: line.strategy };
    if (line.offer === undefined) return reasonNotToQuote(facts) === undefined ? [{ line, reason: undefined }] : [];
    // It is being seen to, at its own pace.
    if (line.offer.state === 'withdrawing') return [];
    const reason = reasonToWithdraw(line.offer, facts);
    return reason !== undefined || isBalanceCheckDue(line.offer, facts.nowMs) ? [{ line, reason }] : [];
  });
}

/** The list may have told an older version of the offer: then the wish does no harm, and a look sees what is so. */
async function withdrawNow(desk: QuoteDesk, { line: { name, offer }, reason }: Need): Promise<void> {
  if (offer === undefined || reason === undefined) return;
  try {
    await beginWithdrawal(desk, offer, reason);
  } catch (error) {
    desk.report.warn('a withdrawal could not be begun', { strategy: name, offerId: offer.id, reason, error });
    await desk.hints.send('quote', [{ id: strategyId(name) }]);
  }
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
      alarmWhenTurnedAway(desk.report, error, { companyId });
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
