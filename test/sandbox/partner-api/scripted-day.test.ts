import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { ProvenBench } from './proven-bench.ts';

/**
 * The flows of reference section 8 as one day, by direct entry, with its figures. Each balance below is worked out by hand
 * from the amounts of the requests and a fee of 0.1 %, rounded up, on top of what is sent.
 */

const coldStore = 'mmEMpkxQ6WQPFiksuWmmnRvMGUQCxyzUeD';
const expires = 1_700_086_400;

const folder = temporaryFolder();
const journal = join(folder, 'sandbox.journal');
const bench = new ProvenBench({ journal });

/** What the day has made so far. */
const day = { nina: '', bot: '', exchange: '', exchangeKey: '', a: '', b: '', fundA: '', fundB: '' };
const wallets = { aBtc: '', aEth: '', aTern: '', bBtc: '', bEth: '', house: '' };

const balancesOf = (...names: (keyof typeof wallets)[]) =>
  names.map((name) => bench.sandbox.world.findWallet(wallets[name])?.available.balance);
const post = (path: string, body: object, key?: string) => {
  const answer = bench.call('POST', path, body, key);
  expect(answer.status, `${path}: ${JSON.stringify(answer.body)}`).toBe(200);
  return answer.body;
};
/** The core client approves the one action it has. */
const approveAsClient = (client: string, key?: string) => {
  const { actions } = bench.call('GET', `/coreclient/${client}/actions`, '', key).body;
  expect(actions).toHaveLength(1);
  expect(bench.call('PUT', `/coreclient/${client}/action/${actions[0].id}`, '', key).body).toMatchObject({
    code: 200,
    msg: 'OK',
  });
  return actions[0];
};

beforeAll(() => bench.newKey());

