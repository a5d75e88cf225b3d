import { invalid, ok, okWith, refused } from '../answers.ts';
import type { Api } from '../api.ts';
import { check } from '../check.ts';
import { btc, type Desk, walletOf } from '../desks.ts';
import {
  askedWallet,
  connectedWallet,
  connectionAction,
  type Exchange,
  exchangeFields,
  exchangeVotes,
  newExchange,
} from '../exchanges.ts';
import { about, atLeast, base58, equal, ksuid, listOf, matches, oneOf, someText, text } from '../expect.ts';
import { actionInfo, walletInfo } from '../shapes.ts';
import { settleTransfer } from '../transfers.ts';

/** A desk without money and an exchange, for one check. */
async function venue(api: Api): Promise<{ desk: Desk; exchange: Exchange }> {
  return { exchange: await newExchange(api), desk: await api.desks.open({ balances: [] }) };
}

/** A transfer of 1,000 out of the 10,000 of a connected wallet, for which the members of its policy have voted. */
async function leaving(api: Api, type: 1 | 2): Promise<{ exchange: Exchange; id: string; path: string }> {
  const exchange = await newExchange(api);
  const desk = await api.desks.open({
    balances: [
      [btc, 0],
      [btc, 0],
    ],
  });
  const { id } = await connectedWallet(api, desk, exchange, type, 10_000);
  const txId = await settleTransfer(desk, 1000, { wallet_id: id });
  return { exchange, id, path: `/company/${desk.companyId}/transfer/${txId}` };
}

/** What the API shows of the wallet: its status, and its connection's. */
async function standing(desk: Desk, walletId: string): Promise<unknown[]> {
  const { status, connected } = ok(await desk.client.get(`/wallet/${walletId}`));
  return [status, connected.map((one: { status: string }) => one.status)];
}

const connectedRow = { wallet_id: base58, action_id: ksuid, status: oneOf('pending', 'approved') };

