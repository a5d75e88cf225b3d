import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type PartnerApiOptions, startPartnerApi } from '../../../sandbox/partner-api/server.ts';
import { TestAgent } from './agent-helpers.ts';
import { FeedClient } from './feed-client.ts';
import { rawExchange, startServer } from './server-helpers.ts';

let keys: { privateKey: KeyObject; publicKey: KeyObject };
beforeAll(() => {
  keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
});

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A server, and ways to dial it. */
async function served(options: PartnerApiOptions = {}) {
  const at = await startServer(options);
  let isOpen = true;
  const close = async () => {
    if (isOpen) await at.api.close();
    isOpen = false;
  };
  closing.push(close);
  const dial = (path: string, headers: Record<string, string> = { 'x-api-key': at.apiKey }, base = at.api.feedUrl) => {
    const client = new FeedClient(`${base}${path}`, headers);
    client.handshake.catch(() => {});
    closing.push(() => client.socket.terminate());
    return client;
  };
  const nowSeconds = () => Math.floor(at.api.sandbox.clock.nowMs() / 1000);
  const coreClient = async (name: string): Promise<string> => (await at.call('POST', '/coreclient', { name })).body.id;
  return { ...at, dial, nowSeconds, coreClient, close };
}

type World = Awaited<ReturnType<typeof served>>;

/** A wallet that pays with the approval of this voter, and the transfers out of it. */
async function heldBy(here: World, voterId: string) {
  await here.call('POST', `/company/${here.companyId}/trustedparty`, { address: voterId });
  const custodygroup_tx = { threshold: 1, members: [voterId] };
  const wallets = [{ name: 'held', asset: 'BTC-TESTNET', custodygroup_tx }];
  const path = `/company/${here.companyId}/fund/${here.fundId}/wallet`;
  const [walletId] = (await here.call('POST', path, { wallets })).body.wallets;
  await here.control('POST', '/deposits', { walletId, amount: 1_000_000 });
  const transfer = async (): Promise<string> => {
    const body = { ...here.transferBody, wallet_id: walletId };
    return (await here.call('POST', `/company/${here.companyId}/transfer`, body)).body.tx_id;
  };
  return { walletId, transfer };
}

async function registeredAgent(here: World): Promise<TestAgent> {
  const agent = new TestAgent();
  const body = agent.initiated((await here.call('POST', '/coreclient/init', agent.registration)).body);
  const headers = { 'x-api-zkp': agent.proof(here.nowSeconds()) };
  const url = `${here.api.baseUrl}/coreclient/finish`;
  const finished = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  expect(await finished.json()).toEqual({ feed: `${here.api.feedUrl}/coreclient/${agent.id}/feed` });
  return agent;
}

