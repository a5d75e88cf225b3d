import { register, tokenOf } from '../agents.ts';
import { ok } from '../answers.ts';
import type { Api } from '../api.ts';
import { check } from '../check.ts';
import { btc, type Desk, started, walletOf } from '../desks.ts';
import { connectedWallet, exchangeVotes, newExchange } from '../exchanges.ts';
import { about, base58, equal, fits, matches } from '../expect.ts';
import { type FeedSocket, opened, type Refusal, refusedDial } from '../feed-socket.ts';
import type { Json, RawClient } from '../raw-client.ts';
import { openQuote, startTake, swapDesk } from '../swaps.ts';
import { startTransfer, transferBody } from '../transfers.ts';
import { actionOf, vote } from '../votes.ts';

/** Opens a feed with freshly signed headers. */
function open(client: RawClient, path: string): Promise<FeedSocket> {
  const url = client.feedUrl(path);
  return opened(url, client.signedHeaders(url));
}

function isRefused(answer: Refusal, status: number, msg: string, reason: string): void {
  equal([answer.status, answer.body], [status, { code: status, msg, detail: { reason } }], 'refusal');
  matches(answer.headers['content-type'], fits(/^application\/json/), 'content-type');
}

/** What every feed asks of a handshake (reference 9.1). */
function handshakeChecks(operation: 'W1' | 'W2' | 'W3', pathFor: (api: Api, client: RawClient) => Promise<string>) {
  return [
    check(operation, 'opens to a handshake signed with the feed’s own URL, ws or wss', async (api) => {
      const path = await pathFor(api, api.client);
      const url = api.client.feedUrl(path);
      for (const signed of [url, url.replace(/^ws:/, 'wss:')]) {
        await (await opened(url, api.client.signedHeaders(signed))).close();
      }
    }),
    check(operation, 'refuses bad credentials with 401 and JSON before it upgrades', async (api) => {
      const { client } = await api.stranger();
      const path = await pathFor(api, client);
      const url = client.feedUrl(path);
      isRefused(await refusedDial(url, {}), 401, 'Unauthorized', 'empty token');
      const unsigned = { 'x-api-key': client.options.apiKey };
      isRefused(await refusedDial(url, unsigned), 401, 'errPartnerAuth', 'timestamp');
      const wrong = client.signedHeaders(client.url(path));
      isRefused(await refusedDial(url, wrong), 401, 'errPartnerAuth', 'signature');
    }),
    check(operation, 'answers pings', async (api) => {
      const feed = await open(api.client, await pathFor(api, api.client));
      await feed.ping();
      await feed.close();
    }),
    check(operation, 'closes with 1008 when the key is revoked', async (api) => {
      const { client, keyId } = await api.newStranger();
      const feed = await open(client, await pathFor(api, client));
      await api.control.revoke(keyId);
      equal(await feed.closed, 1008, 'close code');
    }),
  ];
}

const coreClientFeed = async (api: Api, client: RawClient) =>
  `/coreclient/${await api.desks.coreClient(undefined, client)}/feed`;

/** The message that announces an action (reference 9.2). */
function announced(desk: Desk, id: string, now: number): object {
  const times = { timestamp: about(now), expireTime: about(now + 3600) };
  return { id, coreClientID: desk.voters[0], type: 'ApproveTransfer', status: 'pending', ...times };
}

/** A wallet's feed message (reference 9.2). */
function moved(walletId: string, known: object): object {
  const common = { Status: 'approved', wallet_id: walletId, chain_tx_id: base58, asset: btc, sweep_tx: false };
  return { ...common, ...known };
}

