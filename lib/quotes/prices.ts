import * as z from 'zod/mini';
import { moment } from '../instructions/fields.ts';
import { canonicalHash } from '../instructions/ids.ts';
import type { Door } from '../instructions/outside.ts';
import type { Draft, Item, ItemStore } from '../instructions/ports.ts';
import { InvalidRequest } from '../platform/http/errors.ts';
import { parseWith } from '../platform/http/parse.ts';
import type { QuoteDesk } from './desk.ts';
import { clockMarginMs, readPrice } from './document.ts';
import { parsePrice, pricePattern } from './price.ts';
import { type FreshPrice, type PriceAt, type Strategy, strategyId } from './strategy.ts';

/** The last price of a source. One item per source. */
interface PriceItem extends Item {
  readonly text: string;
  /** The moment it was dated; it may be ahead of our clock. */
  readonly datedMs: number;
  /** The moment its age counts from: when it was dated, or when we first saw that date if it was ahead. */
  readonly atMs: number;
  /** When the source was asked last and did not answer, if it has not answered since. */
  readonly failedAtMs?: number;
}

/** A reading is written again only when it says something new, or the last one begins to be old. */
const rewriteAfterMs = 10_000;
/** A source that did not answer is not asked again for this long: waiting for it would hold up withdrawals. */
const askAgainMs = 20_000;
const maxTries = 8;

/** The readings of one run, so that a source many strategies share is read once. */
export type Readings = Map<string, Promise<PriceAt | undefined>>;

/** The price of a strategy as it is now; `undefined` when there is none that is young enough. */
export async function freshPrice(
  desk: QuoteDesk,
  strategy: Strategy,
  readings: Readings = new Map(),
): Promise<FreshPrice | undefined> {
  const id = sourceId(strategy);
  let reading = readings.get(id);
  if (reading === undefined) {
    reading = strategy.price.from === 'http' ? readHttp(desk, strategy, id) : stored(desk.store, id);
    readings.set(id, reading);
  }
  const price = await reading;
  if (price === undefined) return undefined;
  const staleAtMs = price.atMs + strategy.price.maxAgeSeconds * 1000;
  return desk.clock.nowMs() <= staleAtMs ? { ...price, staleAtMs } : undefined;
}

/** Reads the source now; if that fails, what it said last is still its price until it is too old. */
async function readHttp(desk: QuoteDesk, { price }: Strategy, id: string): Promise<PriceAt | undefined> {
  if (price.from !== 'http') return undefined;
  const before = await desk.store.get<PriceItem>(id);
  if (before?.failedAtMs !== undefined && desk.clock.nowMs() - before.failedAtMs < askAgainMs) return asPrice(before);
  const said = await ask(desk, price);
  if (said === undefined) {
    const { text = '', datedMs = 0, atMs = 0 } = before ?? {};
    await note(desk.store, before, { id, index: {}, text, datedMs, atMs, failedAtMs: desk.clock.nowMs() });
    return asPrice(before);
  }
  const next = { id, index: {}, ...said, atMs: ageFromMs(said.datedMs, before, desk.clock.nowMs()) };
  const isYoung = before !== undefined && !isAhead(next) && next.atMs - before.atMs <= rewriteAfterMs;
  const isKnown = before?.text === next.text && (isYoung || before.datedMs === next.datedMs);
  if (!isKnown || before.failedAtMs !== undefined) await note(desk.store, before, next);
  return asPrice(next);
}

/** However often a price that is dated ahead is said again, it is no younger than it was at first. */
function ageFromMs(datedMs: number, before: PriceItem | undefined, nowMs: number): number {
  return before?.datedMs === datedMs ? before.atMs : Math.min(datedMs, nowMs);
}

function isAhead({ datedMs, atMs }: Pick<PriceItem, 'datedMs' | 'atMs'>): boolean {
  return datedMs > atMs;
}

type HttpSource = Extract<Strategy['price'], { from: 'http' }>;

async function ask(desk: QuoteDesk, source: HttpSource): Promise<{ text: string; datedMs: number } | undefined> {
  try {
    return readPrice(await desk.readDocument(source.url), source, desk.clock.nowMs());
  } catch (error) {
    desk.report.warn('a price source could not be read', { url: source.url, error });
    desk.report.count('PriceSourceErrors', 1);
    return undefined;
  }
}

