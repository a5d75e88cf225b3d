import { beforeEach, describe, expect, it } from 'vitest';
import { InvalidRequest } from '../../../lib/platform/http/errors.ts';
import { latestReport, viewOfReport } from '../../../lib/reconciliation/report.ts';
import type { Reconciled } from '../../../lib/reconciliation/run.ts';
import { render } from '../../../lib/webhooks/events.ts';
import { desk, midnightMs, ReconciliationWorld, row, unreadableRow } from './world.ts';

const hour = 3600;
let world: ReconciliationWorld;
beforeEach(() => {
  world = new ReconciliationWorld();
});

async function differences(): Promise<unknown[]> {
  await world.run();
  const report = await latestReport({ store: world.table }, 'desk');
  return [...report.differences];
}

describe('the daily report', () => {
  it('finds nothing when both sides agree, and is told and listed', async () => {
    await world.add('i1', 'tx-1', 5 * hour);
    await world.add('i2', 'tx-2', 30 * hour, { state: 'rejected' });
    world.ledgers.set('fund', [row('tx-1', 5 * hour), row('tx-2', 30 * hour, { status: 'custody_rejected' })]);
    await world.run();
    const report = await latestReport({ store: world.table }, 'desk');
    expect(viewOfReport(report)).toMatchObject({
      day: '2026-01-08',
      from: '2026-01-06T00:00:00.000Z',
      to: '2026-01-08T00:00:00.000Z',
      complete: true,
      differencesFound: 0,
      funds: [
        { fundId: 'fund', rows: 2, instructions: 2, differences: 0 },
        { fundId: 'fund-2', rows: 0, instructions: 0, differences: 0 },
      ],
    });
    expect(world.counted).toMatchObject({ ReconciliationDifferences: 0 });
    expect(world.alarms).toEqual([]);
    expect(render(report, 0)).toMatchObject({ type: 'reconciliation.completed', data: { differencesFound: 0 } });
    expect(world.hints.waiting('tell')).toMatchObject([{ id: report.id }]);
  });

  it('is made once a day, and asks nothing when it is there', async () => {
    await world.run();
    const made = world.reports();
    world.apiCalls = [];
    for (let run = 0; run < 5; run++) await world.run();
    expect(world.apiCalls).toEqual([]);
    expect(world.reports()).toEqual(made);
    world.nowMs += 24 * 3_600_000;
    await world.run();
    expect(world.reports().map(({ day }) => day)).toEqual(['2026-01-08', '2026-01-09']);
    expect((await latestReport({ store: world.table }, 'desk')).day).toBe('2026-01-09');
  });

  it('waits until what is settling at midnight has settled', async () => {
    world.nowMs = midnightMs + 14 * 60_000;
    await world.run();
    expect(world.reports()).toMatchObject([{ day: '2026-01-07' }]);
  });

  it('does not exist for a client before it was made', async () => {
    await expect(latestReport({ store: world.table }, 'desk')).rejects.toThrow(InvalidRequest);
  });
});

