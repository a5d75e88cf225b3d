import type { Draft, Item, ItemStore } from '../instructions/ports.ts';

/** Sums of approved net amounts by the start of their bucket, counted in buckets since 1970. Decimal text. */
type Buckets = Readonly<Record<string, string>>;

/**
 * What a core client approved of one asset. The item is written with the same condition as the limit was read under, so two
 * runs cannot both use the same room. An approval is counted before it is decided; a crash in between leaves it counted,
 * so that a limit can become too strict for a while and never too loose.
 *
 *     count (open) ──▶ decision ──▶ vote ──▶ read back ──▶ settle (buckets)
 *        └─ a vote that comes later counts again: the open entry moves to the new time, on condition of room
 */
interface ApprovedTotals extends Item {
  readonly minutes: Buckets;
  readonly hours: Buckets;
  readonly days: Buckets;
  /** Counted, and not known to be voted on: by action, so that counting one again only moves it in time. */
  readonly open: Readonly<Record<string, OpenApproval>>;
}

interface OpenApproval {
  readonly amount: string;
  /** The last moment at which the vote it was counted for may act. */
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
 * At most this many approvals are kept open; beyond it the oldest are settled as they were counted. One that is voted on after
 * that is counted a second time, which is too strict and never too loose.
 */
const mostOpen = 200;
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
  /** The last moment at which its vote may act: until it is read back, the window it is counted in can only be too large. */
  readonly atMs: number;
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
  const open = Object.entries(item.open)
    .filter(([actionId, { atMs }]) => actionId !== exceptActionId && atMs > fromMs)
    .map(([, { amount }]) => BigInt(amount));
  return [...settled, ...open].reduce((sum, amount) => sum + amount, 0n);
}

/**
 * Counts an approval, or counts it at a later time, on condition that the totals are still what the decision was based on.
 *
 *     us    read v7 (room for one) ── decide ── write v8 if v7 ✓ ── store the decision ── vote
 *     them  read v7 (room for one) ── decide ── write v8 if v7 ✗ ── read v8, decide again: no room
 *
 * @returns false when somebody else wrote in between: decide again
 */
export async function count(store: ItemStore, read: TotalsRead, counted: Counted, nowMs: number): Promise<boolean> {
  const { item } = read;
  const { actionId, baseUnits, atMs } = counted;
  const known = item ?? { minutes: {}, hours: {}, days: {}, open: {} };
  const kept = keepSmall(known, { ...known.open, [actionId]: { amount: String(baseUnits), atMs } }, nowMs);
  const draft: Draft<ApprovedTotals> = { id: read.id, index: {}, ...kept };
  const written = item === undefined ? await store.create<ApprovedTotals>(draft) : await store.replace(item, draft);
  return written !== undefined;
}

/** An action of which something was counted. */
interface CountedAction {
  readonly coreClientId: string;
  readonly asset: string;
  readonly actionId: string;
}

/** What was counted was read back as approved at this moment, hence has been approved before it. */
export async function settleCount(store: ItemStore, counted: CountedAction, readBackAtMs: number): Promise<void> {
  await close(store, counted, (sums, { amount }) => settle(sums, { amount, atMs: readBackAtMs }));
}

/** What was counted is not approved and never will be. */
export async function takeBackCount(store: ItemStore, counted: CountedAction): Promise<void> {
  await close(store, counted, (sums) => sums);
}

async function close(
  store: ItemStore,
  { coreClientId, asset, actionId }: CountedAction,
  sumsAfter: (sums: Sums, entry: OpenApproval) => Sums,
): Promise<void> {
  for (let tries = 0; tries < maxTries; tries++) {
    const { id, item } = await readTotals(store, coreClientId, asset);
    const entry = item?.open[actionId];
    if (item === undefined || entry === undefined) return;
    const { [actionId]: _closed, ...open } = item.open;
    if ((await store.replace(item, { id, index: {}, ...sumsAfter(pick(item), entry), open })) !== undefined) return;
  }
  // Still open, hence still counted, until no window can touch it.
}

type Sums = Pick<ApprovedTotals, 'minutes' | 'hours' | 'days'>;

function pick({ minutes, hours, days }: Sums): Sums {
  return { minutes, hours, days };
}

function settle(sums: Sums, { amount, atMs }: OpenApproval): Sums {
  const added = widths.map(({ name, widthMs }) => {
    const bucket = String(Math.floor(atMs / widthMs));
    return [name, { ...sums[name], [bucket]: String(BigInt(sums[name][bucket] ?? '0') + BigInt(amount)) }];
  });
  return Object.fromEntries(added) as unknown as Sums;
}

/** The sums without what no window can touch any more, and with the oldest of too many open approvals settled. */
function keepSmall(sums: Sums, open: ApprovedTotals['open'], nowMs: number): Sums & Pick<ApprovedTotals, 'open'> {
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
