import { describe, expect, it } from 'vitest';
import { watchDeposits, watchedWallets } from '../../../lib/deposits/run.ts';
import { watchWallet } from '../../../lib/deposits/watch.ts';
import type { Subject } from '../../../lib/instructions/subject.ts';
import { NotFoundError } from '../../../lib/partner-api/index.ts';
import { render } from '../../../lib/webhooks/events.ts';
import { DepositWorld, movement, startMs, startSeconds, wallet } from './world.ts';

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
    world.ledger.push({ txId: 'tx-swap', type: 'swapOut' });
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

  it('tells of an entry whose time stamp is no date', async () => {
    const world = new DepositWorld();
    world.history.push(movement('odd', 0, { timestampSeconds: startMs * 1000 * 1000 }));
    await world.run();
    expect(render(world.deposits()[0] as Subject, 0)).toMatchObject({ data: { chainTxId: 'odd' } });
  });

  it('does not jump over anything because of an entry from the future', async () => {
    const world = new DepositWorld();
    world.history.push(movement('odd', 400 * day));
    await world.run();
    world.history.push(movement('c1', 100));
    await world.run();
    expect(world.deposits()).toHaveLength(2);
  });

  it('tells of nothing older although the server gives all of the history every time', async () => {
    const world = new DepositWorld();
    world.history.push(movement('old', -40 * day), movement('c1', -10));
    for (let run = 0; run < 3; run++) {
      const watcher = world.watcher();
      watcher.api.wallets.history = async () => [...world.history];
      await watchWallet(watcher, wallet);
      world.nowMs += 2 * day * 1000;
      world.history.push(movement(`new-${run}`, (run + 1) * 2 * day - 10));
    }
    expect(world.deposits().map(({ chainTxId }) => chainTxId)).toEqual(['c1', 'new-0', 'new-1']);
    expect(world.writes).toBe(6);
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
      world.ledger.push({ txId: 'tx-in', type: 'transferIn' });
      return world;
    };
    const plain = build();
    await plain.run();
    expect(plain.calls).toBeGreaterThanOrEqual(8);
    for (let call = 0; call < plain.calls; call++) {
      for (const kind of ['fails', 'fails after its effect', 'dies before', 'dies after'] as const) {
        const world = build();
        world.fault = { call, kind };
        for (let run = 0; run < 3; run++) await world.run();
        const told = world.deposits().map(({ chainTxId, tellAtMs, index }) => [chainTxId, tellAtMs === index.dueAtMs]);
        expect(told.toSorted(), `${kind} at call ${call}`).toEqual([
          ['c1', true],
          ['c2', true],
          ['c3', true],
        ]);
      }
    }
  });

  it('and one that cannot be stored holds up no other, and is recorded when it can be', async () => {
    const world = new DepositWorld();
    for (let place = 0; place < 35; place++) world.history.push(movement(`c${place}`, place));
    world.history.push(movement('c-late', -20 * 3600));
    const run = async (refused: string) => {
      const watcher = world.watcher();
      const { create } = watcher.store;
      watcher.store.create = async (draft) => {
        if ('chainTxId' in draft && draft.chainTxId === refused) throw new Error('too large');
        return create(draft);
      };
      await watchWallet(watcher, wallet);
    };
    for (let again = 0; again < 3; again++) {
      await expect(run('c3')).rejects.toThrow('too large');
      world.nowMs += 2 * day * 1000;
      world.history.push(movement(`new-${again}`, (again + 1) * 2 * day));
    }
    await run('none');
    expect(world.deposits()).toHaveLength(39);
    expect(world.hints.waiting('tell')).toHaveLength(39);
  });

  it('nor do two runs at once', async () => {
    const world = new DepositWorld();
    world.history.push(movement('c1', 1), movement('c2', 2));
    await Promise.all([world.run(), world.run(), world.run()]);
    expect(world.deposits()).toHaveLength(2);
    expect(world.hints.waiting('tell')).toHaveLength(2);
  });
});

describe('an incoming transfer', () => {
  it('stays what it is when its chain transaction is told later', async () => {
    const world = new DepositWorld();
    world.ledger.push({ txId: 'tx-in', type: 'transferIn' });
    world.history.push(movement('', 5, { txId: 'tx-in' }));
    await world.run();
    world.history[0] = movement('c1', 5, { txId: 'tx-in' });
    await world.run();
    expect(world.deposits()).toHaveLength(1);
  });
});

