import type { Draft, Item, ItemStore } from './ports.ts';

/** Sums of amounts by the start of their bucket, counted in buckets since 1970. Decimal text. */
type Buckets = Readonly<Record<string, string>>;

/**
 * What was let through of one asset, for limits over any sliding window. The item is written with the same condition as the
 * limit was read under, so two runs cannot both use the same room. Something is counted before it is done; a crash in between
 * leaves it counted, so that a limit can become too strict for a while and never too loose.
 *
 *     count (open) ──▶ do it ──▶ seen to be done ──▶ settle (buckets)
 *        └─ one that is done later counts again: the open entry moves to the new time, on condition of room
 */
interface WindowTotals extends Item {
  readonly minutes: Buckets;
  readonly hours: Buckets;
  readonly days: Buckets;
  /** Counted, and not known to be done: by key, so that counting one again only moves it in time. */
  readonly open: Readonly<Record<string, OpenCount>>;
}

interface OpenCount {
  readonly amount: string;
  /** The last moment at which what it was counted for may act. */
  readonly atMs: number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const longestWindowMs = 31 * dayMs;

/**
 * Three widths of buckets, so that windows from a minute to 31 days need at most about 200 numbers, whatever windows the
 * rules name now or later. A window counts every bucket it touches, so it is too strict by at most one bucket.
 */
const widths = [
  { name: 'minutes', widthMs: minuteMs, upToMs: 2 * hourMs },
  { name: 'hours', widthMs: hourMs, upToMs: 48 * hourMs },
  { name: 'days', widthMs: dayMs, upToMs: longestWindowMs },
] as const;

/**
 * At most this many are kept open; beyond it the oldest are settled as they were counted. One that is counted again after that
 * is counted a second time, which is too strict and never too loose.
 */
const mostOpen = 200;
const maxTries = 8;

/** Totals as they were read: what a decision is based on, and then written against. */
export interface TotalsRead {
  readonly id: string;
  readonly item: WindowTotals | undefined;
}

/** Something to be counted. */
export interface ToCount {
  readonly key: string;
  readonly baseUnits: bigint;
  /** The last moment at which it may act: until it is settled, the window it is counted in can only be too large. */
  readonly atMs: number;
}

/** Reads totals. Strongly consistent. */
export async function readTotals(store: ItemStore, id: string): Promise<TotalsRead> {
  return { id, item: await store.get<WindowTotals>(id) };
}

/** What was counted within the window, all but `exceptKey`. Base units. */
export function countedWithin({ item }: TotalsRead, windowSeconds: number, nowMs: number, exceptKey: string): bigint {
  if (item === undefined) return 0n;
  const windowMs = windowSeconds * 1000;
  const width = widths.find(({ upToMs }) => windowMs <= upToMs) ?? widths[2];
  const fromMs = nowMs - windowMs;
  const settled = Object.entries(item[width.name])
    .filter(([bucket]) => (Number(bucket) + 1) * width.widthMs > fromMs)
    .map(([, amount]) => BigInt(amount));
  const open = Object.entries(item.open)
    .filter(([key, { atMs }]) => key !== exceptKey && atMs > fromMs)
    .map(([, { amount }]) => BigInt(amount));
  return [...settled, ...open].reduce((sum, amount) => sum + amount, 0n);
}

/** The keys of what was counted at or before this moment, and is not known to be done. */
export function openSince({ item }: TotalsRead, atMs: number): string[] {
  return Object.entries(item?.open ?? {}).flatMap(([key, entry]) => (entry.atMs <= atMs ? [key] : []));
}

/**
 * Counts something, or counts it at a later time, on condition that the totals are still what the decision was based on.
 *
 *     us    read v7 (room for one) ── decide ── write v8 if v7 ✓ ── do it
 *     them  read v7 (room for one) ── decide ── write v8 if v7 ✗ ── read v8, decide again: no room
 *
 * @returns false when somebody else wrote in between: decide again
 */
export async function count(store: ItemStore, read: TotalsRead, counted: ToCount, nowMs: number): Promise<boolean> {
  const { item } = read;
  const { key, baseUnits, atMs } = counted;
  const known = item ?? { minutes: {}, hours: {}, days: {}, open: {} };
  const kept = keepSmall(known, { ...known.open, [key]: { amount: String(baseUnits), atMs } }, nowMs);
  const draft: Draft<WindowTotals> = { id: read.id, index: {}, ...kept };
  const written = item === undefined ? await store.create<WindowTotals>(draft) : await store.replace(item, draft);
  return written !== undefined;
}

/** Something that was counted, and where. */
export interface Counted {
  readonly totalsId: string;
  readonly key: string;
}

/** What was counted is seen to be done at this moment, hence was done before it. */
export async function settleCount(store: ItemStore, counted: Counted, seenAtMs: number): Promise<void> {
  await close(store, counted, (sums, { amount }) => settle(sums, { amount, atMs: seenAtMs }));
}

/** What was counted is not done and never will be. */
export async function takeBackCount(store: ItemStore, counted: Counted): Promise<void> {
  await close(store, counted, (sums) => sums);
}

async function close(
  store: ItemStore,
  { totalsId, key }: Counted,
  sumsAfter: (sums: Sums, entry: OpenCount) => Sums,
): Promise<void> {
  for (let tries = 0; tries < maxTries; tries++) {
    const { id, item } = await readTotals(store, totalsId);
    const entry = item?.open[key];
    if (item === undefined || entry === undefined) return;
    const { [key]: _closed, ...open } = item.open;
    if ((await store.replace(item, { id, index: {}, ...sumsAfter(pick(item), entry), open })) !== undefined) return;
  }
  // Still open, hence still counted, until no window can touch it.
}

type Sums = Pick<WindowTotals, 'minutes' | 'hours' | 'days'>;

function pick({ minutes, hours, days }: Sums): Sums {
  return { minutes, hours, days };
}

function settle(sums: Sums, { amount, atMs }: OpenCount): Sums {
  const added = widths.map(({ name, widthMs }) => {
    const bucket = String(Math.floor(atMs / widthMs));
    return [name, { ...sums[name], [bucket]: String(BigInt(sums[name][bucket] ?? '0') + BigInt(amount)) }];
  });
  return Object.fromEntries(added) as unknown as Sums;
}

/** The sums without what no window can touch any more, and with the oldest of too many open ones settled. */
function keepSmall(sums: Sums, open: WindowTotals['open'], nowMs: number): Sums & Pick<WindowTotals, 'open'> {
  const touchable = Object.entries(open)
    .filter(([, { atMs }]) => atMs > nowMs - longestWindowMs)
    .sort(([, one], [, other]) => other.atMs - one.atMs);
  const settled = touchable.slice(mostOpen).reduce((before, [, entry]) => settle(before, entry), pick(sums));
  const touched = widths.map(({ name, widthMs, upToMs }) => [
    name,
    Object.fromEntries(
      Object.entries(settled[name]).filter(([bucket]) => (Number(bucket) + 1) * widthMs > nowMs - upToMs),
    ),
  ]);
  return {
    ...(Object.fromEntries(touched) as unknown as Sums),
    open: Object.fromEntries(touchable.slice(0, mostOpen)),
  };
}
