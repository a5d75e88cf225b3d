import { describe, expect, it } from 'vitest';
import { watchDeposits, watchedWallets } from '../../../lib/deposits/run.ts';
import type { Subject } from '../../../lib/instructions/subject.ts';
import { render } from '../../../lib/webhooks/events.ts';
import { DepositWorld, movement, startMs, startSeconds } from './world.ts';

const day = 24 * 3600;

describe('a watched wallet', () => {
  it('has each arrival told once, under an id of its own', async () => {
    const world = new DepositWorld();
    world.history.push(movement('c1', 1), movement('c2', 2, { netAmountBaseUnits: 2n ** 60n + 1n }));
    for (let run = 0; run < 5; run++) await world.run();
    expect(world.deposits().map(({ chainTxId, amount }) => [chainTxId, amount])).toEqual([
      ['c1', '500'],
      ['c2', String(2n ** 60n + 1n)],
    ]);
    expect(world.hints.waiting('tell')).toHaveLength(2);
    const first = world.deposits()[0] as Subject;
    expect(first).toMatchObject({ client: 'desk', tellAtMs: startMs, index: { dueAtMs: startMs } });
    expect(render(first, 0)).toMatchObject({
      type: 'deposit.received',
      data: {
        walletId: 'w1',
        companyId: 'company',
        fundId: 'fund',
        asset: 'BTC-TESTNET',
        amount: '500',
        chainTxId: 'c1',
      },
    });
  });

  it('tells of incoming transfers, and not of what leaves, nor of what a swap pays in', async () => {
    const world = new DepositWorld();
    world.history.push(
      movement('c1', 1, { txId: 'tx-in' }),
      movement('c2', 2, { txId: 'tx-out', netAmountBaseUnits: -500n, feeBaseUnits: -1n }),
      movement('c3', 3, { txId: 'tx-swap' }),
    );
    world.ledger.push({ txId: 'tx-in', type: 'transferIn' }, { txId: 'tx-swap', type: 'swapIn' });
    await world.run();
    await world.run();
    expect(world.deposits()).toMatchObject([{ txId: 'tx-in' }]);
    expect(world.ledgerPages).toBe(1);
  });

  it('writes nothing and asks no ledger when nothing is new', async () => {
    const world = new DepositWorld();
    for (let place = 0; place < 50; place++) world.history.push(movement(`c${place}`, place - 100));
    await world.run();
    world.writes = 0;
    for (let run = 0; run < 10; run++) await world.run();
    expect(world.writes).toBe(0);
  });

  it('is read from a day before the newest entry, for entries that come late', async () => {
    const world = new DepositWorld();
    world.history.push(movement('c1', 0));
    await world.run();
    world.history.push(movement('late', -day), movement('too late', -day - 1));
    await world.run();
    expect(world.deposits().map(({ chainTxId }) => chainTxId)).toEqual(['c1', 'late']);
  });

  it('misses no second arrival within the second of the newest one', async () => {
    const world = new DepositWorld();
    world.history.push(movement('c1', 10));
    await world.run();
    world.history.push(movement('c2', 10));
    await world.run();
    expect(world.deposits()).toHaveLength(2);
  });

  it('is read on from the newest entry after any pause', async () => {
    const world = new DepositWorld();
    await world.run();
    world.nowMs += 30 * day * 1000;
    world.history.push(movement('during the pause', 3 * day));
    await world.run();
    expect(world.deposits()).toHaveLength(1);
  });

  it('does not jump over anything because of an entry from the future', async () => {
    const world = new DepositWorld();
    world.history.push(movement('odd', 400 * day));
    await world.run();
    world.history.push(movement('c1', 100));
    await world.run();
    expect(world.deposits()).toHaveLength(2);
  });

  it('tells from a set moment on, however long ago', async () => {
    const world = new DepositWorld();
    world.history.push(movement('before', -90 * day - 1), movement('at', -90 * day), movement('after', -80 * day));
    await world.run(startSeconds - 90 * day);
    await world.run(startSeconds - 90 * day);
    expect(world.deposits().map(({ chainTxId }) => chainTxId)).toEqual(['at', 'after']);
  });
});