describe("a core client's feed (W1)", () => {
  it('sends what is pending on connect, then what arises, to every connection, and nothing else', async () => {
    const here = await served();
    const [clientId, otherId] = [await here.coreClient('bot'), await here.coreClient('other')];
    const { transfer } = await heldBy(here, clientId);
    await transfer();
    const path = `/coreclient/${clientId}/feed`;
    const clients = [here.dial(path), here.dial(path)];
    const other = here.dial(`/coreclient/${otherId}/feed`);
    for (const client of [...clients, other]) expect(await client.handshake).toBe('open');
    await expect.poll(() => clients.map(({ messages }) => messages.length)).toEqual([1, 1]);
    await transfer();
    await expect.poll(() => clients.map(({ messages }) => messages.length)).toEqual([2, 2]);
    const { actions } = (await here.call('GET', `/coreclient/${clientId}/actions`)).body;
    const announced = actions.map((action: object) => ({ coreClientID: clientId, ...action }));
    for (const client of clients) expect(client.messages).toEqual(announced);
    expect(Object.keys(clients[0]?.messages[0] ?? {}).sort()).toEqual(
      ['coreClientID', 'expireTime', 'id', 'status', 'timestamp', 'type'].sort(),
    );
    await here.call('PUT', `/coreclient/${clientId}/action/${actions[0].id}`);
    const again = here.dial(path);
    await expect.poll(() => again.messages).toEqual([announced[1]]);
    expect([clients[0]?.messages.length, other.messages]).toEqual([2, []]);
  });

  it('is opened by a signature over the ws or wss address, and not by one over http', async () => {
    const here = await served();
    const publicKeyPem = keys.publicKey.export({ type: 'spki', format: 'pem' });
    const { apiKey } = (await here.control('POST', '/keys', { kind: 'live', publicKeyPem })).body;
    const stamp = String(here.nowSeconds());
    const headers = (url: string) => ({
      'x-api-key': apiKey as string,
      'x-timestamp': stamp,
      'x-nonce': '',
      'x-sign': sign('RSA-SHA256', Buffer.from(stamp + url), keys.privateKey).toString('base64url'),
    });
    const url = `${here.api.feedUrl}/wallets/feed`;
    for (const signed of [url, url.replace('ws:', 'wss:')]) {
      expect(await here.dial('/wallets/feed', headers(signed)).handshake).toBe('open');
    }
    expect(await here.dial('/wallets/feed', headers(url.replace('ws:', 'http:'))).handshake).toMatchObject({
      status: 401,
      body: { code: 401, msg: 'errPartnerAuth', detail: { reason: 'signature' } },
    });
  });

  it('is refused as HTTP with the usual frame before any upgrade', async () => {
    const here = await served();
    const { apiKey: stranger } = (await here.control('POST', '/keys', { kind: 'sandbox' })).body;
    const clientId = await here.coreClient('bot');
    const reason = async (path: string, headers?: Record<string, string>) => {
      const refused = await here.dial(path, headers).handshake;
      return refused === 'open' ? refused : [refused.status, refused.body];
    };
    const frame = (code: number, msg: string, reason: string) => [code, { code, msg, detail: { reason } }];
    const path = `/coreclient/${clientId}/feed`;
    expect(await reason(path, {})).toEqual(frame(401, 'Unauthorized', 'empty token'));
    expect(await reason(path, { 'x-api-key': 'zz' })).toEqual(frame(401, 'errPartnerAuth', 'api key'));
    expect(await reason(path, { 'x-api-key': stranger })).toEqual(frame(404, 'Not Found', 'core client'));
    expect(await reason('/coreclient/nobody/feed')).toEqual(frame(404, 'Not Found', 'core client'));
    expect(await reason('/coreclient/feed')).toEqual(frame(401, 'Unauthorized', 'empty token'));
    expect(await reason('/nowhere/feed')).toEqual(frame(404, 'Not Found', 'url'));
  });

  it('counts against the rate limit of its key, and is refused with 429 beyond it', async () => {
    let nowMs = 1_700_000_000_000;
    const here = await served({ rateLimit: { perSecond: 1, burst: 10 }, clock: () => nowMs });
    const outcomes = [];
    // One more than the burst, of which the set-up may have used up some.
    for (let index = 0; index < 11; index++) outcomes.push(await here.dial('/wallets/feed').handshake);
    expect(outcomes[0]).toBe('open');
    expect(outcomes.at(-1)).toMatchObject({
      status: 429,
      body: { code: 429, msg: 'Too Many Requests', detail: { reason: 'rate limit' } },
      headers: { 'retry-after': '1' },
    });
    nowMs += 1000;
    expect(await here.dial('/wallets/feed').handshake).toBe('open');
    expect((await here.call('GET', '/assets')).status).toBe(429);
  });
});

