import { describe, expect, it } from 'vitest';
import { Bench } from './helpers.ts';

const refused = (reason: string, status = 400) => ({ status, body: { code: status, detail: { reason } } });

describe('POST /company/{company_id}/transfer', () => {
  it('answers a repeated partner_txID with the original, whatever else the body says, also when money is gone', () => {
    const bench = new Bench();
    const at = bench.setUp({ balances: [250_250, 0] });
    const first = bench.transfer(at, { partner_txID: 'k-1' });
    expect(first.body).toMatchObject({ status: 'new' });
    const again = bench.transfer(at, { partner_txID: 'k-1', send: { symbol: 'BTC-TESTNET', amount: 7 }, expires: 1 });
    expect(again.body).toEqual({ tx_id: first.body.tx_id, status: 'existing' });
    bench.nowMs += 3_600_000;
    expect(bench.status(at, first.body.tx_id)).toBe('expired');
    expect(bench.transfer(at, { partner_txID: 'k-1' }).body).toEqual({ tx_id: first.body.tx_id, status: 'existing' });
  });

  it('takes an empty partner_txID for none', () => {
    const bench = new Bench();
    const at = bench.setUp();
    const one = bench.transfer(at, { partner_txID: '' }).body;
    const two = bench.transfer(at, { partner_txID: '' }).body;
    expect([one.status, two.status]).toEqual(['new', 'new']);
    expect(one.tx_id).not.toBe(two.tx_id);
  });

  it('leaves the key free when the request is refused', () => {
    const bench = new Bench();
    const at = bench.setUp({ balances: [100, 0] });
    expect(bench.transfer(at, { partner_txID: 'k' })).toMatchObject(refused('insufficient balance'));
    bench.control('POST', '/deposits', { walletId: at.walletIds[0], amount: 1_000_000 });
    expect(bench.transfer(at, { partner_txID: 'k' }).body.status).toBe('new');
  });

  it('keeps keys of two companies apart', () => {
    const bench = new Bench();
    const [one, two] = [bench.setUp(), bench.setUp()];
    expect(bench.transfer(one, { partner_txID: 'k' }).body.status).toBe('new');
    expect(bench.transfer(two, { partner_txID: 'k' }).body.status).toBe('new');
  });

  it('reads leniently: short codes, numeric strings, the other destination name, nulls and unknown members', () => {
    const bench = new Bench();
    const at = bench.setUp();
    const body = {
      wallet_id: at.shortCodes[0],
      counterparty_wallet_id: at.shortCodes[1],
      expires: String(bench.nowMs / 1000 + 60),
      send: { symbol: 'BTC-TESTNET', amount: '250000' },
      benefit_of: null,
      partner_txID: null,
      anon_IOI: false,
    };
    const made = bench.call('POST', `/company/${at.companyId}/transfer/`, body);
    expect(made.status).toBe(200);
    const { statusDetails } = bench.call('GET', `/company/${at.companyId}/transfer/${made.body.tx_id}`).body;
    expect(statusDetails).toMatchObject({ amount: 250_250, netAmount: 250_000, recipientAddress: at.walletIds[1] });
  });

  it.each([
    ['a float', { send: { symbol: 'BTC-TESTNET', amount: 1.5 } }, 'invalid field: send.amount'],
    ['zero', { send: { symbol: 'BTC-TESTNET', amount: 0 } }, 'invalid field: send.amount'],
    ['a negative amount', { send: { symbol: 'BTC-TESTNET', amount: -1 } }, 'invalid field: send.amount'],
    [
      'beyond 64 bits',
      { send: { symbol: 'BTC-TESTNET', amount: '9223372036854775808' } },
      'invalid field: send.amount',
    ],
    ['no send', { send: null }, 'missing field: send'],
    ['a list', { send: [] }, 'invalid field: send'],
    ['no expiry', { expires: null }, 'missing field: expires'],
    ['an expiry now', { expires: 1_700_000_000 }, 'expired'],
    ['an unknown asset', { send: { symbol: 'DOGE', amount: 1 } }, 'unknown asset'],
    ['a live asset for a sandbox key', { send: { symbol: 'BTC', amount: 1 } }, 'unknown asset'],
    ['another asset', { send: { symbol: 'ETH-TESTNET', amount: 1 } }, 'asset mismatch'],
    ['too much', { send: { symbol: 'BTC-TESTNET', amount: 5_000_000 } }, 'insufficient balance'],
    ['an over-long key', { partner_txID: 'x'.repeat(256) }, 'invalid field: partner_txID'],
    ['a number for a text', { reference: 5 }, 'invalid field: reference'],
  ])('refuses %s', (_name, change, reason) => {
    const bench = new Bench();
    const at = bench.setUp();
    expect(bench.transfer(at, change)).toMatchObject(refused(reason));
    expect(bench.available(at.walletIds[0])).toBe(5_000_000);
  });

  it('finds nothing of another key: company, wallet, transaction', () => {
    const bench = new Bench();
    const at = bench.setUp();
    const { tx_id } = bench.transfer(at).body;
    const stranger = bench.newKey();
    const path = `/company/${at.companyId}/transfer`;
    expect(bench.call('POST', path, bench.transferBody(at), stranger)).toMatchObject(refused('company', 404));
    expect(bench.call('GET', `${path}/${tx_id}`, '', stranger)).toMatchObject(refused('company', 404));
    expect(bench.call('GET', `/wallet/${at.walletIds[0]}`, '', stranger)).toMatchObject(refused('wallet', 404));
    bench.apiKeyId = stranger;
    const own = bench.setUp();
    const theirs = { wallet_id: at.walletIds[0] };
    expect(bench.transfer(own, theirs)).toMatchObject(refused('wallet', 404));
    expect(bench.call('GET', `/company/${own.companyId}/transfer/${tx_id}`)).toMatchObject(refused('transaction', 404));
    // A destination may belong to anybody.
    expect(bench.transfer(own, { counterparty_wallet_address: at.walletIds[0] }).status).toBe(200);
  });

  it('carries amounts beyond 2^53 without losing a unit', () => {
    const bench = new Bench();
    const at = bench.setUp({ balances: ['9000000000000000001', 0] });
    const path = `/company/${at.companyId}/transfer`;
    const text = JSON.stringify(bench.transferBody(at)).replace('250000', '8000000000000000007');
    const made = bench.sandbox.call({ apiKeyId: bench.apiKeyId, method: 'POST', target: path, body: text });
    expect(made.status).toBe(200);
    const { tx_id } = JSON.parse(made.body);
    bench.approve(at.users[0] as string);
    const read = bench.sandbox.call({ apiKeyId: bench.apiKeyId, method: 'GET', target: `${path}/${tx_id}` });
    expect(read.body).toContain('"netAmount":8000000000000000007');
    expect(read.body).toContain('"fees":8000000000000001,');
    expect(read.body).toContain('"amount":8008000000000000008,');
    expect(bench.isBalanced()).toBe(true);
  });
});

