import * as z from 'zod/mini';
import { moment } from '../instructions/fields.ts';
import { canonicalHash } from '../instructions/ids.ts';
import type { Door } from '../instructions/outside.ts';
import type { Item, ItemStore } from '../instructions/ports.ts';
import { InvalidRequest } from '../platform/http/errors.ts';
import { parseWith } from '../platform/http/parse.ts';
import type { QuoteDesk } from './desk.ts';
import { readPrice } from './document.ts';
import { parsePrice, pricePattern } from './price.ts';
import { type PriceAt, type Strategy, strategyId } from './strategy.ts';

/** The last price of a source. One item per source. */
interface PriceItem extends Item {
  readonly text: string;
  readonly atMs: number;
}

/** A price may be from this far in the future: the pricing engine's clock is another one. */
const clockMarginMs = 60_000;
/** A reading is written again only when it says something new, or the last one begins to be old. */
const rewriteAfterMs = 10_000;
const maxTries = 8;

/** The readings of one run, so that a source many strategies share is read once. */
export type Readings = Map<string, Promise<PriceAt | undefined>>;

/** The price of a strategy as it is now; `undefined` when there is none that is young enough. */
export async function freshPrice(
  desk: QuoteDesk,
  strategy: Strategy,
  readings: Readings = new Map(),
): Promise<PriceAt | undefined> {
  const id = priceId(strategy);
  let reading = readings.get(id);
  if (reading === undefined) {
    reading = strategy.price.from === 'http' ? readHttp(desk, strategy, id) : stored(desk.store, id);
    readings.set(id, reading);
  }
  const price = await reading;
  const ageMs = price === undefined ? Number.POSITIVE_INFINITY : desk.clock.nowMs() - price.atMs;
  return ageMs <= strategy.price.maxAgeSeconds * 1000 ? price : undefined;
}

/** Reads the source now; if that fails, what it said last is still its price until it is too old. */
async function readHttp(desk: QuoteDesk, { price }: Strategy, id: string): Promise<PriceAt | undefined> {
  if (price.from !== 'http') return undefined;
  const before = await storedItem(desk.store, id);
  try {
    const { text, atMs } = readPrice(await desk.readDocument(price.url), price, desk.clock.nowMs());
    if (before === undefined || before.text !== text || atMs - before.atMs > rewriteAfterMs) {
      const next = { id, index: {}, text, atMs };
      // Whoever else wrote meanwhile has read the same source.
      await (before === undefined ? desk.store.create<PriceItem>(next) : desk.store.replace<PriceItem>(before, next));
    }
    return asPrice({ text, atMs });
  } catch (error) {
    desk.report.warn('a price source could not be read', { url: price.url, error });
    desk.report.count('PriceSourceErrors', 1);
    return before === undefined ? undefined : asPrice(before);
  }
}

async function stored(store: ItemStore, id: string): Promise<PriceAt | undefined> {
  const item = await storedItem(store, id);
  return item === undefined ? undefined : asPrice(item);
}

async function storedItem(store: ItemStore, id: string): Promise<PriceItem | undefined> {
  return await store.get<PriceItem>(id);
}

function asPrice({ text, atMs }: Pick<PriceItem, 'text' | 'atMs'>): PriceAt | undefined {
  const price = parsePrice(text);
  return price === undefined ? undefined : { price, text, atMs };
}

/** A pushed price belongs to the client that pushes it; a document belongs to nobody. */
function priceId({ client, price }: Pick<Strategy, 'client' | 'price'>): string {
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
  const atMs = at === undefined ? nowMs : typeof at === 'number' ? at * 1000 : Date.parse(at);
  if (atMs > nowMs + clockMarginMs) throw new InvalidRequest(400, 'invalid field: at (in the future)', 'at');
  const stands = await keepNewest(door.store, { id: priceId(user), index: {}, text, atMs });
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
  next: Omit<PriceItem, 'version' | 'writeId'>,
): Promise<{ item: PriceItem; isNews: boolean }> {
  for (let tries = 0; tries < maxTries; tries++) {
    const current = await store.get<PriceItem>(next.id);
    if (current !== undefined && current.atMs > next.atMs) return { item: current, isNews: false };
    const written = await (current === undefined ? store.create<PriceItem>(next) : store.replace(current, next));
    if (written !== undefined) return { item: written, isNews: current?.text !== written.text };
  }
  throw new InvalidRequest(409, 'changed by somebody else: push it again');
}