describe("an agent's feed (49 and W1)", () => {
  it('is opened at both addresses by a proof alone, as soon as the agent is registered', async () => {
    const here = await served();
    const agent = await registeredAgent(here);
    const { transfer } = await heldBy(here, agent.id);
    const proof = () => ({ 'x-api-zkp': agent.proof(here.nowSeconds()) });
    const feeds = [here.dial('/coreclient/feed', proof()), here.dial(`/coreclient/${agent.id}/feed`, proof())];
    for (const feed of feeds) expect(await feed.handshake).toBe('open');
    const txId = await transfer();
    const told = [{ id: txId, coreClientID: agent.id, type: 'ApproveTransfer', status: 'pending' }];
    for (const feed of feeds) await expect.poll(() => feed.messages).toMatchObject(told);
    const keyHolder = here.dial(`/coreclient/${agent.id}/feed`);
    await expect.poll(() => keyHolder.messages).toMatchObject(told);
  });

  it('is not opened for another id, with an old proof, nor half-way through a registration', async () => {
    const here = await served();
    const agent = await registeredAgent(here);
    const clientId = await here.coreClient('bot');
    const status = async (path: string, proof: string) => {
      const refused = await here.dial(path, { 'x-api-zkp': proof }).handshake;
      return refused === 'open' ? refused : refused.status;
    };
    const now = here.nowSeconds();
    expect(await status(`/coreclient/${clientId}/feed`, agent.proof(now))).toBe(404);
    expect(await status('/coreclient/feed', agent.proof(now - 900))).toBe(401);
    expect(await status('/liquidityhub/feed', agent.proof(now))).toBe(401);
    const halfway = new TestAgent('halfway');
    halfway.initiated((await here.call('POST', '/coreclient/init', halfway.registration)).body);
    expect(await status('/coreclient/feed', halfway.proof(now))).toBe(403);
  });
});

describe('the liquidity hub feed (W2)', () => {
  it('tells of quotes of the same key: posted, cancelled, taken', async () => {
    const here = await served();
    const clientId = await here.coreClient('bot');
    const { apiKey: stranger } = (await here.control('POST', '/keys', { kind: 'sandbox' })).body;
    const feed = here.dial('/liquidityhub/feed');
    const foreign = here.dial('/liquidityhub/feed', { 'x-api-key': stranger });
    expect([await feed.handshake, await foreign.handshake]).toEqual(['open', 'open']);
    await here.control('PUT', `/voters/${clientId}`, { autoApprove: { delayMs: 0 } });
    const { walletId } = await heldBy(here, clientId);
    const company = `/company/${here.companyId}`;
    const wallets = ['ETH-TESTNET', 'ETH-TESTNET'].map((asset) => ({
      name: asset,
      asset,
      custodygroup_tx: { threshold: 1, members: [clientId] },
    }));
    const [ether, otherEther] = (await here.call('POST', `${company}/fund/${here.fundId}/wallet`, { wallets })).body
      .wallets;
    await here.control('POST', '/deposits', { walletId: otherEther, amount: 1_000_000 });
    const quote = async () => {
      const made = await here.call('POST', `${company}/atomicswap/make`, {
        send_wallet_id: walletId,
        receive_wallet_id: ether,
        send: { symbol: 'BTC-TESTNET', amount: 1000 },
        receive: { symbol: 'ETH-TESTNET', amount: 2000 },
        expires: here.nowSeconds() + 3600,
        reference: 'q',
        add_to_liquidity_hub: true,
      });
      return made.body.tx_id as string;
    };
    const cancelled = await quote();
    await expect.poll(() => feed.messages).toEqual([{ txID: cancelled, status: 'taker_pending' }]);
    await here.call('DELETE', `${company}/atomicswap/make/${cancelled}`);
    const taken = await quote();
    await expect.poll(() => feed.messages).toHaveLength(3);
    const take = { swap_id: taken, send_wallet_id: otherEther, receive_wallet_id: here.walletIds[0], reference: 't' };
    expect((await here.call('POST', `${company}/atomicswap/take`, take)).status).toBe(200);
    await expect
      .poll(() => feed.messages)
      .toEqual([
        { txID: cancelled, status: 'taker_pending' },
        { txID: cancelled, status: 'initiate_rejected' },
        { txID: taken, status: 'taker_pending' },
        { txID: taken, status: 'taker_approved' },
        { txID: taken, status: 'approved' },
      ]);
    expect(foreign.messages).toEqual([]);
    expect((await here.control('GET', '/ledger')).body.balanced).toBe(true);
  });
});

