import { describe, expect, it } from 'vitest';
import { Bench } from './helpers.ts';

describe('custody of a transfer', () => {
  it('holds amount and fee from submission, settles at the threshold, and closes the votes left over', () => {
    const bench = new Bench();
    const at = bench.setUp({ voters: 3, threshold: 2 });
    const { tx_id } = bench.transfer(at).body;
    expect(bench.available(at.walletIds[0])).toBe(4_749_750);
    expect(bench.balance(at.walletIds[0])).toBe(5_000_000);
    bench.approve(at.users[0] as string);
    expect(bench.status(at, tx_id)).toBe('pending');
    bench.nowMs += 12_000;
    bench.approve(at.users[2] as string);
    const info = bench.call('GET', `/company/${at.companyId}/transfer/${tx_id}`).body;
    expect(info).toMatchObject({ txStatus: 'approved', approvedCount: 2, thresholdRequired: 2 });
    expect(info.status.map((entry: { status: string }) => entry.status)).toEqual(['approved', 'expired', 'approved']);
    expect(bench.balance(at.walletIds[0])).toBe(4_749_750);
    expect(bench.balance(at.walletIds[1])).toBe(250_000);
    expect(bench.control('GET', '/ledger').body).toMatchObject({ balanced: true, assets: [{ held: 0, fees: 250 }] });
  });

  it('is refused as soon as the threshold cannot be reached, and gives the hold back', () => {
    const bench = new Bench();
    const at = bench.setUp({ voters: 3, threshold: 2 });
    const { tx_id } = bench.transfer(at).body;
    bench.reject(at.users[0] as string);
    expect(bench.status(at, tx_id)).toBe('pending');
    bench.reject(at.users[1] as string);
    expect(bench.status(at, tx_id)).toBe('custody_rejected');
    expect(bench.available(at.walletIds[0])).toBe(5_000_000);
    expect(bench.actionsOf(at.users[2] as string)).toEqual([]);
    expect(bench.isBalanced()).toBe(true);
  });

  it('takes one vote per member, for good', () => {
    const bench = new Bench();
    const at = bench.setUp({ voters: 2, threshold: 2 });
    bench.transfer(at);
    const [action] = bench.actionsOf(at.users[0] as string);
    expect(bench.control('PUT', `/actions/${action?.id}`).status).toBe(200);
    expect(bench.control('DELETE', `/actions/${action?.id}`)).toMatchObject({
      status: 400,
      body: { detail: { reason: 'action not pending' } },
    });
  });

  it('expires at its time and not a second before, in the order of the clock', () => {
    const bench = new Bench();
    const at = bench.setUp();
    const { tx_id } = bench.transfer(at).body;
    bench.nowMs += 3_599_999;
    expect(bench.status(at, tx_id)).toBe('pending');
    bench.nowMs += 1;
    expect(bench.status(at, tx_id)).toBe('expired');
    expect(bench.available(at.walletIds[0])).toBe(5_000_000);
    const action = bench.call('GET', `/company/${at.companyId}/transfer/${tx_id}`).body.status[0];
    expect(action).toMatchObject({ status: 'expired', timestamp: 1_700_003_600 });
  });

  it('approves by itself after the delay, at that very moment, however late anybody looks', () => {
    const bench = new Bench();
    const at = bench.setUp();
    bench.control('PUT', `/voters/${at.users[0]}`, { autoApprove: { delayMs: 5000 } });
    const { tx_id } = bench.transfer(at).body;
    bench.nowMs += 4999;
    expect(bench.status(at, tx_id)).toBe('pending');
    bench.nowMs += 500_000;
    expect(bench.call('GET', `/company/${at.companyId}/transfer/${tx_id}`).body).toMatchObject({
      txStatus: 'approved',
      status: [{ status: 'approved', timestamp: 1_700_000_005 }],
    });
  });

  it('keeps a transaction without any policy pending until it expires', () => {
    const bench = new Bench();
    const at = bench.setUp({ voters: 0 });
    const { tx_id } = bench.transfer(at).body;
    expect(bench.status(at, tx_id)).toBe('pending');
    bench.nowMs += 3_600_000;
    expect(bench.status(at, tx_id)).toBe('expired');
  });

  it('asks the core client of authorize_id before the custodians', () => {
    const bench = new Bench();
    const at = bench.setUp();
    const client = bench.call('POST', '/coreclient', { name: 'desk' }).body.id;
    const { tx_id } = bench.transfer(at, { authorize_id: client }).body;
    const read = () => bench.call('GET', `/company/${at.companyId}/transfer/${tx_id}`).body;
    expect(read()).toMatchObject({ txStatus: 'pending_initiate', initiatorAuthorized: false, status: [] });
    const [action] = bench.call('GET', `/coreclient/${client}/actions`).body.actions;
    const path = `/coreclient/${client}/action/${action.id}`;
    expect(bench.call('GET', path).body.details).toMatchObject({ stage: 'initiator', txID: tx_id, amount: 250_250 });
    expect(bench.call('PUT', path).body).toMatchObject({ code: 200, msg: 'OK' });
    expect(read()).toMatchObject({ txStatus: 'pending', initiatorAuthorized: true });
    bench.approve(at.users[0] as string);
    expect(read().txStatus).toBe('approved');

    const refused = bench.transfer(at, { authorize_id: client }).body.tx_id;
    const [second] = bench.call('GET', `/coreclient/${client}/actions`).body.actions;
    bench.call('DELETE', `/coreclient/${client}/action/${second.id}`);
    expect(bench.status(at, refused)).toBe('initiate_rejected');
    expect(bench.isBalanced()).toBe(true);
  });

  it('ends chain_rejected where a fault says so, and gives the hold back', () => {
    const bench = new Bench();
    const at = bench.setUp();
    expect(bench.control('POST', '/faults', { kind: 'chainRejected', count: 1 }).status).toBe(200);
    const first = bench.transfer(at).body.tx_id;
    const second = bench.transfer(at).body.tx_id;
    bench.approve(at.users[0] as string);
    expect([bench.status(at, first), bench.status(at, second)]).toEqual(['chain_rejected', 'approved']);
    expect(bench.available(at.walletIds[0])).toBe(4_749_750);
    expect(bench.isBalanced()).toBe(true);
  });
});