/** 23 and 42, and the connections of wallets to exchanges (17, 20; reference 6.8). */
export const exchangeChecks = [
  check('23', 'lists exchanges with the data they ask of customers, to every key', async (api) => {
    const exchange = await newExchange(api);
    const fields = listOf({ id: someText, type: someText, name: someText });
    const shape = { id: base58, name: someText, url: text, logourl: text, client: { fields } };
    const { exchanges } = okWith(await api.client.get('/exchanges'), { exchanges: listOf(shape) });
    const common = {
      url: 'tern.example',
      logourl: 'https://tern.example/logo.svg',
      client: { fields: exchangeFields },
    };
    const mine = exchanges.find((one: { id: string }) => one.id === exchange.id);
    matches(mine, { id: exchange.id, name: exchange.name, ...common });
  }),
  check('23', 'answers a list', async (api) => {
    okWith(await api.client.get('/exchanges'), { exchanges: listOf(atLeast({ id: base58, name: someText })) });
  }),
  check('17', 'makes a dedicated wallet pending until its exchange has agreed', async (api) => {
    const { desk, exchange } = await venue(api);
    const id = await askedWallet(desk, exchange, 1);
    const connected = (status: string) => [
      { client_id: 'C-4471', counterparty_id: exchange.id, name: exchange.name, status },
    ];
    const known = { wallet_id: id, asset: btc, name: 'Tern trading', type: 1 };
    const before = walletInfo({ ...known, status: 'pending', connected: connected('initiated') });
    okWith(await api.client.get(`/wallet/${id}`), before);
    await exchangeVotes(exchange, (await connectionAction(exchange, id)).id, true);
    const after = walletInfo({ ...known, status: 'ready', connected: connected('connected') });
    okWith(await api.client.get(`/wallet/${id}`), after);
  }),
  check(
    '17',
    'makes a multi-counterparty wallet ready at once, and reads type 3 with connections as 2',
    async (api) => {
      const { desk, exchange } = await venue(api);
      for (const type of [2, 3] as const) {
        const id = await askedWallet(desk, exchange, type);
        equal(await standing(desk, id), ['ready', ['initiated']], 'standing');
        equal(ok(await api.client.get(`/wallet/${id}`)).type, 2, 'type');
      }
    },
  ),
  check('17', 'ends a connection as rejected by the exchange, or expired after an hour', async (api) => {
    const { desk, exchange } = await venue(api);
    const [rejected, late] = [await askedWallet(desk, exchange, 1), await askedWallet(desk, exchange, 1)];
    await exchangeVotes(exchange, (await connectionAction(exchange, rejected)).id, false);
    await api.control.advance(3601);
    equal(await standing(desk, rejected), ['rejected', ['rejected']], 'refused');
    equal(await standing(desk, late), ['expired', ['expired']], 'after an hour');
    await api.control.connect(late, exchange.id, 'C-4471');
    equal(await standing(desk, late), ['pending', ['initiated']], 'asked again');
    await exchangeVotes(exchange, (await connectionAction(exchange, late)).id, true);
    equal(await standing(desk, late), ['ready', ['connected']], 'agreed');
  }),
  check('17', 'wants exactly one exchange for a dedicated wallet, and one that exists', async (api) => {
    const { desk, exchange } = await venue(api);
    const one = { counterparty_id: exchange.id, client_id: 'C' };
    const post = (type: number, connect: unknown) =>
      api.client.post(`${desk.fundPath}/wallet`, { wallets: [{ name: 'w', asset: btc, type, connect }] });
    equal((await post(1, [])).status, 400, 'status without an exchange');
    equal((await post(1, [one, one])).status, 400, 'status with two');
    invalid(await post(1, 'x'), 'wallets.connect');
    const bot = await api.desks.coreClient();
    refused(await post(1, [{ counterparty_id: bot, client_id: 'C' }]), 404, 'core client', 'exchange');
  }),
  check('39', 'shows the exchange customer data and wallet in the connection’s action', async (api) => {
    const { desk, exchange } = await venue(api);
    const id = await askedWallet(desk, exchange, 1, { customer_email: 'c@heron.example' });
    const action = await connectionAction(exchange, id);
    const clientData = { customer_id: 'C-4471', customer_email: 'c@heron.example' };
    const wallet = { walletID: id, name: 'Tern trading', asset: btc, type: 1, typeCode: 'dedicated' };
    const times = { timestamp: about(api.now), expireTime: about(api.now + 3600) };
    const info = actionInfo({ ...times, type: 'ApproveNewWalletConnect' });
    matches(action, { ...info, coreClientID: exchange.id, details: { clientData, wallet } });
  }),
  check('42', 'lists wallets asked for and connected, with the connection’s action', async (api) => {
    const { desk, exchange } = await venue(api);
    const path = `/coreclient/${exchange.id}/wallets`;
    okWith(await exchange.client.get(path), { wallets: [] });
    const id = await askedWallet(desk, exchange, 1);
    const { id: actionId } = await connectionAction(exchange, id);
    const row = { ...connectedRow, wallet_id: id, action_id: actionId, expires: about(api.now + 3600) };
    okWith(await exchange.client.get(path), { wallets: [{ ...row, status: 'pending' }] });
    await exchangeVotes(exchange, actionId, true);
    okWith(await exchange.client.get(path), { wallets: [{ ...row, status: 'approved' }] });
  }),
  check('42', 'leaves out what was rejected or has expired', async (api) => {
    const { desk, exchange } = await venue(api);
    const rejected = await askedWallet(desk, exchange, 1);
    await exchangeVotes(exchange, (await connectionAction(exchange, rejected)).id, false);
    await askedWallet(desk, exchange, 2);
    await api.control.advance(3601);
    okWith(await exchange.client.get(`/coreclient/${exchange.id}/wallets`), { wallets: [] });
  }),
  check('42', 'knows core clients of the key only: 404 core client', async (api) => {
    const exchange = await newExchange(api);
    refused(await api.client.get(`/coreclient/${exchange.id}/wallets`), 404, 'core client');
    refused(await api.client.get('/coreclient/nobody/wallets'), 404, 'core client');
    okWith(await api.client.get(`/coreclient/${await api.desks.coreClient()}/wallets`), { wallets: [] });
  }),
  check('20', 'lists the wallet’s connections, each with the exchange’s name', async (api) => {
    const { desk, exchange } = await venue(api);
    const id = await askedWallet(desk, exchange, 2);
    const connected = [{ client_id: 'C-4471', counterparty_id: exchange.id, name: exchange.name, status: 'initiated' }];
    const known = { wallet_id: id, asset: btc, name: 'Tern trading', type: 2, status: 'ready' };
    okWith(await api.client.get(`/wallet/${id}`), walletInfo({ ...known, connected }));
  }),
  check('20', 'lets an exchange read wallets connected to it, and no others: 404', async (api) => {
    const { desk, exchange } = await venue(api);
    const id = await askedWallet(desk, exchange, 1);
    refused(await exchange.client.get(`/wallet/${id}`), 404, 'wallet');
    await exchangeVotes(exchange, (await connectionAction(exchange, id)).id, true);
    okWith(await exchange.client.get(`/wallet/${id}`), atLeast({ wallet_id: id, status: 'ready' }));
    okWith(await exchange.client.get(`/wallet/${id}/history`), { history: [] });
    refused(await exchange.client.get(`/wallet/${id}/max`), 404, 'wallet');
    const other = await api.desks.empty();
    refused(await exchange.client.get(`/wallet/${walletOf(other, 0).id}`), 404, 'wallet');
    refused(await exchange.client.get(`/wallet/${walletOf(other, 0).id}/history`), 404, 'wallet');
  }),
  check('24', 'lets nothing leave a dedicated wallet without the exchange’s vote', async (api) => {
    const { exchange, id, path } = await leaving(api, 1);
    const { policy_tx } = ok(await api.client.get(`/wallet/${id}`));
    equal(policy_tx.dedicatedWalletCount >= 1, true, 'dedicatedWalletCount');
    const info = ok(await api.client.get(path));
    equal([info.txStatus, info.approvedCount >= info.thresholdRequired], ['pending', true], 'after the policy’s votes');
    const own = info.status.find((one: { userID: string }) => one.userID === exchange.id);
    await exchangeVotes(exchange, own?.actionID, true);
    equal(ok(await api.client.get(path)).txStatus, 'approved', 'after the exchange’s vote');
    equal(ok(await api.client.get(`/wallet/${id}`)).balance, 8999, 'balance: 10,000 − 1,001');
  }),
  check('24', 'is custody_rejected by the exchange of a dedicated wallet alone', async (api) => {
    const { exchange, path } = await leaving(api, 1);
    const own = ok(await api.client.get(path)).status.find((one: { userID: string }) => one.userID === exchange.id);
    await exchangeVotes(exchange, own?.actionID, false);
    equal(ok(await api.client.get(path)).txStatus, 'custody_rejected', 'txStatus');
  }),
  check('24', 'asks no exchange for what leaves a multi-counterparty wallet', async (api) => {
    const { path } = await leaving(api, 2);
    equal(ok(await api.client.get(path)).txStatus, 'approved', 'txStatus');
  }),
];
