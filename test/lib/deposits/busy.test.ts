import { describe, expect, it } from 'vitest';
import { watchDeposits } from '../../../lib/deposits/run.ts';
import type { Item } from '../../../lib/instructions/ports.ts';
import { toRecord } from '../../../lib/platform/dynamo-record.ts';
import { DepositWorld, movement } from './world.ts';

const settings = {
  watches: [{ client: 'desk' }],
  clients: [
    {
      id: 'desk',
      bindings: [{ companyId: 'company', fundId: 'fund', walletId: 'w1', asset: 'BTC-TESTNET' }],
      sweeps: [],
    },
  ],
};
const timeoutMs = 55_000;
const arrivals = 20_000;

/** A wallet with so many arrivals within the last hours, the newest first. */
function busyWorld(): DepositWorld {
  const world = new DepositWorld();
  for (let place = 0; place < arrivals; place++) {
    world.history.push(movement(`c${place}`, -80_000 + Math.floor((place * 79_000) / arrivals)));
  }
  world.history.reverse();
  return world;
}

/** One run, with a table on which a write takes 10 ms, and which ends as Lambda ends it. */
async function run(world: DepositWorld, startedMs: number): Promise<{ tookMs: number; made: number }> {
  let made = 0;
  world.nowMs = startedMs;
  const watcher = world.watcher();
  const spend = (ms: number) => {
    world.nowMs += ms;
    if (world.nowMs > startedMs + timeoutMs) throw new Error('the time is up');
  };
  const { create } = watcher.store;
  watcher.store.create = async (draft) => {
    spend(10);
    const created = await create(draft);
    if (created !== undefined && 'chainTxId' in created) made++;
    return created;
  };
  const { send } = watcher.hints;
  watcher.hints.send = async (...given) => {
    spend(10);
    await send(...given);
  };
  await watchDeposits(watcher, settings, startedMs + timeoutMs);
  return { tookMs: world.nowMs - startedMs, made };
}

describe('a wallet with 20,000 arrivals in a day', () => {
  it('has each told once and none lost, over several runs that all end in time', { timeout: 900_000 }, async () => {
    const world = busyWorld();
    let startedMs = world.nowMs;
    let made = 0;
    let runs = 0;
    for (; made < arrivals && runs < 20; runs++) {
      const ran = await run(world, startedMs);
      expect(ran.tookMs).toBeLessThan(timeoutMs);
      made += ran.made;
      startedMs += 60_000;
    }
    expect(runs).toBeGreaterThan(3);
    const deposits = world.deposits();
    expect(deposits).toHaveLength(arrivals);
    expect(new Set(deposits.map(({ chainTxId }) => chainTxId)).size).toBe(arrivals);
    expect(world.hints.waiting('tell')).toHaveLength(arrivals);
    expect(world.alarms).toEqual([]);

    // From here on it costs no more than a quiet one, and one that comes late is found at once.
    world.writes = 0;
    await run(world, startedMs);
    expect(world.writes).toBe(0);
    world.history.push(movement('late', -79_000));
    expect(await run(world, startedMs + 60_000)).toMatchObject({ made: 1 });

    const sizes = world.table.all<Item>().map(({ version, writeId, ...draft }) => {
      return JSON.stringify(toRecord(draft, version, writeId)).length;
    });
    // The stored form in JSON is larger than what DynamoDB counts, and 400 KB is what it takes.
    expect(sizes.reduce((a, b) => Math.max(a, b))).toBeLessThan(300_000);
  });

  it('is told from a set moment years ago, over several runs', { timeout: 900_000 }, async () => {
    const world = new DepositWorld();
    const dayS = 24 * 3600;
    for (let place = 0; place < arrivals; place++) world.history.push(movement(`c${place}`, (place - arrivals) * 1000));
    const from = new Date(world.nowMs - 400 * dayS * 1000).toISOString();
    let startedMs = world.nowMs;
    const clients = settings.clients;
    for (let runs = 0; runs < 12; runs++) {
      world.nowMs = startedMs;
      const watcher = world.watcher();
      const { create } = watcher.store;
      watcher.store.create = async (draft) => {
        world.nowMs += 10;
        return await create(draft);
      };
      await watchDeposits(watcher, { watches: [{ client: 'desk', from }], clients }, startedMs + timeoutMs);
      startedMs += 60_000;
    }
    expect(world.deposits()).toHaveLength(arrivals);
    expect(world.hints.waiting('tell')).toHaveLength(arrivals);
    // It is read from where it is, and no longer from the beginning.
    expect(world.asked.at(-1)).toBeGreaterThan(world.asked[0] as number);
  });
});