describe('a day of two companies and an exchange', () => {
  it('begins with a company, its approvers and a fund (8.1)', () => {
    const heron = {
      name: 'Heron & Vale Treasury',
      city: 'Lisbon',
      country: 'PT',
      domain: 'heronvale.example',
      ref: 'hv-0001',
    };
    day.a = post('/company', heron).company_id;
    day.nina = bench.control('POST', '/users', {
      email: 'nina@heronvale.example',
      firstName: 'Nina',
      lastName: 'Okafor',
      autoAccept: true,
    }).body.userId;
    day.bot = post('/coreclient', { name: 'night-desk-bot' }).id;
    for (const address of ['nina@heronvale.example', day.bot]) post(`/company/${day.a}/trustedparty`, { address });
    const both = [day.nina, day.bot];
    day.fundA = post(`/company/${day.a}/fund`, {
      name: 'Operating fund',
      description: 'Day to day',
      custodygroup_withdraw: { threshold: 2, members: both },
      custodygroup_tx: { threshold: 1, members: both },
      wallets: [
        { name: 'Main BTC', asset: 'BTC-TESTNET' },
        {
          name: 'Main ETH',
          asset: 'ETH-TESTNET',
          custodygroup_tx: { threshold: 1, members: [day.bot] },
          custodygroup_withdraw: null,
          type: 0,
          connect: null,
        },
      ],
    }).fund_id;
    const fund = bench.call('GET', `/company/${day.a}/fund/${day.fundA}`).body;
    [wallets.aBtc, wallets.aEth] = fund.wallets.map((wallet: { wallet_id: string }) => wallet.wallet_id);
    const { list } = bench.call('GET', `/company/${day.a}/fund/${day.fundA}/deposit`).body;
    bench.control('POST', '/deposits', { address: list[0].address, amount: 5_000_000 });
    expect(balancesOf('aBtc', 'aEth')).toEqual([5_000_000n, 0n]);
  });

  it('goes on with a second company, which holds Ether', () => {
    day.b = post('/company', { name: 'Copper Finch Trading' }).company_id;
    post(`/company/${day.b}/trustedparty`, { address: day.bot });
    const group = { threshold: 1, members: [day.bot] };
    const list = [
      { name: 'Finch BTC', asset: 'BTC-TESTNET' },
      { name: 'Finch ETH', asset: 'ETH-TESTNET' },
    ];
    day.fundB = post(`/company/${day.b}/fund`, {
      name: 'Trading fund',
      custodygroup_tx: group,
      custodygroup_withdraw: group,
      wallets: list,
    }).fund_id;
    const fund = bench.call('GET', `/company/${day.b}/fund/${day.fundB}`).body;
    [wallets.bBtc, wallets.bEth] = fund.wallets.map((wallet: { wallet_id: string }) => wallet.wallet_id);
    bench.control('POST', '/deposits', { walletId: wallets.bEth, amount: 200_000_000 });
    expect(balancesOf('bBtc', 'bEth')).toEqual([0n, 200_000_000n]);
  });

  it('sees a transfer to it, which the core client approves (8.1, 8.4)', () => {
    bench.wait(360);
    const body = {
      wallet_id: wallets.aBtc,
      counterparty_wallet_address: wallets.bBtc,
      expires,
      benefit_of: 'Mira Solberg',
      account_no: 'HV-77',
      reference: 'inv-2041',
      partner_txID: 'hv-tx-000017',
      send: { symbol: 'BTC-TESTNET', amount: 250_000 },
    };
    const { tx_id, status } = post(`/company/${day.a}/transfer`, body);
    expect(status).toBe('new');
    expect(post(`/company/${day.a}/transfer`, body)).toEqual({ tx_id, status: 'existing' });
    bench.wait(12);
    approveAsClient(day.bot);
    expect(bench.call('GET', `/company/${day.a}/transfer/${tx_id}`).body).toMatchObject({
      txStatus: 'approved',
      approvedCount: 1,
      initiatedTimestamp: 1_700_000_360,
      status: [
        { userID: day.nina, status: 'expired', timestamp: 1_700_000_372 },
        { userID: day.bot, status: 'approved', timestamp: 1_700_000_372 },
      ],
      statusDetails: { amount: 250_250, fees: 250, netAmount: 250_000 },
    });
    // 5,000,000 - 250,000 - 250
    expect(balancesOf('aBtc', 'bBtc')).toEqual([4_749_750n, 250_000n]);
  });

  it('sees a withdrawal to the cold store, which both approve (8.1)', () => {
    post(`/company/${day.a}/fund/${day.fundA}/whitelist`, {
      name: 'Cold store',
      asset: 'BTC-TESTNET',
      address: coldStore,
    });
    const [{ short_code }] = bench.call('GET', `/company/${day.a}/fund/${day.fundA}`).body.wallets;
    bench.wait(78);
    const { tx_id } = post(`/company/${day.a}/withdraw`, {
      wallet_id: short_code,
      address: coldStore,
      expires,
      benefit_of: 'Heron & Vale Treasury',
      account_no: 'HV-01',
      reference: 'cold-7',
      partner_txID: '',
      send: { symbol: 'BTC-TESTNET', amount: 120_000 },
    });
    bench.approve(day.nina);
    approveAsClient(day.bot);
    // 4,749,750 - 120,000 - 120
    expect(balancesOf('aBtc')).toEqual([4_629_630n]);
    const ledger = bench.call('GET', `/company/${day.a}/fund/${day.fundA}/ledger?direction=out&limit=1`).body;
    const { chainTxID } = ledger.List[0];
    expect(ledger).toEqual({
      Total: 2,
      List: [
        {
          TxID: tx_id,
          chainTxID,
          fundID: day.fundA,
          timestamp: 1_700_000_450,
          expireTime: expires,
          status: 'approved',
          type: 'withdraw',
          asset: 'BTC-TESTNET',
          amount: 120_120,
          fees: 120,
          netAmount: 120_000,
          counterpartyID: '',
          counterpartyName: '',
          address: coldStore,
          reference: 'cold-7',
          benefitOf: 'Heron & Vale Treasury',
          accountNo: 'HV-01',
        },
      ],
    });
    expect(bench.call('GET', `/wallet/${wallets.aBtc}/max`).body).toEqual({
      netAmount: 4_625_004,
      amountToSend: 4_629_630,
      fees: 4626,
    });
    expect(bench.call('GET', `/wallet/${wallets.aBtc}/history?since=1700000440`).body.history).toEqual([
      {
        wallet_id: wallets.aBtc,
        tx_id,
        chain_tx_id: chainTxID,
        asset: 'BTC-TESTNET',
        amount: -120_120,
        fee: -120,
        net_amount: -120_000,
        timestamp: 1_700_000_450,
      },
    ]);
    expect(bench.call('GET', `/company/${day.a}/holding`).body.holdings).toEqual([
      { code: 'BTC-TESTNET', amount: 4_629_630 },
      { code: 'ETH-TESTNET', amount: 0 },
    ]);
  });

  it('sees a swap of Bitcoin for Ether over the hub (8.2)', () => {
    bench.wait(50);
    const make = post(`/company/${day.a}/atomicswap/make`, {
      send_wallet_id: wallets.aBtc,
      receive_wallet_id: wallets.aEth,
      expires,
      reference: 'q-31',
      partner_txID: 'hv-swap-31',
      send: { symbol: 'BTC-TESTNET', amount: 640_000 },
      receive: { symbol: 'ETH-TESTNET', amount: 98_000_000 },
      add_to_liquidity_hub: false,
    });
    expect(approveAsClient(day.bot).type).toBe('ApproveSwap');
    bench.wait(20);
    post(`/company/${day.a}/liquidityhub`, { tx_id: make.tx_id });
    const [item] = bench.call('GET', `/company/${day.b}/liquidityhub`).body.items;
    expect(item).toMatchObject({ tx_id: make.tx_id, owner: false, added: 1_700_000_520 });
    post(`/company/${day.b}/atomicswap/take`, {
      swap_id: item.tx_id,
      send_wallet_id: wallets.bEth,
      receive_wallet_id: wallets.bBtc,
      reference: 'cf-9',
      partner_txID: 'cf-take-9',
    });
    expect(approveAsClient(day.bot).type).toBe('ApproveSwapTake');
    // A: 4,629,630 - 640,000 - 640 and + 98,000,000; B: 250,000 + 640,000 and 200,000,000 - 98,000,000 - 98,000.
    expect(balancesOf('aBtc', 'aEth', 'bBtc', 'bEth')).toEqual([3_988_990n, 98_000_000n, 890_000n, 101_902_000n]);
  });

  it('sees a wallet connected to an exchange, paid into, and swept (8.3)', () => {
    bench.wait(180);
    day.exchangeKey = bench.newKey();
    day.exchange = bench.newExchange(day.exchangeKey);
    const connect = [{ counterparty_id: day.exchange, client_id: 'C-4471' }];
    const list = [{ name: 'Tern trading', asset: 'BTC-TESTNET', type: 1, connect }];
    [wallets.aTern] = post(`/company/${day.a}/fund/${day.fundA}/wallet`, { wallets: list }).wallets;
    expect(approveAsClient(day.exchange, day.exchangeKey)).toMatchObject({
      type: 'ApproveNewWalletConnect',
      expireTime: 1_700_004_300,
    });
    post(`/company/${day.a}/transfer`, {
      wallet_id: wallets.aBtc,
      counterparty_wallet_address: wallets.aTern,
      expires,
      send: { symbol: 'BTC-TESTNET', amount: 400_000 },
    });
    approveAsClient(day.bot);
    // 3,988,990 - 400,000 - 400
    expect(balancesOf('aBtc', 'aTern')).toEqual([3_588_590n, 400_000n]);

    const ternId = post('/company', { name: 'Tern Exchange' }, day.exchangeKey).company_id;
    const fundId = post(
      `/company/${ternId}/fund`,
      { name: 'House', wallets: [{ name: 'House', asset: 'BTC-TESTNET' }] },
      day.exchangeKey,
    ).fund_id;
    [{ wallet_id: wallets.house }] = bench.call(
      'GET',
      `/company/${ternId}/fund/${fundId}`,
      '',
      day.exchangeKey,
    ).body.wallets;
    const sweep = {
      wallet_id: wallets.aTern,
      recipient_wallet_id: wallets.house,
      expires,
      reference: 'fill-902',
      partner_txID: 'tern-902',
      send: { symbol: 'BTC-TESTNET', amount: 300_000 },
    };
    const { tx_id } = post(`/coreclient/${day.exchange}/sweep`, sweep, day.exchangeKey);
    approveAsClient(day.exchange, day.exchangeKey);
    expect(bench.call('GET', `/coreclient/${day.exchange}/sweep/${tx_id}`, '', day.exchangeKey).body.tx_status).toBe(
      'approved',
    );
    // 400,000 - 300,000 - 300
    expect(balancesOf('aTern', 'house')).toEqual([99_700n, 300_000n]);
  });

  it('ends with a policy change, decided by the one member the policy has (8.4)', () => {
    const policy = () => bench.call('GET', `/wallet/${wallets.aEth}`).body.policy_tx;
    const { id } = policy();
    const body = { policy_id: id, threshold: 1, members: [day.bot, day.nina], type: 'policy-tx' };
    const path = `/company/${day.a}/fund/${day.fundA}/wallet/${wallets.aEth}/policy`;
    expect(bench.call('PUT', path, body).body).toEqual({ code: 200, msg: 'OK' });
    expect(policy()).toMatchObject({ locked: true, membersCount: 1 });
    approveAsClient(day.bot);
    expect(policy()).toMatchObject({ id, locked: false, threshold: 1, membersCount: 2 });
    // Nina alone may now let Ether go.
    post(`/company/${day.a}/transfer`, {
      wallet_id: wallets.aEth,
      counterparty_wallet_address: wallets.bEth,
      expires,
      send: { symbol: 'ETH-TESTNET', amount: 1_000_001 },
    });
    bench.approve(day.nina);
    // 98,000,000 - 1,000,001 - 1,001 (1,000.001 rounded up); 101,902,000 + 1,000,001.
    expect(balancesOf('aEth', 'bEth')).toEqual([96_998_998n, 102_902_001n]);
  });

  it('leaves books in which every unit is accounted for', () => {
    expect(bench.control('GET', '/ledger').body).toMatchObject({
      balanced: true,
      assets: [
        // Wallets 3,588,590 + 99,700 + 890,000 + 300,000; fees 250 + 120 + 640 + 400 + 300; in 5,000,000, out 120,000.
        { asset: 'BTC-TESTNET', wallets: 4_878_290, held: 0, fees: 1710, outside: -4_880_000, sum: 0 },
        // Wallets 96,998,998 + 102,902,001; fees 98,000 + 1,001.
        { asset: 'ETH-TESTNET', wallets: 199_900_999, held: 0, fees: 99_001, outside: -200_000_000, sum: 0 },
      ],
    });
  });

  it('is all there again after a restart', () => {
    const paths = [
      `/company/${day.a}/fund/${day.fundA}`,
      `/company/${day.a}/fund/${day.fundA}/ledger`,
      `/company/${day.b}/fund/${day.fundB}/ledger`,
      `/company/${day.a}/holding`,
      '/exchanges',
      '/liquidityhub',
    ];
    const view = (on: ProvenBench) => [
      ...paths.map((path) => on.call('GET', path).body),
      on.call('GET', `/coreclient/${day.exchange}/wallets`, '', day.exchangeKey).body,
      on.control('GET', '/ledger').body,
    ];
    const before = view(bench);
    bench.sandbox.close();
    const next = new ProvenBench({ journal, seed: undefined }, bench.nowMs);
    next.apiKeyId = bench.apiKeyId;
    expect(view(next)).toEqual(before);
    next.sandbox.close();
  });
});