/** Whoever else wrote meanwhile has read the same source: then theirs stands. */
async function note(store: ItemStore, before: PriceItem | undefined, next: Draft<PriceItem>): Promise<void> {
  await (before === undefined ? store.create<PriceItem>(next) : store.replace<PriceItem>(before, next));
}

async function stored(store: ItemStore, id: string): Promise<PriceAt | undefined> {
  return asPrice(await store.get<PriceItem>(id));
}

function asPrice(known: Pick<PriceItem, 'text' | 'atMs'> | undefined): PriceAt | undefined {
  const price = parsePrice(known?.text ?? '');
  return known === undefined || price === undefined ? undefined : { price, text: known.text, atMs: known.atMs };
}

/** What names the source of a strategy's price. A pushed price belongs to the client that pushes it; a document to nobody. */
export function sourceId({ client, price }: Pick<Strategy, 'client' | 'price'>): string {
  return price.from === 'pushed'
    ? `price/${canonicalHash(['pushed', client, price.name])}`
    : `price/${canonicalHash(['http', price.url, price.pointer, price.atPointer ?? null])}`;
}

/** The body of `POST /prices`: units of the asset received per unit of the asset sent. */
export const pushedPriceSchema = z.strictObject({
  name: z.string().check(z.minLength(1), z.maxLength(100)),
  price: z.string().check(
    z.regex(pricePattern, 'is not a positive decimal'),
    z.refine((text) => parsePrice(text) !== undefined, 'is not a positive decimal'),
  ),
  at: z.optional(moment),
});

/** What a pushed price came to. */
export interface PushedPrice {
  readonly name: string;
  readonly price: string;
  readonly atMs: number;
}

/**
 * Takes a price from a client's pricing engine. A price older than the one that stands changes nothing, so that messages
 * which overtake each other do no harm. Every strategy that uses it is looked at at once.
 *
 * @returns the price that stands
 * @throws InvalidRequest 400 naming the field, 404 for a name that no strategy of this client uses
 */
export async function putPrice(
  door: Door,
  strategies: readonly Strategy[],
  client: string,
  body: unknown,
): Promise<PushedPrice> {
  const { name, price: text, at } = parseWith(pushedPriceSchema, body);
  const users = strategies.filter(
    (each) => each.client === client && each.price.from === 'pushed' && each.price.name === name,
  );
  const [user] = users;
  if (user === undefined) throw new InvalidRequest(404, 'price', 'name');
  const nowMs = door.clock.nowMs();
  const datedMs = at === undefined ? nowMs : typeof at === 'number' ? at * 1000 : Date.parse(at);
  if (datedMs > nowMs + clockMarginMs) throw new InvalidRequest(400, 'invalid field: at (in the future)', 'at');
  const stands = await keepNewest(door.store, sourceId(user), { text, datedMs }, nowMs);
  if (stands.isNews) {
    await door.hints.send(
      'quote',
      users.map((each) => ({ id: strategyId(each.name) })),
    );
  }
  return { name, price: stands.item.text, atMs: stands.item.atMs };
}

/**
 *     09:00:01  read 09:00:00 ── write if unchanged ✓
 *     09:00:02       read 09:00:00 ── write if unchanged ✗ ── read 09:00:01 ── write if unchanged ✓
 */
async function keepNewest(
  store: ItemStore,
  id: string,
  pushed: Pick<PriceItem, 'text' | 'datedMs'>,
  nowMs: number,
): Promise<{ item: PriceItem; isNews: boolean }> {
  for (let tries = 0; tries < maxTries; tries++) {
    const current = await store.get<PriceItem>(id);
    const next = { id, index: {}, ...pushed, atMs: ageFromMs(pushed.datedMs, current, nowMs) };
    if (current !== undefined && isOlder(next, current)) return { item: current, isNews: false };
    const written = await (current === undefined ? store.create<PriceItem>(next) : store.replace(current, next));
    if (written !== undefined) return { item: written, isNews: current?.text !== written.text };
  }
  throw new InvalidRequest(409, 'changed by somebody else: push it again');
}

/**
 * Whether a price is older than the one that stands. One that is dated ahead is compared by its date, which the same clock
 * has written. One that is not is compared with when the other came, or a clock that was ahead would shut out every price
 * after it has been put right.
 */
function isOlder(next: Draft<PriceItem>, current: PriceItem): boolean {
  return isAhead(next) ? next.datedMs < current.datedMs : next.atMs < current.atMs;
}