describe('the wallets feed (W3)', () => {
  /** An exchange of its own key with a wallet of ours connected to it. */
  async function connected(here: World, type: number) {
    const { apiKey, keyId } = (await here.control('POST', '/keys', { kind: 'sandbox' })).body;
    const asExchange = (method: string, target: string, body?: object) =>
      JSON.parse(
        here.api.sandbox.call({ apiKeyId: keyId, method, target, body: body ? JSON.stringify(body) : '' }).body,
      );
    const exchangeId = asExchange('POST', '/coreclient', { name: 'Tern' }).id;
    const upgraded = await here.control('POST', '/exchanges', { coreClientId: exchangeId, name: 'Tern Exchange' });
    expect(upgraded.status).toBe(200);
    const connect = [{ counterparty_id: exchangeId, client_id: 'C-1' }];
    const wallets = [{ name: 'traded', asset: 'BTC-TESTNET', type, connect }];
    const path = `/company/${here.companyId}/fund/${here.fundId}/wallet`;
    const [walletId] = (await here.call('POST', path, { wallets })).body.wallets;
    const approveAll = () => {
      for (const { id } of asExchange('GET', `/coreclient/${exchangeId}/actions`).actions) {
        asExchange('PUT', `/coreclient/${exchangeId}/action/${id}`);
      }
    };
    approveAll();
    return { apiKey: apiKey as string, asExchange, approveAll, exchangeId, walletId: walletId as string };
  }

  it('tells the exchange of deposits into, and sweeps out of, a dedicated wallet, and the owner nothing', async () => {
    const here = await served();
    const exchange = await connected(here, 1);
    const feed = here.dial('/wallets/feed', { 'x-api-key': exchange.apiKey });
    const owner = here.dial('/wallets/feed');
    expect([await feed.handshake, await owner.handshake]).toEqual(['open', 'open']);
    const { walletId, exchangeId } = exchange;
    await here.control('POST', '/deposits', { walletId, amount: 500_000 });
    await here.control('POST', '/deposits', { walletId: here.walletIds[1], amount: 7 });
    const { tx_id } = exchange.asExchange('POST', `/coreclient/${exchangeId}/sweep`, {
      wallet_id: walletId,
      recipient_wallet_id: here.walletIds[1],
      expires: here.nowSeconds() + 60,
      reference: 'fill',
      send: { symbol: 'BTC-TESTNET', amount: 300_000 },
    });
    exchange.approveAll();
    await expect.poll(() => feed.messages).toHaveLength(2);
    const { history } = exchange.asExchange('GET', `/wallet/${walletId}/history`);
    expect(feed.messages).toEqual([
      { Status: 'approved', ...history[1], sweep_tx: false },
      { Status: 'approved', ...history[0], sweep_tx: true },
    ]);
    expect(feed.messages).toMatchObject([
      { tx_id: '', amount: 500_000, fee: 0, net_amount: 500_000 },
      { tx_id, amount: -300_300, fee: -300, net_amount: -300_000 },
    ]);
    expect(owner.messages).toEqual([]);
  });

  it.each([
    [false, 0],
    [true, 1],
  ])('tells of multi-counterparty wallets by setting (%s)', async (feedsTellMultiCounterparty, count) => {
    const here = await served({ feedsTellMultiCounterparty });
    const exchange = await connected(here, 2);
    const feed = here.dial('/wallets/feed', { 'x-api-key': exchange.apiKey });
    expect(await feed.handshake).toBe('open');
    await here.control('POST', '/deposits', { walletId: exchange.walletId, amount: 5 });
    // A message that should not come cannot be waited for; what is sent before a pong arrives before it.
    const pong = new Promise((resolve) => feed.socket.once('pong', resolve));
    feed.socket.ping();
    await pong;
    expect(feed.messages).toHaveLength(count);
  });
});