describe('the ledger and history of a transfer', () => {
  it('shows the open entry at submission, moves it to the moment of settlement, newest first, with filters', () => {
    const bench = new Bench();
    const at = bench.setUp({ threshold: 1 });
    const path = `/company/${at.companyId}/fund/${at.fundId}/ledger`;
    const first = bench.transfer(at).body.tx_id;
    const [firstAction] = bench.actionsOf(at.users[0] as string);
    bench.nowMs += 10_000;
    const second = bench.transfer(at).body.tx_id;
    const ids = (query: string) =>
      bench
        .call('GET', `${path}?${query}`)
        .body.List.map((row: { TxID: string; type: string }) => `${row.TxID} ${row.type}`);
    expect(ids('direction=out')).toEqual([`${second} transferOut`, `${first} transferOut`]);
    bench.nowMs += 10_000;
    bench.control('PUT', `/actions/${firstAction?.id}`);
    expect(ids('direction=out')).toEqual([`${first} transferOut`, `${second} transferOut`]);
    expect(ids('direction=in')).toEqual([`${first} transferIn`, ' deposit']);
    expect(ids(`wallet_id=${encodeURIComponent(at.shortCodes[1] as string)}`)).toEqual([`${first} transferIn`]);
    expect(ids('asset=ETH-TESTNET')).toEqual([]);
    const page = bench.call('GET', `${path}?limit=1&offset=1`).body;
    expect(page).toMatchObject({ Total: 4, List: [{ TxID: first, status: 'approved', timestamp: 1_700_000_020 }] });
    expect(bench.call('GET', `${path}?direction=up`).body.detail.reason).toBe('invalid field: direction');

    const history = bench.call('GET', `/wallet/${at.walletIds[0]}/history?since=1700000000`).body.history;
    expect(history).toMatchObject([{ tx_id: first, amount: -250_250, net_amount: -250_000, fee: -250 }]);
  });

  it('finds the transaction by the id of one of its actions', () => {
    const bench = new Bench();
    const at = bench.setUp();
    const { tx_id } = bench.transfer(at).body;
    const [action] = bench.actionsOf(at.users[0] as string);
    expect(bench.call('GET', `/company/${at.companyId}/transfer/${action?.id}`).body.txID).toBe(tx_id);
  });

  it('quotes and maximum follow the documented examples', () => {
    const bench = new Bench();
    const at = bench.setUp({ balances: [4_629_630] });
    const max = bench.call('GET', `/wallet/${at.walletIds[0]}/max`).body;
    expect(max).toEqual({ netAmount: 4_625_004, amountToSend: 4_629_630, fees: 4626 });
    const quote = { type: 'transferOut', asset: 'BTC-TESTNET', amount: 250_000 };
    expect(bench.call('POST', '/fees', quote).body).toEqual({ netAmount: 250_000, amountToSend: 250_250, fees: 250 });
  });
});
