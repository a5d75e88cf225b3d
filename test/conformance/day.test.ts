import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Control } from '../../cli/conformance/control.ts';
import { type FeedSocket, opened } from '../../cli/conformance/feed-socket.ts';
import { closeConnections, type Json, RawClient, ServerClock } from '../../cli/conformance/raw-client.ts';
import { startTarget } from './served.ts';

const btc = 'BTC-TESTNET';
const eth = 'ETH-TESTNET';
const money = (symbol: string, amount: number) => ({ symbol, amount });

type Asked = ReturnType<RawClient['get']>;

/** The body of an answer that must be a success. */
async function body(answer: Asked): Promise<Json> {
  const { status, text, body: read } = await answer;
  expect([status < 300, text]).toEqual([true, text]);
  return read;
}

interface Fund {
  readonly path: string;
  readonly txPolicy: string;
  readonly bitcoin: string;
  readonly ether: string;
}

const clock = new ServerClock();
let open: Awaited<ReturnType<typeof startTarget>>;
let client: RawClient;
let control: Control;
let venue: RawClient;
let feed: FeedSocket | undefined;
let expires: number;
let companyA: string;
let companyB: string;
let bot: string;
let nina: string;
let a: Fund;
let b: Fund;

const balance = async (wallet: string, by = client): Promise<number> =>
  (await body(by.get(`/wallet/${wallet}`))).balance;

async function votesFor(company: string, kind: string, txId: string): Promise<Json[]> {
  return (await body(client.get(`/company/${company}/${kind}/${txId}`))).status;
}

async function approve(company: string, kind: string, txId: string, voter: string): Promise<void> {
  const entry = (await votesFor(company, kind, txId)).find((one) => one.userID === voter);
  await body(client.put(`/coreclient/${voter}/action/${entry.actionID}`));
}

async function approveInApp(company: string, kind: string, txId: string): Promise<void> {
  const hers = (await votesFor(company, kind, txId)).find((one) => one.userID === nina);
  await control.decide(hers.actionID, true);
}

/** A fund with a Bitcoin and an Ether wallet, whose transfers the bot approves alone. */
async function fundOf(company: string, custodygroup_withdraw: object): Promise<Fund> {
  const wallets = [btc, eth].map((asset) => ({ name: asset, asset }));
  const custodygroup_tx = { threshold: 1, members: [bot] };
  const request = { name: 'Operating fund', custodygroup_withdraw, custodygroup_tx, wallets };
  const { fund_id } = await body(client.post(`/company/${company}/fund`, request));
  const path = `/company/${company}/fund/${fund_id}`;
  const fund = await body(client.get(path));
  const [bitcoin, ether] = fund.wallets.map((wallet: Json) => wallet.wallet_id) as [string, string];
  return { path, txPolicy: fund.custodygroup_tx, bitcoin, ether };
}

beforeAll(async () => {
  open = await startTarget({ seed: 4 });
  const { baseUrl, controlUrl, apiKey, privateKey } = open.target;
  client = new RawClient({ baseUrl, apiKey, privateKey, clock });
  control = new Control(controlUrl, clock);
  venue = await exchangeClient(baseUrl);
  expires = clock.nowSeconds() + 86_400;
  companyA = (await body(client.post('/company', { name: 'Heron & Vale Treasury', ref: 'hv-0001' }))).company_id;
  companyB = (await body(client.post('/company', { name: 'Copper Finch Trading' }))).company_id;
  bot = (await body(client.post('/coreclient', { name: 'night-desk-bot' }))).id;
  const person = { email: 'nina@heronvale.example', firstName: 'Nina', lastName: 'Okafor', autoAccept: false };
  nina = await control.newUser(person);
  const enlist = (company: string, address: string) =>
    body(client.post(`/company/${company}/trustedparty`, { address }));
  await enlist(companyA, bot);
  await enlist(companyB, bot);
  await enlist(companyA, person.email);
  await control.decideInvitations(nina, true);
  a = await fundOf(companyA, { threshold: 2, members: [nina, bot] });
  b = await fundOf(companyB, { threshold: 1, members: [bot] });
  await control.deposit(a.bitcoin, 5_000_000);
  await control.deposit(b.ether, 200_000_000);
});
afterAll(async () => {
  await feed?.close();
  closeConnections();
  await open.server.close();
});

/**
 * One day of two companies and an exchange over HTTP, every request signed. Fees are ten basis points of what is sent,
 * on top. All figures are worked out by hand; those of the first half are the reference's own (8.1, 8.2).
 */