describe('a connection', () => {
  it('answers pings, pings itself, and is dropped after two pings without an answer', async () => {
    const here = await served({ feedPingIntervalMs: 40 });
    const lively = here.dial('/wallets/feed');
    let pings = 0;
    lively.socket.on('ping', () => {
      pings += 1;
    });
    expect(await lively.handshake).toBe('open');
    const deaf = new FeedClient(`${here.api.feedUrl}/wallets/feed`, { 'x-api-key': here.apiKey }, { autoPong: false });
    expect(await deaf.handshake).toBe('open');
    expect(await deaf.ended).toBe(1006);
    expect(pings).toBeGreaterThanOrEqual(2);
    expect(lively.socket.readyState).toBe(lively.socket.OPEN);
  });

  it('ends with 1001 when the server shuts down, also when the client does not answer', async () => {
    const here = await served();
    const [polite, stubborn] = [here.dial('/wallets/feed'), here.dial('/liquidityhub/feed')];
    expect([await polite.handshake, await stubborn.handshake]).toEqual(['open', 'open']);
    stubborn.socket.pause();
    await here.close();
    expect(await polite.ended).toBe(1001);
  });

  it('lets nobody in while it shuts down: an agent that dials again at once must not be cut off in the open', async () => {
    const here = await served();
    const [polite, stubborn] = [here.dial('/wallets/feed'), here.dial('/liquidityhub/feed')];
    expect([await polite.handshake, await stubborn.handshake]).toEqual(['open', 'open']);
    // The shutdown waits for the one that does not answer, while the other one dials again.
    stubborn.socket.pause();
    const closed = here.close();
    expect(await polite.ended).toBe(1001);
    await expect(here.dial('/wallets/feed').handshake).rejects.toThrow();
    await closed;
  });

  it('ends with 1008 when its key is revoked, and only then', async () => {
    const here = await served();
    const { apiKey: stranger } = (await here.control('POST', '/keys', { kind: 'sandbox' })).body;
    const agent = await registeredAgent(here);
    const own = here.dial('/wallets/feed');
    const agents = here.dial('/coreclient/feed', { 'x-api-zkp': agent.proof(here.nowSeconds()) });
    const foreign = here.dial('/wallets/feed', { 'x-api-key': stranger });
    for (const feed of [own, agents, foreign]) expect(await feed.handshake).toBe('open');
    await here.control('DELETE', `/keys/${here.keyId}`);
    expect([await own.ended, await agents.ended]).toEqual([1008, 1008]);
    expect(foreign.socket.readyState).toBe(foreign.socket.OPEN);
    expect(await here.dial('/wallets/feed').handshake).toMatchObject({ status: 403 });
  });

  it('ends when the world is reset: what it told of is no more', async () => {
    const here = await served();
    const clientId = await here.coreClient('bot');
    const feed = here.dial(`/coreclient/${clientId}/feed`);
    expect(await feed.handshake).toBe('open');
    await here.control('POST', '/reset');
    expect(await feed.ended).toBe(1001);
    expect(await here.dial(`/coreclient/${clientId}/feed`).handshake).toMatchObject({ status: 404 });
  });

  it('survives what clients say, and ends when it is too much', async () => {
    const here = await served();
    const feed = here.dial('/wallets/feed');
    expect(await feed.handshake).toBe('open');
    for (const text of ['', '{}', 'x'.repeat(60_000)]) feed.socket.send(text);
    feed.socket.send(Buffer.alloc(70_000));
    expect(await feed.ended).toBe(1009);
    expect((await here.call('GET', '/assets')).status).toBe(200);
  });

  it('is struck by planted faults', async () => {
    const here = await served();
    await here.control('POST', '/faults', { kind: 'status', status: 503, operation: 'W3', count: 1 });
    expect(await here.dial('/wallets/feed').handshake).toMatchObject({ status: 503 });
    await here.control('POST', '/faults', { kind: 'dropBefore', operation: 'W3', count: 1 });
    await expect(here.dial('/wallets/feed').handshake).rejects.toThrow('socket hang up');
    expect(await here.dial('/wallets/feed').handshake).toBe('open');
  });
});