describe('two payments of one chain transaction', () => {
  it('are two deposits, also when they are the same', async () => {
    const world = new DepositWorld();
    world.history.push(movement('c1', 1), movement('c1', 1), movement('c1', 1, { netAmountBaseUnits: 700n }));
    await world.run();
    await world.run();
    expect(world.deposits().map(({ amount }) => amount)).toEqual(['500', '500', '700']);
  });

  it('are not confused when the second appears late and stands before the first', async () => {
    const world = new DepositWorld();
    world.history.push(movement('c1', 5, { netAmountBaseUnits: 700n }));
    await world.run();
    world.history.unshift(movement('c1', 4, { netAmountBaseUnits: 300n }));
    await world.run();
    expect(world.deposits().map(({ amount }) => amount)).toEqual(['700', '300']);
  });

  it('stay what they are when the time stamp of one is corrected', async () => {
    const world = new DepositWorld();
    world.history.push(movement('c1', 5));
    await world.run();
    world.history[0] = movement('c1', 65);
    await world.run();
    expect(world.deposits()).toHaveLength(1);
  });
});

describe('a run that is broken off anywhere', () => {
  it('neither loses an arrival nor tells one twice', async () => {
    const build = () => {
      const world = new DepositWorld();
      world.history.push(movement('c1', 1), movement('c2', 2, { txId: 'tx-in' }), movement('c3', 3));
      return world;
    };
    const plain = build();
    await plain.run();
    expect(plain.calls).toBeGreaterThan(7);
    for (let call = 0; call < plain.calls; call++) {
      for (const kind of ['fails', 'fails after its effect', 'dies before', 'dies after'] as const) {
        const world = build();
        world.fault = { call, kind };
        for (let run = 0; run < 3; run++) await world.run();
        const told = world.deposits().map(({ chainTxId, tellAtMs, index }) => [chainTxId, tellAtMs === index.dueAtMs]);
        expect(told, `${kind} at call ${call}`).toEqual([
          ['c1', true],
          ['c2', true],
          ['c3', true],
        ]);
      }
    }
  });

  it('nor do two runs at once', async () => {
    const world = new DepositWorld();
    world.history.push(movement('c1', 1), movement('c2', 2));
    await Promise.all([world.run(), world.run(), world.run()]);
    expect(world.deposits()).toHaveLength(2);
    expect(world.hints.waiting('tell')).toHaveLength(2);
  });
});

describe('what is watched', () => {
  const binding = { companyId: 'company', fundId: 'fund', asset: 'BTC-TESTNET' };
  const client = {
    id: 'desk',
    bindings: [
      { ...binding, walletId: 'w1' },
      { ...binding, walletId: 'w2' },
    ],
    sweeps: [{ coreClientId: 'core', walletId: 'w3', asset: 'BTC-TESTNET', recipientWalletIds: ['w1'] }],
  };

  it('is every wallet of a client, or those that are named; each tells the client whose binding names it', () => {
    const all = watchedWallets({ watches: [{ client: 'desk' }], clients: [client] });
    expect(all.map(({ wallet: { walletId, client: told, fundId } }) => [walletId, told, fundId])).toEqual([
      ['w1', 'desk', 'fund'],
      ['w2', 'desk', 'fund'],
      ['w3', 'desk', undefined],
    ]);
    const named = watchedWallets({ watches: [{ client: 'desk', wallets: ['w2', 'w9'] }], clients: [client] });
    expect(named.map(({ wallet: { walletId } }) => walletId)).toEqual(['w2']);
  });

  it('is told to each client that is bound to a wallet, under ids of their own', async () => {
    const world = new DepositWorld();
    world.history.push(movement('c1', 1));
    const clients = ['desk', 'other'].map((id) => ({ id, bindings: [{ ...binding, walletId: 'w1' }], sweeps: [] }));
    const watches = [{ client: 'desk' }, { client: 'other' }];
    await watchDeposits(world.watcher(), { watches, clients }, world.nowMs + 60_000);
    expect(
      world
        .deposits()
        .map(({ client: told }) => told)
        .toSorted(),
    ).toEqual(['desk', 'other']);
    expect(new Set(world.deposits().map(({ id }) => id)).size).toBe(2);
  });

  it('goes on although one wallet cannot be read, and stops in time', async () => {
    const world = new DepositWorld();
    world.history.push(movement('c1', 1, { walletId: 'w2' }));
    const settings = { watches: [{ client: 'desk' }], clients: [client] };
    await watchDeposits(world.watcher(), settings, world.nowMs + 10_000);
    expect(world.asked).toEqual([]);
    const watcher = world.watcher();
    const { history } = watcher.api.wallets;
    watcher.api.wallets.history = async (id, since) => {
      if (id === 'w1') throw new Error('cannot be read');
      return history(id, since);
    };
    await watchDeposits(watcher, settings, world.nowMs + 60_000);
    expect(world.deposits()).toHaveLength(1);
  });
});