describe('custody of a dedicated wallet', () => {
  /** A dedicated wallet whose exchange has accepted the connection, with money in it. */
  function dedicated() {
    const bench = new Bench();
    const at = bench.setUp({ voters: 2, threshold: 1 });
    const exchangeId = bench.newExchange();
    const made = bench.connectedWallet(at, exchangeId);
    bench.approve(exchangeId);
    bench.control('POST', '/deposits', { walletId: made, amount: 1_000_000 });
    return { bench, at, exchangeId, made };
  }

  it.each([
    ['approval of the exchange besides the threshold', ['member', 'exchange'], 'approved'],
    ['approval of the exchange also when it came first', ['exchange', 'member'], 'approved'],
    ['more than the threshold alone', ['member', 'member 2'], 'pending'],
    ['more than the exchange alone', ['exchange'], 'pending'],
  ])('needs %s', (_name, order, status) => {
    const { bench, at, exchangeId, made } = dedicated();
    const { tx_id } = bench.transfer(at, { wallet_id: made }).body;
    const [member, second] = at.users as [string, string];
    for (const who of order) bench.approve(who === 'exchange' ? exchangeId : who === 'member' ? member : second);
    expect(bench.status(at, tx_id)).toBe(status);
  });

  it('is refused by the rejection of the exchange alone', () => {
    const { bench, at, exchangeId, made } = dedicated();
    const { tx_id } = bench.transfer(at, { wallet_id: made }).body;
    bench.approve(at.users[0] as string);
    bench.reject(exchangeId);
    expect(bench.status(at, tx_id)).toBe('custody_rejected');
    expect(bench.available(made)).toBe(1_000_000);
    expect(bench.isBalanced()).toBe(true);
  });
});
