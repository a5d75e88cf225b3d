import { describe, expect, it } from 'vitest';
import { ProvenBench, refused } from './proven-bench.ts';

const address = 'mmEMpkxQ6WQPFiksuWmmnRvMGUQCxyzUeD';

function withdrawer(options: { voters?: number; threshold?: number } = {}) {
  const bench = new ProvenBench();
  const at = bench.setUp({ balances: [500_000, 0], ...options });
  const fund = `/company/${at.companyId}/fund/${at.fundId}`;
  bench.call('POST', `${fund}/whitelist`, { name: 'Cold store', asset: at.asset, address });
  const withdraw = (more: object = {}) =>
    bench.call('POST', `/company/${at.companyId}/withdraw`, {
      wallet_id: at.walletIds[0],
      address,
      expires: bench.nowMs / 1000 + 3600,
      benefit_of: 'Heron & Vale Treasury',
      account_no: 'HV-01',
      reference: 'cold-7',
      send: { symbol: at.asset, amount: 120_000 },
      ...more,
    });
  const read = (txId: string) => bench.call('GET', `/company/${at.companyId}/withdraw/${txId}`).body;
  return { bench, at, fund, withdraw, read };
}

describe('POST /company/{company_id}/withdraw', () => {
  it('pays a whitelisted address out of the network, fee on top, once the withdraw policy agrees', () => {
    const { bench, at, fund, withdraw, read } = withdrawer({ voters: 2, threshold: 2 });
    const { tx_id, status } = withdraw({ wallet_id: at.shortCodes[0] }).body;
    expect(status).toBe('new');
    expect([bench.available(at.walletIds[0]), bench.balance(at.walletIds[0])]).toEqual([379_880, 500_000]);
    bench.approve(at.users[0] as string);
    expect(read(tx_id).txStatus).toBe('pending');
    bench.nowMs += 90_000;
    bench.approve(at.users[1] as string);
    expect(read(tx_id)).toMatchObject({
      txStatus: 'approved',
      approvedCount: 2,
      thresholdRequired: 2,
      statusDetails: {
        amount: 120_120,
        fees: 120,
        netAmount: 120_000,
        recipientAddress: address,
        benefitOf: 'Heron & Vale Treasury',
      },
    });
    expect(bench.balance(at.walletIds[0])).toBe(379_880);
    expect(bench.control('GET', '/ledger').body.assets[0]).toMatchObject({
      wallets: 379_880,
      held: 0,
      fees: 120,
      outside: -380_000,
    });
    const { List } = bench.call('GET', `${fund}/ledger?direction=out`).body;
    expect(List).toMatchObject([
      {
        TxID: tx_id,
        type: 'withdraw',
        status: 'approved',
        amount: 120_120,
        counterpartyID: '',
        address,
        timestamp: 1_700_000_090,
      },
    ]);
    expect(List[0].chainTxID).not.toBe('');
  });

  it('is decided by the withdraw policy of the wallet, not by that for transfers', () => {
    const { bench, at, fund, withdraw, read } = withdrawer({ voters: 2, threshold: 2 });
    const group = { threshold: 1, members: [at.users[1]] };
    const wallets = [{ name: 'own', asset: at.asset, custodygroup_withdraw: group }];
    const own = bench.call('POST', `${fund}/wallet`, { wallets }).body.wallets[0];
    bench.control('POST', '/deposits', { walletId: own, amount: 200_000 });
    const { tx_id } = withdraw({ wallet_id: own }).body;
    expect(read(tx_id).thresholdRequired).toBe(1);
    expect(bench.actionsOf(at.users[0] as string)).toEqual([]);
    const [action] = bench.actionsOf(at.users[1] as string);
    expect(bench.control('GET', `/actions/${action?.id}`).body).toMatchObject({
      type: 'ApproveWithdraw',
      details: {
        txType: 'withdraw',
        txID: tx_id,
        companyID: '',
        recipientAddress: address,
        recipientAddressName: 'Cold store',
        walletID: own,
      },
    });
  });

  it('gives the hold back when it is refused or expires', () => {
    const { bench, at, withdraw, read } = withdrawer();
    const one = withdraw().body.tx_id;
    bench.reject(at.users[0] as string);
    const two = withdraw().body.tx_id;
    bench.wait(3600);
    expect([read(one).txStatus, read(two).txStatus]).toEqual(['custody_rejected', 'expired']);
    expect(bench.available(at.walletIds[0])).toBe(500_000);
  });

  it('waits for the core client of authorize_id first', () => {
    const { bench, at, withdraw, read } = withdrawer();
    const desk = bench.call('POST', '/coreclient', { name: 'desk' }).body.id;
    const { tx_id } = withdraw({ authorize_id: desk }).body;
    expect(read(tx_id)).toMatchObject({ txStatus: 'pending_initiate', initiatorAuthorized: false });
    bench.approve(desk);
    bench.approve(at.users[0] as string);
    expect(read(tx_id)).toMatchObject({ txStatus: 'approved', initiatorAuthorized: true });
    expect(withdraw({ authorize_id: 'nobody' })).toMatchObject(refused(404, 'core client'));
  });

  it.each([
    ['an address nobody whitelisted', { address: 'mzJTabY1r3238VqzWN1GXFwwqQMeCXksuZ' }, 'address not whitelisted'],
    ['no address', { address: null }, 'missing field: address'],
    ['another asset', { send: { symbol: 'ETH-TESTNET', amount: 1 } }, 'asset mismatch'],
    ['more than there is', { send: { symbol: 'BTC-TESTNET', amount: 499_501 } }, 'insufficient balance'],
    ['a moment that has passed', { expires: 1_700_000_000 }, 'expired'],
  ])('refuses %s', (_name, change, reason) => {
    const { bench, at, withdraw } = withdrawer();
    expect(withdraw(change)).toMatchObject(refused(400, reason));
    expect(bench.available(at.walletIds[0])).toBe(500_000);
  });

  it('can take the very last unit', () => {
    const { bench, at, withdraw } = withdrawer();
    expect(withdraw({ send: { symbol: 'BTC-TESTNET', amount: 499_500 } }).status).toBe(200);
    expect(bench.available(at.walletIds[0])).toBe(0);
  });

  it('looks for the address in the fund of the wallet only, Ethereum addresses in any case', () => {
    const { bench, at, withdraw } = withdrawer();
    const eth = '0xA0F76fb1babf069cbae294b6902a8e052414f151';
    const trader = bench.trader(0, 1_000_000);
    const path = `/company/${trader.companyId}`;
    bench.call('POST', `${path}/fund/${trader.fundId}/whitelist`, { name: 'E', asset: 'ETH-TESTNET', address: eth });
    const body = {
      wallet_id: trader.eth,
      address: eth.toLowerCase(),
      expires: bench.nowMs / 1000 + 60,
      send: { symbol: 'ETH-TESTNET', amount: 5 },
    };
    expect(bench.call('POST', `${path}/withdraw`, body).status).toBe(200);
    bench.call('POST', `${path}/fund/${trader.fundId}/whitelist`, {
      name: 'B',
      asset: at.asset,
      address: `${address}x`,
    });
    expect(withdraw({ address: `${address}x` })).toMatchObject(refused(400, 'address not whitelisted'));
  });
});