/** W1 to W3: the feeds of core clients, of the liquidity hub and of connected wallets; 49: that of an agent. */
export const feedChecks = [
  ...handshakeChecks('W1', coreClientFeed),
  check('W1', 'does not know core clients of another key, or nobody’s: 404 before it upgrades', async (api) => {
    const theirs = await api.desks.coreClient('theirs', (await api.stranger()).client);
    for (const id of [theirs, 'nobody']) {
      const url = api.client.feedUrl(`/coreclient/${id}/feed`);
      isRefused(await refusedDial(url, api.client.signedHeaders(url)), 404, 'Not Found', 'core client');
    }
  }),
  check('W1', 'opens at the address the core client was given', async (api) => {
    const { feed } = ok(await api.client.post('/coreclient', { name: 'bot' }));
    await (await opened(feed, api.client.signedHeaders(feed))).close();
  }),
  check('W1', 'announces each action once, as one JSON object in a text frame', async (api) => {
    const desk = await api.desks.open();
    const feed = await open(api.client, `/coreclient/${desk.voters[0]}/feed`);
    const txId = await startTransfer(desk, 1000);
    const id = await actionOf(desk, txId, desk.voters[0] as string);
    matches(await feed.next('an action'), announced(desk, id, api.now));
    await vote(desk, txId, desk.voters[0]);
    await feed.ping();
    equal([feed.waiting, feed.onlyText], [[], true], 'messages after the vote');
    await feed.close();
  }),
  check('W1', 'sends what is still pending again on every connection, and to all of them', async (api) => {
    const desk = await api.desks.open();
    const path = `/coreclient/${desk.voters[0]}/feed`;
    const [voted, pending] = [await startTransfer(desk, 1), await startTransfer(desk, 2)];
    await vote(desk, voted, desk.voters[0]);
    const id = await actionOf(desk, pending, desk.voters[0] as string);
    const feeds = [await open(api.client, path), await open(api.client, path)];
    for (const feed of feeds) {
      matches(await feed.next('the pending action'), announced(desk, id, api.now));
      await feed.ping();
      equal(feed.waiting, [], 'further messages');
    }
    const later = await startTransfer(desk, 3);
    const laterId = await actionOf(desk, later, desk.voters[0] as string);
    for (const feed of feeds) {
      matches(await feed.next('the new action'), announced(desk, laterId, api.now));
      await feed.close();
    }
  }),
  check('W1', 'opens to an agent by its token alone, and only its own: 404 for others', async (api) => {
    const [agent, other] = [await register(api), await register(api)];
    const url = (id: string) => api.client.feedUrl(`/coreclient/${id}/feed`);
    await (await opened(url(agent.id), { 'x-api-zkp': tokenOf(agent, api.now) })).close();
    const refusal = await refusedDial(url(other.id), { 'x-api-zkp': tokenOf(agent, api.now) });
    isRefused(refusal, 404, 'Not Found', 'core client');
    equal((await refusedDial(url(agent.id), { 'x-api-zkp': 'zz' })).status, 401, 'status for a bad token');
  }),
  check('W1', 'is plainly refused to a GET that does not upgrade', async (api) => {
    const { status, body } = await api.client.get(await coreClientFeed(api, api.client));
    equal(status >= 400 && status < 500 && body?.code === status, true, 'a 4xx in the error frame');
  }),
  ...handshakeChecks('W2', async () => '/liquidityhub/feed'),
  check('W2', 'tells what is posted, taken, cancelled and expired; nothing is replayed', async (api) => {
    // On the hub before we connect: nothing tells of it.
    await openQuote(await swapDesk(api, 1_000_000, 0), { add_to_liquidity_hub: true });
    const feed = await open(api.client, '/liquidityhub/feed');
    await feed.ping();
    equal(feed.waiting, [], 'messages on connect');
    const next = async (txID: string, statuses: readonly string[]) => {
      const message = await feed.next(`${statuses} of ${txID}`, (one: Json) => one.txID === txID);
      equal([Object.keys(message).sort(), statuses.includes(message.status)], [['status', 'txID'], true], 'message');
    };
    const [cancelling, taking, expiring] = [
      await swapDesk(api, 1_000_000, 0),
      await swapDesk(api, 1_000_000, 0),
      await swapDesk(api, 1_000_000, 0),
    ];
    const cancelled = await openQuote(cancelling, { add_to_liquidity_hub: true });
    await next(cancelled, ['taker_pending']);
    ok(await api.client.delete(`/company/${cancelling.companyId}/atomicswap/make/${cancelled}`), 202);
    await next(cancelled, ['initiate_rejected']);
    const taken = await openQuote(taking, { add_to_liquidity_hub: true });
    await next(taken, ['taker_pending']);
    const taker = await swapDesk(api, 0, 200_000_000);
    await vote(taker, await startTake(taker, taken), taker.voters[0], 'approve', 'atomicswap/take');
    await next(taken, ['taker_approved', 'approved']);
    const expired = await openQuote(expiring, { add_to_liquidity_hub: true, expires: api.now + 60 });
    await next(expired, ['taker_pending']);
    await api.control.advance(61);
    await next(expired, ['expired']);
    await feed.close();
  }),
  check('W2', 'tells another key nothing', async (api) => {
    const { client } = await api.stranger();
    const [ours, theirs] = [await open(api.client, '/liquidityhub/feed'), await open(client, '/liquidityhub/feed')];
    const quote = await openQuote(await swapDesk(api, 1_000_000, 0), { add_to_liquidity_hub: true });
    await ours.next('the quote', (one: Json) => one.txID === quote);
    await theirs.ping();
    equal(theirs.waiting, [], 'messages to another key');
    await ours.close();
    await theirs.close();
  }),
  ...handshakeChecks('W3', async () => '/wallets/feed'),
  check('W3', 'tells what enters and leaves dedicated wallets connected to the key, sweeps marked', async (api) => {
    const exchange = await newExchange(api);
    const desk = await api.desks.open({ balances: [[btc, 0]] });
    const wallet = await connectedWallet(api, desk, exchange, 1, 0);
    const feed = await open(exchange.client, '/wallets/feed');
    const isOurs = (message: Json) => message.wallet_id === wallet.id;
    await api.control.deposit(wallet.id, 1_000_000);
    const arrived = { tx_id: '', amount: 1_000_000, net_amount: 1_000_000, fee: 0, timestamp: about(api.now) };
    matches(await feed.next('the deposit', isOurs), moved(wallet.id, arrived));
    const send = { symbol: btc, amount: 300_000 };
    const sweep = { wallet_id: wallet.id, recipient_wallet_id: walletOf(desk, 0).id, expires: api.now + 60, send };
    const path = `/coreclient/${exchange.id}/sweep`;
    const txId = await started(exchange.client.post(path, sweep));
    await exchangeVotes(exchange, ok(await exchange.client.get(`${path}/${txId}`)).status[0].action_id, true);
    const left = {
      tx_id: txId,
      amount: -300_300,
      net_amount: -300_000,
      fee: -300,
      sweep_tx: true,
      timestamp: about(api.now),
    };
    matches(await feed.next('the sweep', isOurs), moved(wallet.id, left));
    equal(feed.onlyText, true, 'text frames only');
    await feed.close();
  }),
  check('W3', 'is silent about other wallets, and to other keys', async (api) => {
    const exchange = await newExchange(api);
    const desk = await api.desks.open({ balances: [[btc, 0]] });
    const wallet = await connectedWallet(api, desk, exchange, 1, 0);
    const [theirs, ours] = [await open(exchange.client, '/wallets/feed'), await open(api.client, '/wallets/feed')];
    await api.control.deposit(walletOf(desk, 0).id, 5);
    await api.control.deposit(wallet.id, 7);
    const first = await theirs.next('the deposit', (one: Json) =>
      [wallet.id, walletOf(desk, 0).id].includes(one.wallet_id),
    );
    equal([first.wallet_id, first.amount], [wallet.id, 7], 'first message');
    await ours.ping();
    equal(
      ours.waiting.filter((one) => one.wallet_id === wallet.id),
      [],
      'messages to the owner’s key',
    );
    await theirs.close();
    await ours.close();
  }),
  check('49', 'opens to a new agent at once, by its token alone', async (api) => {
    const agent = await register(api);
    const url = api.client.feedUrl('/coreclient/feed');
    const feed = await opened(url, { 'x-api-zkp': tokenOf(agent, api.now) });
    await feed.ping();
    await feed.close();
  }),
  check('49', 'refuses tokens that are missing, malformed or stale: 401', async (api) => {
    const agent = await register(api);
    const url = api.client.feedUrl('/coreclient/feed');
    for (const headers of [{}, { 'x-api-zkp': 'zz' }, { 'x-api-zkp': tokenOf(agent, api.now - 400) }]) {
      const { status, body } = await refusedDial(url, headers);
      equal([status, body?.code], [401, 401], 'refusal');
    }
  }),
  check('49', 'announces the agent’s actions under the transaction’s id, and replays what is pending', async (api) => {
    const agent = await register(api);
    const companyId = await api.desks.company();
    await api.desks.enlist(companyId, agent.id);
    const wallets = ['a', 'b'].map((name) => ({ name, asset: btc }));
    const fund = { name: 'F', custodygroup_tx: { threshold: 1, members: [agent.id] }, wallets };
    const { fund_id } = ok(await api.client.post(`/company/${companyId}/fund`, fund));
    const read = ok(await api.client.get(`/company/${companyId}/fund/${fund_id}`));
    const desk = {
      client: api.client,
      voters: [agent.id],
      wallets: read.wallets.map((one: Json) => ({ id: one.wallet_id })),
    };
    await api.control.deposit(read.wallets[0].wallet_id, 10_000);
    const url = api.client.feedUrl('/coreclient/feed');
    const dialled = () => opened(url, { 'x-api-zkp': tokenOf(agent, api.now) });
    const feed = await dialled();
    const body = transferBody(desk as unknown as Desk, 1000);
    const txId = await started(api.client.post(`/company/${companyId}/transfer`, body));
    matches(await feed.next('an action'), announced(desk as unknown as Desk, txId, api.now));
    await feed.close();
    const again = await dialled();
    matches(await again.next('the pending action'), announced(desk as unknown as Desk, txId, api.now));
    await again.close();
  }),
  check('W2', 'is told apart from a company’s or core client’s paths', async (api) => {
    const url = api.client.feedUrl('/liquidityhub/feed/more');
    equal((await refusedDial(url, api.client.signedHeaders(url))).status, 404, 'status of a feed nobody knows');
  }),
];