describe('a difference', () => {
  it('is a row that no instruction of ours made', async () => {
    world.ledgers.set('fund', [row('stranger', hour)]);
    expect(await differences()).toEqual([
      {
        what: 'ledgerOnly',
        companyId: 'company',
        fundId: 'fund',
        txId: 'stranger',
        ledger: { status: 'approved', asset: 'BTC-TESTNET', amount: '800' },
      },
    ]);
    expect(world.counted).toMatchObject({ ReconciliationDifferences: 1 });
    expect(world.alarms).toEqual(['reconciliation_differences']);
  });

  it('is an instruction whose transaction the API does not know', async () => {
    await world.add('i1', 'tx-1', hour);
    expect(await differences()).toMatchObject([
      { what: 'instructionOnly', txId: 'tx-1', instructionId: 'i1', ours: { status: 'completed', amount: '800' } },
    ]);
  });

  it('is another amount, another asset, another status', async () => {
    await world.add('i1', 'tx-1', hour);
    await world.add('i2', 'tx-2', hour);
    await world.add('i3', 'tx-3', hour);
    world.ledgers.set('fund', [
      row('tx-1', hour, { netAmountBaseUnits: 801n }),
      row('tx-2', hour, { asset: 'ETH-TESTNET' }),
      row('tx-3', hour, { status: 'custody_rejected' }),
    ]);
    expect(await differences()).toMatchObject([
      { txId: 'tx-1', members: ['amount'], ledger: { amount: '801' }, ours: { amount: '800' } },
      { txId: 'tx-2', members: ['asset'] },
      { txId: 'tx-3', members: ['status'], ledger: { status: 'custody_rejected' }, ours: { status: 'completed' } },
    ]);
  });

  it('is an end that we did not see for a quarter of an hour, and not one that is only minutes old', async () => {
    await world.add('i1', 'tx-1', hour, { state: 'pending' });
    await world.add('i2', 'tx-2', hour, { state: 'pending' });
    const recently = -3_600 + 60;
    world.ledgers.set('fund', [row('tx-2', recently), row('tx-1', hour)]);
    expect(await differences()).toMatchObject([{ txId: 'tx-1', members: ['status'], ours: { status: 'pending' } }]);
  });

  it('is found on an instruction of any age that is still open', async () => {
    await world.add('i1', 'tx-1', 90 * 24 * hour, { state: 'pending' });
    world.transactions.set('tx-1', 'unknown');
    expect(await differences()).toMatchObject([{ what: 'instructionOnly', txId: 'tx-1' }]);
  });

  it('is found on a row of the window although its instruction is older', async () => {
    await world.add('i1', 'tx-1', 90 * hour, { state: 'failed' });
    world.ledgers.set('fund', [row('tx-1', hour)]);
    expect(await differences()).toMatchObject([{ txId: 'tx-1', members: ['status'] }]);
  });

  it('is counted beyond what a report can hold', async () => {
    world.ledgers.set(
      'fund',
      Array.from({ length: 250 }, (_, place) => row(`stranger-${place}`, place + 1)),
    );
    expect(await differences()).toHaveLength(100);
    expect(world.reports()).toMatchObject([{ differencesFound: 250 }]);
    expect(JSON.stringify(world.reports()).length).toBeLessThan(100_000);
  });
});

describe('no difference', () => {
  it('is a row of another client, of before the window, or a deposit', async () => {
    await world.add('theirs', 'tx-theirs', hour, { client: 'other', state: 'failed' });
    world.ledgers.set('fund', [row('tx-theirs', hour), row('', hour), row('old', 49 * hour)]);
    expect(await differences()).toEqual([]);
  });

  it('is a row that is newer than the window, or too fresh for our record', async () => {
    world.ledgers.set('fund', [row('today', -10)]);
    expect(await differences()).toEqual([]);
  });

  it('is a page that is older than what the transaction itself says', async () => {
    await world.add('i1', 'tx-1', hour);
    world.ledgers.set('fund', [row('tx-1', hour, { status: 'pending' })]);
    world.transactions.set('tx-1', { status: 'approved' });
    expect(await differences()).toEqual([]);
    expect(world.apiCalls).toContain('look tx-1');
  });

  it('is a row that moved while the pages were read: the transaction is asked for by its id', async () => {
    await world.add('i1', 'tx-1', hour);
    world.transactions.set('tx-1', { status: 'approved' });
    expect(await differences()).toEqual([]);
  });

  it('is an instruction that never had a transaction', async () => {
    const { txId: _none, ...rest } = { txId: undefined };
    await world.add('i1', 'tx-1', hour, { state: 'failed', ...rest });
    const stored = await world.table.get<never>('i1');
    const { txId: _txId, ...without } = stored as unknown as Record<string, unknown>;
    await world.table.replace(stored as never, without as never);
    expect(await differences()).toEqual([]);
  });
});