describe('an action', () => {
  it('is found by the id of its transaction too, by the core client that has one on it', () => {
    const { bench, at, withdraw } = withdrawer();
    const [desk, other] = ['desk', 'other'].map((name) => bench.call('POST', '/coreclient', { name }).body.id);
    const { tx_id } = withdraw({ authorize_id: desk }).body;
    const [action] = bench.actionsOf(desk);
    const read = (client: string, id?: string) => bench.call('GET', `/coreclient/${client}/action/${id}`);
    expect(read(desk, tx_id).body).toEqual(read(desk, action?.id).body);
    expect(read(desk, tx_id).body).toMatchObject({ id: action?.id, details: { txID: tx_id } });
    expect(read(other, tx_id)).toMatchObject(refused(404, 'action'));
    expect(bench.available(at.walletIds[0])).toBe(379_880);
  });
});

describe('partner_txID across kinds', () => {
  it('names one transaction per company, whichever kind asks, and every getter of the company finds it', () => {
    const heard: string[] = [];
    const bench = new ProvenBench({ log: (message) => heard.push(message) });
    const at = bench.setUp();
    const { tx_id } = bench.transfer(at, { partner_txID: 'k-1' }).body;
    const body = {
      wallet_id: at.walletIds[0],
      address,
      expires: 1,
      partner_txID: 'k-1',
      send: { symbol: at.asset, amount: 5 },
    };
    expect(bench.call('POST', `/company/${at.companyId}/withdraw`, body).body).toEqual({ tx_id, status: 'existing' });
    expect(heard).toEqual([expect.stringContaining(`transfer ${tx_id}`)]);
    const [action] = bench.actionsOf(at.users[0] as string);
    for (const getter of ['transfer', 'withdraw', 'atomicswap/make', 'atomicswap/take']) {
      for (const id of [tx_id, action?.id]) {
        expect(bench.call('GET', `/company/${at.companyId}/${getter}/${id}`).body.txID).toBe(tx_id);
      }
    }
  });

  it('warns also where the other kind asks for the very same movement', () => {
    const heard: string[] = [];
    const bench = new ProvenBench({ log: (message) => heard.push(message) });
    const at = bench.setUp();
    bench.transfer(at, { partner_txID: 'k-1' });
    const body = { ...bench.transferBody(at, { partner_txID: 'k-1' }), address: at.walletIds[1] };
    expect(bench.call('POST', `/company/${at.companyId}/withdraw`, body).body.status).toBe('existing');
    expect(heard).toHaveLength(1);
  });

  it('warns of another body under a known key, and not of the same one in other words', () => {
    const heard: string[] = [];
    const bench = new ProvenBench({ log: (message) => heard.push(message) });
    const at = bench.setUp();
    bench.transfer(at, { partner_txID: 'k-1' });
    bench.transfer(at, { partner_txID: 'k-1' });
    bench.transfer(at, {
      partner_txID: 'k-1',
      wallet_id: at.shortCodes[0],
      counterparty_wallet_address: at.shortCodes[1],
      expires: String(bench.nowMs / 1000 + 3600),
      send: { symbol: at.asset, amount: '250000' },
    });
    expect(heard).toEqual([]);
    for (const change of [
      { reference: 'x' },
      { expires: 4_000_000_000 },
      { send: { symbol: at.asset, amount: 1 } },
      { wallet_id: 'nix' },
    ]) {
      expect(bench.transfer(at, { partner_txID: 'k-1', ...change }).body.status).toBe('existing');
    }
    expect(heard).toHaveLength(4);
    expect(heard[0]).toMatch(/^partner_txID "k-1" came again with another body: answered with its transfer /);
  });
});
