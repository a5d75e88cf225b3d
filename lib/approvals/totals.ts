import type { Draft, Item, ItemStore } from '../instructions/ports.ts';

/** Sums of approved net amounts by the start of their bucket, counted in buckets since 1970. Decimal text. */
type Buckets = Readonly<Record<string, string>>;

/**
 * What a core client approved of one asset. The item is written with the same condition as the limit was read under, so two
 * runs cannot both use the same room. An approval is counted before it is decided; a crash in between leaves it counted,
 * so that a limit can become too strict for a while and never too loose.
 */
interface ApprovedTotals extends Item {
  readonly minutes: Buckets;
  readonly hours: Buckets;
  readonly days: Buckets;
  /** Counted, and not known to be decided: by action, so that counting one again changes nothing. */
  readonly unconfirmed: Readonly<Record<string, { readonly amount: string; readonly atMs: number }>>;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/**
 * Three widths of buckets, so that windows from a minute to 31 days need at most about 200 numbers, whatever windows the
 * rules name now or later. A window counts every bucket it touches, so it is too strict by at most one bucket.
 */
const widths = [
  { name: 'minutes', widthMs: minuteMs, upToMs: 2 * hourMs },
  { name: 'hours', widthMs: hourMs, upToMs: 48 * hourMs },
  { name: 'days', widthMs: dayMs, upToMs: 31 * dayMs },
] as const;

/** An approval that was counted this long ago without being confirmed stays counted for good. */
const unconfirmedForMs = 600_000;
/** More than this many unconfirmed approvals at once: something is wrong, and nothing more is approved. */
const mostUnconfirmed = 500;
const maxTries = 8;

/** The totals of one asset as they were read: what a decision is based on, and then written against. */
export interface TotalsRead {
  readonly id: string;
  readonly item: ApprovedTotals | undefined;
}

/** An approval to be counted. */
export interface Counted {
  readonly actionId: string;
  readonly baseUnits: bigint;
}

/** Reads what a core client approved of an asset. Strongly consistent. */
export async function readTotals(store: ItemStore, coreClientId: string, asset: string): Promise<TotalsRead> {
  const id = `approved/${coreClientId}/${asset}`;
  return { id, item: await store.get<ApprovedTotals>(id) };
}

/** What was approved within the window, all approvals but that of `exceptActionId`. Base units. */
export function approvedWithin(
  { item }: TotalsRead,
  windowSeconds: number,
  nowMs: number,
  exceptActionId: string,
): bigint {
  if (item === undefined) return 0n;
  const windowMs = windowSeconds * 1000;
  const width = widths.find(({ upToMs }) => windowMs <= upToMs) ?? widths[2];
  const fromMs = nowMs - windowMs;
  const settled = Object.entries(item[width.name])
    .filter(([bucket]) => (Number(bucket) + 1) * width.widthMs > fromMs)
    .map(([, amount]) => BigInt(amount));
  const unconfirmed = Object.entries(item.unconfirmed)
    .filter(([actionId, { atMs }]) => actionId !== exceptActionId && atMs > fromMs)
    .map(([, { amount }]) => BigInt(amount));
  return [...settled, ...unconfirmed].reduce((sum, amount) => sum + amount, 0n);
}

/**
 * Counts an approval, on condition that the totals are still what the decision was based on.
 *
 *     us    read v7 (room for one) ── decide ── write v8 if v7 ✓ ── store the decision ── vote
 *     them  read v7 (room for one) ── decide ── write v8 if v7 ✗ ── read v8, decide again: no room
 *
 * @returns false when somebody else wrote in between (decide again), or when too much is unconfirmed
 */
export async function count(store: ItemStore, read: TotalsRead, counted: Counted, nowMs: number): Promise<boolean> {
  const { item } = read;
  const swept = sweep(item ?? { minutes: {}, hours: {}, days: {}, unconfirmed: {} }, nowMs);
  if (Object.keys(swept.unconfirmed).length >= mostUnconfirmed) return false;
  const unconfirmed = { ...swept.unconfirmed, [counted.actionId]: { amount: String(counted.baseUnits), atMs: nowMs } };
  const draft: Draft<ApprovedTotals> = { id: read.id, index: {}, ...swept, unconfirmed };
  const written = item === undefined ? await store.create<ApprovedTotals>(draft) : await store.replace(item, draft);
  return written !== undefined;
}

/** Ends the wait for a decision: it was made (`approved`), or it was another one and nothing is to be counted. */
export async function confirm(store: ItemStore, id: string, actionId: string, approved: boolean): Promise<void> {
  for (let tries = 0; tries < maxTries; tries++) {
    const item = await store.get<ApprovedTotals>(id);
    const entry = item?.unconfirmed[actionId];
    if (item === undefined || entry === undefined) return;
    const { [actionId]: _confirmed, ...unconfirmed } = item.unconfirmed;
    const settled = approved ? settle(item, BigInt(entry.amount), entry.atMs) : pick(item);
    if ((await store.replace(item, { id, index: {}, ...settled, unconfirmed })) !== undefined) return;
  }
  // Still unconfirmed, hence still counted: the next count of this asset settles it.
}

type Sums = Pick<ApprovedTotals, 'minutes' | 'hours' | 'days'>;

function pick({ minutes, hours, days }: Sums): Sums {
  return { minutes, hours, days };
}

function settle(sums: Sums, baseUnits: bigint, atMs: number): Sums {
  const added = widths.map(({ name, widthMs }) => {
    const bucket = String(Math.floor(atMs / widthMs));
    return [name, { ...sums[name], [bucket]: String(BigInt(sums[name][bucket] ?? '0') + baseUnits) }];
  });
  return Object.fromEntries(added) as unknown as Sums;
}

/** Forgets buckets that no window can touch any more, and settles what was unconfirmed for too long: as approved. */
function sweep(totals: Omit<ApprovedTotals, keyof Item>, nowMs: number): Omit<ApprovedTotals, keyof Item> {
  let sums = Object.fromEntries(
    widths.map(({ name, widthMs, upToMs }) => [
      name,
      Object.fromEntries(
        Object.entries(totals[name]).filter(([bucket]) => (Number(bucket) + 1) * widthMs > nowMs - upToMs),
      ),
    ]),
  ) as unknown as Sums;
  const unconfirmed = Object.entries(totals.unconfirmed).filter(([, { amount, atMs }]) => {
    if (nowMs - atMs < unconfirmedForMs) return true;
    sums = settle(sums, BigInt(amount), atMs);
    return false;
  });
  return { ...sums, unconfirmed: Object.fromEntries(unconfirmed) };
}