describe('a report that takes longer than one run', () => {
  it('is gone on with, fund by fund', async () => {
    world.callMs = 6_000;
    await world.run();
    expect(world.reports()).toMatchObject([{ funds: [{ fundId: 'fund' }], history: [] }]);
    await expect(latestReport({ store: world.table }, 'desk')).rejects.toThrow(InvalidRequest);
    world.apiCalls = [];
    for (let run = 0; run < 3; run++) await world.run();
    expect(world.apiCalls).toEqual(['ledger fund-2']);
    expect((await latestReport({ store: world.table }, 'desk')).funds).toHaveLength(2);
  });

  it('is complete when every fund that is bound by then is in it, not as many as are', async () => {
    world.failsFromPage.set('fund', 0);
    await world.run();
    const moved = { ...desk, bindings: desk.bindings.map((bound) => ({ ...bound, fundId: 'fund' })) };
    await world.run([moved]);
    expect(world.reports()).toMatchObject([{ funds: [{ fundId: 'fund-2' }], history: [] }]);
    world.failsFromPage.clear();
    await world.run([moved]);
    expect(world.reports()).toMatchObject([{ funds: [{ fundId: 'fund-2' }, { fundId: 'fund' }], history: [{}] }]);
  });

  it('reads on when the server gives fewer rows than were asked for', async () => {
    world.largestPage = 100;
    world.ledgers.set(
      'fund',
      Array.from({ length: 250 }, (_, place) => row(`stranger-${place}`, place + 1)),
    );
    await world.run();
    expect(world.reports()).toMatchObject([{ differencesFound: 250, funds: [{ truncated: false }, {}] }]);
  });

  it('vouches for nothing it could not read', async () => {
    world.ledgers.set('fund', [unreadableRow, row('stranger', hour)]);
    await world.run();
    expect(world.reports()).toMatchObject([
      { differencesFound: 1, funds: [{ truncated: true }, { truncated: false }] },
    ]);
    expect(world.alarms).toContain('reconciliation_incomplete');
  });

  it('says so when a fund has more rows than it can read', async () => {
    world.ledgers.set(
      'fund',
      Array.from({ length: 31_000 }, (_, place) => row(`tx-${place}`, 1 + (place % hour))),
    );
    await world.run();
    expect((await latestReport({ store: world.table }, 'desk')).funds).toMatchObject([
      { truncated: true, rows: 30_000 },
      { truncated: false },
    ]);
    expect(world.alarms).toContain('reconciliation_incomplete');
  });

  it('is one report and one event, whatever breaks, and whoever else is at it', async () => {
    const build = async () => {
      const built = new ReconciliationWorld();
      await built.add('i1', 'tx-1', hour);
      await built.add('i2', 'tx-2', hour);
      built.ledgers.set('fund', [row('tx-1', hour), row('stranger', hour)]);
      return built;
    };
    const plain = await build();
    await plain.run();
    expect(plain.calls).toBeGreaterThan(12);
    for (let call = 0; call < plain.calls; call++) {
      for (const kind of ['fails', 'fails after its effect', 'dies before', 'dies after'] as const) {
        world = await build();
        world.fault = { call, kind };
        for (let run = 0; run < 4; run++) await world.run();
        const [report, ...others] = world.reports();
        expect(others).toEqual([]);
        expect(report?.history, `${kind} at call ${call}`).toHaveLength(1);
        expect(report?.tellAtMs).toBeDefined();
        expect(report?.differences.map(({ what, txId }) => [what, txId])).toEqual([
          ['ledgerOnly', 'stranger'],
          ['instructionOnly', 'tx-2'],
        ]);
      }
    }
    world = await build();
    await Promise.all([world.run(), world.run()]);
    await world.run();
    expect(world.reports()).toMatchObject([{ differencesFound: 2, history: [{ state: 'completed' }] }]);
  });

  it('does not keep other clients waiting for a fund that cannot be read', async () => {
    const broken = { id: 'broken', bindings: [{ companyId: 'c', fundId: 'broken', walletId: 'w', asset: 'BTC' }] };
    world.ledgers.set('broken', undefined as never);
    world.ledgers.get = ((of) => (id: string) => {
      if (id === 'broken') throw new Error('planted');
      return of.call(world.ledgers, id);
    })(world.ledgers.get);
    await world.run([broken, desk]);
    expect((await latestReport({ store: world.table }, 'desk')).funds).toHaveLength(2);
    expect(world.counted).toMatchObject({ ReconciliationsFailed: 1 });
  });

  it('has its other funds compared although one cannot be read', async () => {
    world.failsFromPage.set('fund', 0);
    await world.run();
    expect(world.reports()).toMatchObject([{ funds: [{ fundId: 'fund-2' }], history: [] }]);
    world.failsFromPage.clear();
    await world.run();
    expect((await latestReport({ store: world.table }, 'desk')).funds).toHaveLength(2);
  });
});