describe('what is no proper handshake', () => {
  const head = (line: string, ...headers: string[]) => [line, 'Host: x', ...headers, '', ''].join('\r\n');
  const upgrade = ['Connection: Upgrade', 'Upgrade: websocket'];

  it.each([
    ['no key', [...upgrade, 'Sec-WebSocket-Version: 13'], 400],
    ['a wrong version', [...upgrade, 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 7'], 400],
    ['no upgrade', [], 426],
    ['an upgrade to HTTP/2', ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk'], 426],
  ])('%s is answered in the frame', async (_name, headers, status) => {
    const here = await served();
    const line = 'GET /api/v1/p/wallets/feed HTTP/1.1';
    const answer = await rawExchange(here.api, head(line, `X-Api-Key: ${here.apiKey}`, ...headers));
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain(`{"code":${status},"msg":"`);
  });

  it('a client that offers HTTP/2 with every request gets its answer', async () => {
    const here = await served();
    const offer = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk'];
    const request = head('GET /api/v1/p/assets HTTP/1.1', `X-Api-Key: ${here.apiKey}`, ...offer);
    expect(await rawExchange(here.api, request)).toMatch(/^HTTP\/1.1 200 OK/);
  });

  it('a wrong method is 405', async () => {
    const here = await served();
    const answer = await here.call('POST', '/wallets/feed');
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET']);
  });
});

describe('over TLS', () => {
  const read = (name: string) => readFileSync(new URL(`tls/throw-away.${name}.pem`, import.meta.url));
  const tls = { cert: read('cert'), key: read('key') };

  it('feeds are wss, signed as such, and old versions are refused', async () => {
    const api = await startPartnerApi({ tls });
    closing.push(() => api.close());
    const publicKeyPem = keys.publicKey.export({ type: 'spki', format: 'pem' });
    const body = JSON.stringify({ kind: 'live', publicKeyPem });
    const { apiKey } = JSON.parse(api.sandbox.control({ method: 'POST', target: '/keys', body }).body);
    const url = `${api.feedUrl}/wallets/feed`;
    expect(url).toMatch(/^wss:/);
    const stamp = String(Math.floor(api.sandbox.clock.nowMs() / 1000));
    const signature = sign('RSA-SHA256', Buffer.from(stamp + url), keys.privateKey).toString('base64url');
    const headers = { 'x-api-key': apiKey as string, 'x-timestamp': stamp, 'x-sign': signature };
    const feed = new FeedClient(url, headers, { ca: tls.cert });
    closing.push(() => feed.socket.terminate());
    expect(await feed.handshake).toBe('open');
    const old = { ca: tls.cert, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' };
    await expect(new FeedClient(url, headers, old).handshake).rejects.toThrow('alert protocol version');
  });
});

describe('the Date header', () => {
  it("is the sandbox clock's, on answers, refusals and handshakes", async () => {
    const here = await served();
    await here.control('POST', '/clock', { nowMs: 1_900_000_000_000, frozen: true });
    const date = 'Sun, 17 Mar 2030 17:46:40 GMT';
    expect((await here.call('GET', '/assets')).headers.get('date')).toBe(date);
    expect((await here.call('GET', '/nowhere')).headers.get('date')).toBe(date);
    expect(await here.dial('/nowhere/feed').handshake).toMatchObject({ headers: { date } });
    expect(await here.dial('/coreclient/x/feed').handshake).toMatchObject({ headers: { date } });
    expect((await rawExchange(here.api, 'nonsense\r\n\r\n')).toLowerCase()).toContain(`date: ${date.toLowerCase()}`);
    await here.control('POST', '/faults', { kind: 'latency', latencyMs: 1, operation: '1', count: 1 });
    expect((await here.call('GET', '/assets')).headers.get('date')).toBe(date);
  });
});