describe('deposits that name no transaction at all', () => {
  it('are told apart by their moment, and by their number within it', async () => {
    const world = new DepositWorld();
    world.history.push(movement('', 10), movement('', 10));
    await world.run();
    for (const atDay of [2, 4, 6]) {
      world.nowMs = startMs + atDay * day * 1000;
      world.history.push(movement('', atDay * day - 50));
      await world.run();
      await world.run();
    }
    expect(world.deposits().map(({ arrivedAtSeconds }) => arrivedAtSeconds - startSeconds)).toEqual([
      10,
      10,
      2 * day - 50,
      4 * day - 50,
      6 * day - 50,
    ]);
  });
});

describe('an arrival with a transaction that the ledger of its fund does not have yet', () => {
  const paidIn = (txId: string, atSeconds: number) => movement(`chain-${txId}`, atSeconds, { txId });
  const minutes = async (world: DepositWorld, count: number) => {
    for (let run = 0; run < count; run++) await world.run();
  };

  it('is no deposit when the ledger says within ten minutes that a swap paid it in', async () => {
    const world = new DepositWorld();
    world.history.push(paidIn('tx-swap', 1), paidIn('tx-in', 2), movement('c3', 3));
    await minutes(world, 9);
    expect(world.deposits().map(({ chainTxId }) => chainTxId)).toEqual(['c3']);
    world.ledger.push({ txId: 'tx-swap', type: 'swapIn' }, { txId: 'tx-in', type: 'transferIn' });
    await minutes(world, 10);
    expect(world.deposits().map(({ txId }) => txId)).toEqual([undefined, 'tx-in']);
  });

  it('waits as well while its row says nothing, and is told after ten minutes without a word', async () => {
    const world = new DepositWorld();
    world.history.push(paidIn('tx-in', 1));
    world.ledger.push({ txId: 'tx-in', type: 'none' });
    await minutes(world, 10);
    expect(world.deposits()).toEqual([]);
    await minutes(world, 1);
    expect(world.deposits()).toMatchObject([{ txId: 'tx-in' }]);
    world.writes = 0;
    await minutes(world, 3);
    expect(world.writes).toBe(0);
  });

  it('stays in sight while it waits, however late it came', async () => {
    const world = new DepositWorld();
    world.history.push(movement('c1', 0));
    await minutes(world, 1);
    world.history.push(paidIn('late', -day));
    for (let run = 0; run < 11; run++) {
      // Newer ones move the watermark on meanwhile.
      world.history.push(movement(`new-${run}`, (run + 1) * 60));
      await minutes(world, 1);
    }
    expect(world.deposits().filter(({ txId }) => txId === 'late')).toHaveLength(1);
    expect(world.deposits()).toHaveLength(13);
  });

  it('is never told when a swap of ours made it', async () => {
    const world = new DepositWorld();
    world.history.push(paidIn('tx-taken', 1), paidIn('tx-moved', 1));
    const worstPrice = { sendAmount: '1', receiveAmount: '1' };
    await world.addInstruction('i1', 'take', 'tx-taken', { receiveAsset: 'BTC-TESTNET', worstPrice });
    await world.addInstruction('i2', 'transfer', 'tx-moved', { counterpartyWalletId: 'w1', amount: '500' });
    await minutes(world, 15);
    expect(world.deposits()).toMatchObject([{ txId: 'tx-moved' }]);
  });

  it('is looked for on as many pages of the ledger as there are newer rows', async () => {
    const world = new DepositWorld();
    const busy = Array.from({ length: 2500 }, (_, place) => ({
      txId: `other-${place}`,
      type: 'transferIn',
      timestampSeconds: startSeconds + 5000 - place,
    }));
    world.ledger.push(...busy, { txId: 'tx-swap', type: 'swapIn', timestampSeconds: startSeconds + 1 });
    world.history.push(paidIn('tx-swap', 1));
    await minutes(world, 12);
    expect(world.deposits()).toEqual([]);
    expect(world.ledgerPages).toBe(3);
  });

  it('does not hold up what needs no ledger when the ledger cannot be read, and is told when it can', async () => {
    const world = new DepositWorld();
    world.history.push(paidIn('tx-in', 1), movement('c2', 2));
    world.ledgerFails = true;
    await minutes(world, 20);
    expect(world.deposits().map(({ chainTxId }) => chainTxId)).toEqual(['c2']);
    world.ledgerFails = false;
    world.ledger.push({ txId: 'tx-in', type: 'transferIn' });
    await minutes(world, 1);
    expect(world.deposits()).toHaveLength(2);
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
    expect(all.map(({ wallet: { walletId, client: told, fundId } }) => [walletId, told, fundId]).toSorted()).toEqual([
      ['w1', 'desk', 'fund'],
      ['w2', 'desk', 'fund'],
      ['w3', 'desk', undefined],
    ]);
    const named = watchedWallets({ watches: [{ client: 'desk', wallets: ['w2', 'w9'] }], clients: [client] });
    expect(named.map(({ wallet: { walletId } }) => walletId)).toEqual(['w2']);
  });

  it('is watched once, by the ledger of its fund, when it is swept as well', () => {
    const swept = { coreClientId: 'core', walletId: 'w1', asset: 'BTC-TESTNET', recipientWalletIds: ['w2'] };
    const both = { ...client, sweeps: [...client.sweeps, swept] };
    const all = watchedWallets({ watches: [{ client: 'desk' }], clients: [both] });
    expect(all.map(({ wallet: { walletId, fundId } }) => `${walletId} ${fundId}`).toSorted()).toEqual([
      'w1 fund',
      'w2 fund',
      'w3 undefined',
    ]);
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

  it('raises an alarm when one cannot be read run after run, and none when it can again', async () => {
    const world = new DepositWorld();
    const settings = { watches: [{ client: 'desk' }], clients: [client] };
    const run = async (readable: boolean) => {
      const watcher = world.watcher();
      const { history } = watcher.api.wallets;
      watcher.api.wallets.history = async (id, since) => {
        if (id === 'w1' && !readable) throw new NotFoundError('no such wallet', { status: 404 });
        return history(id, since);
      };
      await watchDeposits(watcher, settings, world.nowMs + 55_000);
      world.nowMs += 60_000;
    };
    const alarmsOf = async (...runs: boolean[]) => {
      world.alarms.splice(0);
      for (const readable of runs) await run(readable);
      return [...world.alarms];
    };
    const times = (count: number, readable: boolean) => Array.from({ length: count }, () => readable);
    expect(await alarmsOf(...times(10, false))).toEqual([]);
    expect(await alarmsOf(...times(3, false))).toEqual(times(3, true).map(() => 'wallet_not_watched'));
    world.history.push(movement('c1', 1));
    expect(await alarmsOf(true, ...times(10, false), true)).toEqual([]);
    expect(world.deposits()).toHaveLength(1);
  });

  it('raises it too when the ledger of the fund cannot be read', async () => {
    const world = new DepositWorld();
    world.history.push(movement('c1', 1, { txId: 'tx-in' }));
    world.ledgerFails = true;
    for (let run = 0; run < 11; run++) {
      await watchDeposits(world.watcher(), { watches: [{ client: 'desk' }], clients: [client] }, world.nowMs + 55_000);
      world.nowMs += 60_000;
    }
    expect(world.alarms).toEqual(['wallet_not_watched']);
  });

  it('is looked at by turns, so that the slow wallets of one client do not keep out those of another', async () => {
    const world = new DepositWorld();
    const bound = (id: string, count: number) => ({
      id,
      bindings: Array.from({ length: count }, (_, place) => ({ ...binding, walletId: `${id}-${place}` })),
      sweeps: [],
    });
    const settings = {
      watches: [{ client: 'slow' }, { client: 'quick' }],
      clients: [bound('slow', 60), bound('quick', 5)],
    };
    const seen = new Set<string>();
    let lanes = 0;
    for (let run = 0; run < 3; run++) {
      const deadlineMs = world.nowMs + 55_000;
      const watcher = world.watcher();
      watcher.random.fraction = () => (run * 0.37) % 1;
      watcher.api.wallets.history = async (id) => {
        seen.add(id);
        // Four lanes wait at the same time.
        if (id.startsWith('slow') && lanes++ % 4 === 3) world.nowMs += 18_000;
        return [];
      };
      await watchDeposits(watcher, settings, deadlineMs);
      expect(world.nowMs).toBeLessThan(deadlineMs);
    }
    expect([...seen].filter((id) => id.startsWith('quick'))).toHaveLength(5);
  });
});