describe('a fund that takes all the time', () => {
  const quarter = 15 * 60_000;
  const clientOf = (id: string): Reconciled => ({
    id,
    bindings: [{ companyId: 'c', fundId: id, walletId: 'w', asset: 'BTC-TESTNET' }],
  });
  const full = Array.from({ length: 40_000 }, (_, place) => row(`tx-${place}`, 1 + (place % hour)));
  const completed = () => world.reports().flatMap(({ client, history }) => (history.length > 0 ? [client] : []));

  /** Runs of a minute every quarter of an hour, each of which must end in time. */
  async function runs(count: number, clients: Reconciled[]): Promise<void> {
    for (let run = 0; run < count; run++) {
      const startedMs = world.nowMs;
      world.fraction = (run * 0.618) % 1;
      await world.run(clients, 60_000);
      expect(world.nowMs - startedMs).toBeLessThan(60_000);
      world.nowMs = startedMs + quarter;
    }
  }

  it('and fails in the end, in every run, does not keep other clients from their reports', async () => {
    world.ledgers.set('bad', full);
    world.pageMs.set('bad', 13_000);
    world.failsFromPage.set('bad', 2);
    await runs(8, ['bad', 'good-1', 'good-2', 'good-3'].map(clientOf));
    expect(completed().toSorted()).toEqual(['good-1', 'good-2', 'good-3']);
    expect(world.counted['ReconciliationsFailed']).toBeGreaterThan(0);
  });

  it('ends in time however slow its pages are, and says that it is cut short', async () => {
    world.ledgers.set('slow', full);
    world.pageMs.set('slow', 17_900);
    await runs(1, [clientOf('slow')]);
    expect(world.reports()).toMatchObject([{ client: 'slow', funds: [{ truncated: true }], history: [{}] }]);
    expect(world.alarms).toContain('reconciliation_incomplete');
  });

  it('is cut short, and not put off for ever, although others fail at once before it in every run', async () => {
    world.ledgers.set('slow', full);
    world.pageMs.set('slow', 12_000);
    world.failsFromPage.set('bad', 0);
    for (let run = 0; run < 2; run++) {
      world.fraction = 0;
      await world.run(['bad', 'slow'].map(clientOf), 60_000);
    }
    expect(world.reports().find(({ client }) => client === 'slow')).toMatchObject({ funds: [{ truncated: true }] });
  });

  it('ends in time too when every row has to be looked up', async () => {
    world.ledgers.set('slow', full);
    world.callMs = 50;
    await runs(1, [clientOf('slow')]);
    expect(world.reports()).toMatchObject([{ funds: [{ truncated: true }] }]);
  });

  it('is not cut short because another came before it: it is begun with in a later run', async () => {
    for (const fund of ['first', 'second']) {
      world.ledgers.set(fund, full.slice(0, 1_500));
      world.pageMs.set(fund, 12_000);
    }
    for (const { txId } of full.slice(0, 1_500)) await world.add(`i-${txId}`, txId, hour, { client: 'somebody' });
    await runs(2, ['first', 'second'].map(clientOf));
    expect(completed().toSorted()).toEqual(['first', 'second']);
    expect(world.reports().flatMap(({ funds }) => funds.map(({ truncated }) => truncated))).toEqual([false, false]);
  });

  it('raises an alarm when a day has no report of a client after six hours', async () => {
    world.nowMs = midnightMs + quarter;
    world.failsFromPage.set('bad', 0);
    await runs(23, ['bad', 'good'].map(clientOf));
    expect(completed()).toEqual(['good']);
    expect(world.alarms).toEqual([]);
    await runs(2, ['bad', 'good'].map(clientOf));
    expect(world.alarms).toEqual(['reconciliation_late', 'reconciliation_late']);
  });

  it('raises none for a client that is new in the middle of the day', async () => {
    world.nowMs = midnightMs + 20 * 3_600_000;
    await runs(1, [clientOf('new')]);
    expect(completed()).toEqual(['new']);
    expect(world.alarms).toEqual([]);
  });
});
