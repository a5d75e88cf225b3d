import { InvalidRequest } from '../platform/http/errors.ts';
import type { Door } from './outside.ts';
import type { Instruction } from './record.ts';
import {
  type Counted,
  count,
  countedWithin,
  openSince,
  readTotals,
  settleCount,
  takeBackCount,
} from './window-totals.ts';

/** What a client may ask for of one asset within a sliding window, from configuration. */
export interface Limit {
  readonly asset: string;
  /** Base units. */
  readonly max: string | number;
  readonly windowSeconds: number;
}

/**
 * A place that was taken for a request whose instruction is not in the table after this long is given up. A door has ended long
 * before, and a write that was signed then is not taken by the table any more.
 */
const orphanedAfterMs = 30 * 60_000;
/** At most this many orphans are looked at in one go; the others stay counted until the next request. */
const mostOrphansAtOnce = 10;
/** At each try somebody else took room or confirmed it, so half as many requests at once all come through. */
const maxTries = 200;

/**
 * Takes room for an instruction in every limit on its asset, all of them or none.
 *
 *     us    read totals ── room? ── count under our id, if unchanged ✓ ── create the instruction ── confirm
 *                                     └─ dies here: counted until somebody finds that there is no instruction
 *     them  read totals ── room? ── count under their id, if unchanged ✗ ── read again: no room
 *
 * A crash anywhere makes a limit too strict for a while, and never too loose. An instruction is counted when it is taken in,
 * whatever becomes of it.
 *
 * @param field the member of the request that says how much is paid at most, base units
 * @returns what to confirm once the instruction is in the table, by whomever it was put there; `undefined` without a limit
 * @throws InvalidRequest 422 naming the field when a limit has no room, 400 when it is not told how much is paid
 */
export async function takeRoom(
  door: Door,
  limits: readonly Limit[],
  { id, client, place, request }: Pick<Instruction, 'id' | 'client' | 'place' | 'request'>,
  field: string,
): Promise<Counted | undefined> {
  const ofAsset = limits.filter(({ asset }) => asset === place.asset);
  if (ofAsset.length === 0) return undefined;
  const amount = request[field];
  if (typeof amount !== 'string') {
    throw new InvalidRequest(400, `missing field: ${field} (there is a limit on ${place.asset})`, field);
  }
  const baseUnits = BigInt(amount);
  const totalsId = `limit/${client}/${place.asset}`;
  for (let tries = 0; tries < maxTries; tries++) {
    const nowMs = door.clock.nowMs();
    const totals = await readTotals(door.store, totalsId);
    const orphans = openSince(totals, nowMs - orphanedAfterMs).filter((key) => key !== id);
    if (orphans.length > 0) await closeOrphans(door, totalsId, orphans.slice(0, mostOrphansAtOnce));
    const current = orphans.length > 0 ? await readTotals(door.store, totalsId) : totals;
    for (const limit of ofAsset) {
      const sum = countedWithin(current, limit.windowSeconds, nowMs, id) + baseUnits;
      if (sum > BigInt(limit.max)) throw exceeded(sum, limit, field);
    }
    if (await count(door.store, current, { key: id, baseUnits, atMs: nowMs }, nowMs)) {
      return { totalsId, key: id };
    }
  }
  throw new Error(`${totalsId}: others kept writing first`);
}

/** Counts it for good. What could not be written is found to be an instruction of ours later on. */
export async function confirmRoom({ store, clock, report }: Door, room: Counted): Promise<void> {
  try {
    await settleCount(store, room, clock.nowMs());
  } catch (error) {
    report.warn('room in a limit not confirmed', { ...room, error });
  }
}

function exceeded(sum: bigint, { asset, max, windowSeconds }: Limit, field: string): InvalidRequest {
  return new InvalidRequest(422, `limit: ${sum} of ${asset} within ${windowSeconds} s would be above ${max}`, field);
}

/** An instruction that is there was counted for good; one that is not there never will be. */
async function closeOrphans({ store }: Door, totalsId: string, ids: readonly string[]): Promise<void> {
  for (const key of ids) {
    const instruction = await store.get<Instruction>(key);
    await (instruction === undefined
      ? takeBackCount(store, { totalsId, key })
      : settleCount(store, { totalsId, key }, instruction.createdAtMs));
  }
}
