import { canonicalHash } from '../instructions/ids.ts';
import type { Draft, Item, ItemStore } from '../instructions/ports.ts';
import type { Arrival, WatchedWallet } from './deposit.ts';

/**
 * How far a wallet was read. It only saves work: each deposit is recorded once whatever stands here.
 *
 * The ids of what was recorded are remembered, so that it is not written at again in every run. Those of a busy wallet are
 * spread over further items, for all that one answer can have must be remembered: else a run would spend its time on what
 * is recorded and never come to what is new.
 */
export interface Watermark extends Item {
  /** Up to this time stamp nothing is left to record but what came late. Never later than our own clock. */
  readonly newestSeconds: number;
  /** The beginnings of the ids of recorded arrivals, of the first item of `items`. */
  readonly known: readonly string[];
  /** How many items the ids are spread over, this one included; one when absent. */
  readonly items?: number;
  /** What waits to be explained: the beginning of its id, and since when. */
  readonly waiting?: Readonly<Record<string, number>>;
  /** Since when the wallet could not be read, epoch seconds. Absent when it can. */
  readonly failingSinceSeconds?: number;
}

interface Further extends Item {
  readonly known: readonly string[];
}

/** Ids in one item, about: 10,000 of 16 digits are 200 KB of the 400 KB that an item can have. */
const idsPerItem = 10_000;

/** A watermark as it was read, with all that is remembered. */
export interface Remembered {
  readonly mark: Watermark | undefined;
  readonly further: readonly (Further | undefined)[];
  readonly known: ReadonlySet<string>;
}

/** What is remembered of an arrival: 16 digits of Base58 are 93 bits. */
export function beginningOf({ id }: Pick<Arrival, 'id'>): string {
  return id.slice(0, 16);
}

/** The item a wallet's watermark stands in. */
export function watermarkId({ client, walletId }: WatchedWallet): string {
  return `watch/${client}/${walletId}`;
}

/** Reads a watermark with all that is remembered. */
export async function recall(store: ItemStore, wallet: WatchedWallet): Promise<Remembered> {
  const id = watermarkId(wallet);
  const mark = await store.get<Watermark>(id);
  const numbers = Array.from({ length: (mark?.items ?? 1) - 1 }, (_, place) => place + 1);
  const further = await Promise.all(numbers.map((number) => store.get<Further>(furtherId(id, number))));
  return { mark, further, known: new Set([mark, ...further].flatMap((item) => item?.known ?? [])) };
}

/** Writes what is new in it. Whoever loses a race read the same, or will read it again. */
export async function remember(
  store: ItemStore,
  { mark, further }: Remembered,
  wallet: WatchedWallet,
  next: Omit<Draft<Watermark>, 'id' | 'index' | 'items' | 'known'>,
  known: readonly string[],
): Promise<void> {
  const id = watermarkId(wallet);
  const [first = [], ...others] = spread(known);
  await Promise.all(
    others.map((ids, place) => write(store, further[place], { id: furtherId(id, place + 1), index: {}, known: ids })),
  );
  const items = others.length > 0 ? { items: others.length + 1 } : {};
  await write(store, mark, { id, index: {}, ...next, known: first, ...items });
}

/**
 * Notes that a wallet could not be read. The next time that it can, `remember` takes the note away.
 * @param firstSeconds the watermark of a wallet that was never read
 * @returns since when, epoch seconds
 */
export async function noteFailure(
  store: ItemStore,
  wallet: WatchedWallet,
  firstSeconds: number,
  nowSeconds: number,
): Promise<number> {
  const id = watermarkId(wallet);
  const mark = await store.get<Watermark>(id);
  if (mark?.failingSinceSeconds !== undefined) return mark.failingSinceSeconds;
  const failingSinceSeconds = nowSeconds;
  if (mark === undefined)
    await store.create<Watermark>({ id, index: {}, newestSeconds: firstSeconds, known: [], failingSinceSeconds });
  else await store.replace<Watermark>(mark, { ...mark, failingSinceSeconds });
  return nowSeconds;
}

function furtherId(id: string, number: number): string {
  return `${id}/${number}`;
}

/** Over as few items as hold them. Each stays where it is as long as their number does, so that few of them change. */
function spread(known: readonly string[]): string[][] {
  const items = Math.max(1, Math.ceil(known.length / idsPerItem));
  const spread = Array.from({ length: items }, (): string[] => []);
  // The first digit of an id is not any digit as likely as another; these are.
  for (const id of known.toSorted()) spread[(id.charCodeAt(8) * 31 + id.charCodeAt(9)) % items]?.push(id);
  return spread;
}

async function write<T extends Item>(store: ItemStore, current: T | undefined, draft: Draft<T>): Promise<void> {
  if (current === undefined) await store.create<T>(draft);
  else if (!isSame(current, draft)) await store.replace<T>(current, draft);
}

function isSame(current: Item, draft: Draft<Item>): boolean {
  const { version: _version, writeId: _writeId, ...members } = current;
  return canonicalHash(members) === canonicalHash(draft);
}
