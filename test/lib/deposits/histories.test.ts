import { describe, expect, it } from 'vitest';
import { watchDeposits } from '../../../lib/deposits/run.ts';
import type { WalletMovement } from '../../../lib/partner-api/index.ts';
import { Crash, DepositWorld, movement, startMs, startSeconds } from './world.ts';

const seeds = process.env['NIGHTLY'] === undefined ? 12 : 400;
const hour = 3600;
const minuteMs = 60_000;
/** Everything has happened by then; faults end too, and the last look is an hour later. */
const endSeconds = 40 * hour;
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

/** Numbers from 0 to below 1 that follow from a seed (mulberry32). */
function numbersOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Something paid in. It shows in the wallet's history, and within ten minutes in the ledger, maybe hours after its time. */
interface Payment {
  readonly row: WalletMovement;
  readonly showsAtSeconds: number;
  readonly type: 'deposit' | 'transferIn' | 'swapIn';
  readonly inLedgerAtSeconds: number;
}

function paymentsOf(next: () => number): Payment[] {
  const below = (limit: number) => Math.floor(next() * limit);
  return Array.from({ length: 60 }, (_, place) => {
    const atSeconds = below(endSeconds - 24 * hour);
    const showsAtSeconds = atSeconds + (next() < 0.25 ? below(23 * hour) : below(30));
    const type = (['deposit', 'deposit', 'transferIn', 'swapIn'] as const)[below(4)] ?? 'deposit';
    const copies = type === 'deposit' && next() < 0.2 ? 2 + below(2) : 1;
    const chainTxId = type === 'deposit' && next() < 0.3 ? '' : `chain-${place}`;
    const netAmountBaseUnits = BigInt(1 + below(3));
    const changes = { netAmountBaseUnits, ...(type === 'deposit' ? {} : { txId: `tx-${place}` }) };
    return Array.from({ length: copies }, () => ({
      row: movement(chainTxId, atSeconds, changes),
      // Payments that are the same in everything do not show at once.
      showsAtSeconds: showsAtSeconds + (copies > 1 ? below(10 * 60) : 0),
      type,
      inLedgerAtSeconds: showsAtSeconds - 60 + below(9 * 60),
    }));
  }).flat();
}

/** What the Partner API shows at this moment, in either order. */
function show(world: DepositWorld, payments: readonly Payment[], newestFirst: boolean): void {
  const nowSeconds = world.nowMs / 1000 - startSeconds;
  const shown = payments.filter(({ showsAtSeconds }) => showsAtSeconds <= nowSeconds).map(({ row }) => row);
  world.history.splice(0, world.history.length, ...(newestFirst ? shown.toReversed() : shown));
  const rows = payments
    .filter(({ type, inLedgerAtSeconds }) => type !== 'deposit' && inLedgerAtSeconds <= nowSeconds)
    .map(({ row: { txId, timestampSeconds }, type }) => ({ txId, timestampSeconds, type }));
  world.ledger.splice(0, world.ledger.length, ...rows.toSorted((a, b) => b.timestampSeconds - a.timestampSeconds));
}

/** One run, or two at once, on a slow table, with little time or much. */
async function look(world: DepositWorld, next: () => number): Promise<void> {
  const startedMs = world.nowMs;
  const one = async () => {
    const watcher = world.watcher();
    const { create } = watcher.store;
    watcher.store.create = (draft) => {
      world.nowMs += 200;
      return create(draft);
    };
    await watchDeposits(watcher, settings, startedMs + (next() < 0.3 ? 23_000 : 55_000)).catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error;
    });
  };
  await Promise.all(next() < 0.1 ? [one(), one()] : [one()]);
  world.nowMs = Math.max(world.nowMs, startedMs + minuteMs);
}

async function live(seed: number): Promise<{ payments: Payment[]; world: DepositWorld }> {
  const next = numbersOf(seed);
  const world = new DepositWorld();
  const payments = paymentsOf(next);
  const newestFirst = next() < 0.5;
  const kinds = ['fails', 'fails after its effect', 'dies before', 'dies after'] as const;
  while (world.nowMs < startMs + endSeconds * 1000 + 60 * minuteMs) {
    const isOver = world.nowMs > startMs + endSeconds * 1000;
    show(world, payments, newestFirst);
    world.ledgerFails = !isOver && next() < 0.1;
    if (!isOver && next() < 0.3) {
      const kind = kinds[Math.floor(next() * kinds.length)] ?? 'fails';
      world.fault = { call: world.calls + Math.floor(next() * 12), kind };
    }
    await look(world, next);
    // Runs are missed as well.
    if (!isOver && next() < 0.7) world.nowMs += Math.floor(next() * 15) * minuteMs;
  }
  return { payments, world };
}

describe('a wallet whatever happens', () => {
  it.each(Array.from({ length: seeds }, (_, place) => place + 1))(
    'has each deposit and transfer told once and no swap (history %i)',
    async (seed) => {
      const { payments, world } = await live(seed);
      const paid = payments
        .filter(({ type }) => type !== 'swapIn')
        .map(({ row }) => `${row.timestampSeconds} ${row.chainTxId} ${row.txId} ${row.netAmountBaseUnits}`);
      const told = world
        .deposits()
        .map((one) => `${one.arrivedAtSeconds} ${one.chainTxId} ${one.txId ?? ''} ${one.amount}`);
      expect(told.toSorted()).toEqual(paid.toSorted());
    },
  );
});