describe('a day', () => {
  it('a transfer of 250,000: A pays 250,250', async () => {
    const transfer = {
      wallet_id: a.bitcoin,
      counterparty_wallet_address: b.bitcoin,
      expires,
      send: money(btc, 250_000),
      benefit_of: 'Mira Solberg',
      account_no: 'HV-77',
      reference: 'inv-2041',
      partner_txID: 'hv-tx-000017',
    };
    const { tx_id } = await body(client.post(`/company/${companyA}/transfer`, transfer));
    expect(await body(client.post(`/company/${companyA}/transfer`, transfer))).toEqual({ tx_id, status: 'existing' });
    await approve(companyA, 'transfer', tx_id, bot);
    expect([await balance(a.bitcoin), await balance(b.bitcoin)]).toEqual([4_749_750, 250_000]);
  });

  it('a withdrawal of 120,000 by Nina in her app and the bot: A pays 120,120', async () => {
    const address = 'mmEMpkxQ6WQPFiksuWmmnRvMGUQCxyzUeD';
    await body(client.post(`${a.path}/whitelist`, { name: 'Cold store', asset: btc, address }));
    const withdrawal = {
      wallet_id: a.bitcoin,
      address,
      expires,
      reference: 'cold-7',
      partner_txID: '',
      send: money(btc, 120_000),
    };
    const withdrawn = (await body(client.post(`/company/${companyA}/withdraw`, withdrawal))).tx_id;
    await approveInApp(companyA, 'withdraw', withdrawn);
    expect(await balance(a.bitcoin)).toBe(4_749_750);
    await approve(companyA, 'withdraw', withdrawn, bot);
    expect(await balance(a.bitcoin)).toBe(4_629_630);
    expect(await body(client.get(`/wallet/${a.bitcoin}/max`))).toEqual({
      netAmount: 4_625_004,
      amountToSend: 4_629_630,
      fees: 4626,
    });
    const { Total, List } = await body(client.get(`${a.path}/ledger?direction=out&limit=1`));
    expect([Total, List.length]).toEqual([2, 1]);
  });

  it('a swap of 640,000 satoshi for 98,000,000 gwei, each side with its fee on top', async () => {
    const quote = {
      send_wallet_id: a.bitcoin,
      receive_wallet_id: a.ether,
      expires,
      reference: 'q-31',
      partner_txID: 'hv-swap-31',
      send: money(btc, 640_000),
      receive: money(eth, 98_000_000),
      add_to_liquidity_hub: false,
    };
    const made = (await body(client.post(`/company/${companyA}/atomicswap/make`, quote))).tx_id;
    await approve(companyA, 'atomicswap/make', made, bot);
    await body(client.post(`/company/${companyA}/liquidityhub`, { tx_id: made }));
    const { items } = await body(client.get(`/company/${companyB}/liquidityhub`));
    expect(items).toMatchObject([{ tx_id: made, send_amount: 640_000, receive_amount: 98_000_000, owner: false }]);
    const take = {
      swap_id: made,
      send_wallet_id: b.ether,
      receive_wallet_id: b.bitcoin,
      reference: 'cf-9',
      partner_txID: 'cf-take-9',
    };
    const taken = (await body(client.post(`/company/${companyB}/atomicswap/take`, take))).tx_id;
    await approve(companyB, 'atomicswap/take', taken, bot);
    expect([await balance(a.bitcoin), await balance(a.ether)]).toEqual([3_988_990, 98_000_000]);
    expect([await balance(b.bitcoin), await balance(b.ether)]).toEqual([890_000, 101_902_000]);
    expect((await body(client.get('/liquidityhub'))).items).toEqual([]);
  });

  it('an exchange: 1,000,000 into a dedicated wallet, for which A pays 1,001,000, and a sweep of 300,000 out of it', async () => {
    const tern = (await body(venue.post('/coreclient', { name: 'tern-bot' }))).id;
    await control.makeExchange(tern, { name: 'Tern Exchange', url: 'tern.example', logoUrl: '', fields: [] });
    const house = await houseWallet();
    const connect = [{ counterparty_id: tern, client_id: 'C-4471' }];
    const wanted = { wallets: [{ name: 'Tern trading', asset: btc, type: 1, connect }] };
    const [dedicated] = (await body(client.post(`${a.path}/wallet`, wanted))).wallets;
    const { actions } = await body(venue.get(`/coreclient/${tern}/actions`));
    expect(actions).toMatchObject([{ type: 'ApproveNewWalletConnect' }]);
    await body(venue.put(`/coreclient/${tern}/action/${actions[0].id}`));
    const feedUrl = venue.feedUrl('/wallets/feed');
    feed = await opened(feedUrl, venue.signedHeaders(feedUrl));
    const funding = {
      wallet_id: a.bitcoin,
      counterparty_wallet_address: dedicated,
      expires,
      send: money(btc, 1_000_000),
    };
    const funded = (await body(client.post(`/company/${companyA}/transfer`, funding))).tx_id;
    await approve(companyA, 'transfer', funded, bot);
    expect(await feed.next('money into the wallet')).toMatchObject({
      wallet_id: dedicated,
      amount: 1_000_000,
      fee: 0,
      sweep_tx: false,
    });
    const sweep = {
      wallet_id: dedicated,
      recipient_wallet_id: house,
      expires,
      reference: 'fill-902',
      partner_txID: 'tern-902',
      send: money(btc, 300_000),
    };
    const swept = (await body(venue.post(`/coreclient/${tern}/sweep`, sweep))).tx_id;
    const { status } = await body(venue.get(`/coreclient/${tern}/sweep/${swept}`));
    await body(venue.put(`/coreclient/${tern}/action/${status[0].action_id}`));
    expect(await feed.next('the sweep')).toMatchObject({
      wallet_id: dedicated,
      amount: -300_300,
      net_amount: -300_000,
      fee: -300,
      sweep_tx: true,
    });
    expect([await balance(a.bitcoin), await balance(dedicated), await balance(dedicated, venue)]).toEqual([
      2_987_990, 699_700, 699_700,
    ]);
    expect(await balance(house, venue)).toBe(300_000);
  });

  it('a policy change: Nina must agree as well when Ether leaves A; 1,000,000 gwei cost 1,001,000', async () => {
    const change = { policy_id: a.txPolicy, threshold: 2, members: [bot, nina], type: 'policy-tx' };
    await body(client.put(`${a.path}/wallet/${a.ether}/policy`, change));
    const pending = (await body(client.get(`/coreclient/${bot}/actions`))).actions;
    expect(pending).toMatchObject([{ type: 'ApproveUpdatePolicy' }]);
    await body(client.put(`/coreclient/${bot}/action/${pending[0].id}`));
    const gift = { wallet_id: a.ether, counterparty_wallet_address: b.ether, expires, send: money(eth, 1_000_000) };
    const given = (await body(client.post(`/company/${companyA}/transfer`, gift))).tx_id;
    await approve(companyA, 'transfer', given, bot);
    expect(await balance(a.ether)).toBe(98_000_000);
    await approveInApp(companyA, 'transfer', given);
    expect([await balance(a.ether), await balance(b.ether)]).toEqual([96_999_000, 102_902_000]);
  });

  it('ends with what each company holds, and books in which nothing came or went by itself', async () => {
    const holdings = async (company: string) => (await body(client.get(`/company/${company}/holding`))).holdings;
    expect(await holdings(companyA)).toEqual([
      { code: btc, amount: 3_687_690 },
      { code: eth, amount: 96_999_000 },
    ]);
    expect(await holdings(companyB)).toEqual([
      { code: btc, amount: 890_000 },
      { code: eth, amount: 102_902_000 },
    ]);
    const { balanced, assets } = await control.call('GET', '/ledger');
    expect(balanced).toBe(true);
    // Bitcoin: fees 250 + 120 + 640 + 1000 + 300; outside −5,000,000 + 120,000. Ether: fees 98,000 + 1,000.
    expect(assets).toEqual(
      expect.arrayContaining([
        { asset: btc, wallets: 4_877_690, held: 0, fees: 2310, outside: -4_880_000, sum: 0, balanced: true },
        { asset: eth, wallets: 199_901_000, held: 0, fees: 99_000, outside: -200_000_000, sum: 0, balanced: true },
      ]),
    );
  });
});

/** The exchange's own key, which must sign as well. */
async function exchangeClient(baseUrl: string): Promise<RawClient> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { apiKey } = await control.newKey('live', publicKey.export({ type: 'spki', format: 'pem' }).toString());
  return new RawClient({ baseUrl, apiKey, privateKey, clock });
}

/** Where the exchange keeps what it sweeps. */
async function houseWallet(): Promise<string> {
  const { company_id } = await body(venue.post('/company', { name: 'Tern Exchange' }));
  const fund = { name: 'House', wallets: [{ name: 'house', asset: btc }] };
  const { fund_id } = await body(venue.post(`/company/${company_id}/fund`, fund));
  return (await body(venue.get(`/company/${company_id}/fund/${fund_id}`))).wallets[0].wallet_id;
}
