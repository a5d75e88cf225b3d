import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import {
  type ConnectedMovement,
  type Feed,
  type FeedReport,
  type HubUpdate,
  openAgentFeed,
  openCoreClientFeed,
  openLiquidityHubFeed,
  openWalletsFeed,
} from '../../../lib/partner-api/feeds.ts';
import { type Action, createPartnerApi, type PartnerApi } from '../../../lib/partner-api/index.ts';
import { staticCredentials, verifySignature } from '../../../lib/signing/index.ts';
import { testTls } from '../../support/test-tls.ts';
import { publicKey } from '../signing/vectors.ts';
import { credentials, json } from './fake-api.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface World {
  client: PartnerApi;
  base: string;
  sockets: WebSocket[];
  handshakes: IncomingMessage[];
  /** Answers of REST by path. */
  rest: Record<string, unknown>;
  restCalls: string[];
  reports: FeedReport[];
  waitsMs: number[];
  /** When set, handshakes are answered with this status. */
  refuseWith?: number;
  onConnect?: (socket: WebSocket) => void;
  /** Holds answers of REST back. */
  beforeRest?: () => Promise<void>;
  options: object;
}

/** A feed server, and a REST side that answers from a table. */
async function world(): Promise<World> {
  const server = createServer();
  const feeds = new WebSocketServer({ noServer: true });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/p`;
  const made: World = {
    base,
    sockets: [],
    handshakes: [],
    rest: {},
    restCalls: [],
    reports: [],
    waitsMs: [],
    options: {},
    client: undefined as never,
  };
  let seconds = 1_700_000_000;
  made.client = createPartnerApi({
    baseUrl: base,
    credentials: staticCredentials(credentials),
    clock: () => ++seconds * 1000,
    readAttempts: 1,
    transport: async ({ url }) => {
      const path = url.slice(base.length);
      made.restCalls.push(path);
      await made.beforeRest?.();
      return path in made.rest ? json(made.rest[path]) : json({ code: 500, msg: 'x' }, 500);
    },
  });
  made.options = {
    client: made.client,
    credentials: staticCredentials(credentials),
    onState: (report: FeedReport) => made.reports.push(report),
    random: () => 0,
    sleep: async (ms: number) => void made.waitsMs.push(ms),
  };
  server.on('upgrade', (request, socket, head) => {
    made.handshakes.push(request);
    if (made.refuseWith !== undefined) {
      socket.end(`HTTP/1.1 ${made.refuseWith} X\r\nretry-after: 5\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    feeds.handleUpgrade(request, socket, head, (opened) => {
      made.sockets.push(opened);
      made.onConnect?.(opened);
    });
  });
  closing.push(() => {
    for (const socket of made.sockets) socket.terminate();
    return new Promise((resolve) => server.close(resolve));
  });
  return made;
}

function running(feed: Feed): Feed {
  closing.push(() => feed.close());
  return feed;
}

/** Waits until the promise of `condition` holds; bounded by the test's own time. */
async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 12_000 && !condition(); turn += 1) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(condition()).toBe(true);
}

const action = (id: string) => ({
  id,
  coreClientID: 'x',
  type: 'ApproveTransfer',
  status: 'pending',
  timestamp: 1,
  expireTime: 2,
});
const actionsPath = '/coreclient/x/actions';

describe('the core client feed', () => {
  const open = (here: World, onMessage: (action: Action, context: { recovered: boolean }) => void | Promise<void>) =>
    running(openCoreClientFeed({ ...here.options, coreClientId: 'x', onMessage } as never));

  it('dials with freshly signed headers, each time, and signs the ws URL', async () => {
    const here = await world();
    here.rest[actionsPath] = { actions: [] };
    open(here, () => {});
    await until(() => here.sockets.length === 1);
    here.sockets[0]?.close();
    await until(() => here.sockets.length === 2);
    const stamps = here.handshakes.map((request) => {
      const stamp = request.headers['x-timestamp'] as string;
      const signature = request.headers['x-sign'] as string;
      const url = `${here.base.replace('http', 'ws')}/coreclient/x/feed`;
      expect(verifySignature({ stamp, url, signature, publicKey })).toBe(true);
      expect(request.headers['x-api-key']).toBe('the-api-key');
      return stamp;
    });
    expect(new Set(stamps).size).toBe(2);
  });

  it('tells each action once, by the socket or by REST, over reconnects, and misses none', async () => {
    const here = await world();
    here.rest[actionsPath] = { actions: [action('a1')] };
    here.onConnect = (socket) => socket.send(JSON.stringify(action('a1')));
    const told: string[] = [];
    open(here, ({ actionId }) => void told.push(actionId));
    await until(() => here.reports.at(-1)?.state === 'open');
    here.sockets[0]?.send(JSON.stringify(action('a2')));
    await until(() => told.length === 2);
    // `a3` comes while nobody listens; after the reconnect only REST knows of it.
    here.rest[actionsPath] = { actions: [action('a1'), action('a2'), action('a3')] };
    here.sockets[0]?.terminate();
    await until(() => here.sockets.length === 2 && here.reports.at(-1)?.state === 'open');
    here.sockets[1]?.send(JSON.stringify(action('a3')));
    here.sockets[1]?.send(JSON.stringify(action('a4')));
    await until(() => told.length === 4);
    expect(told).toEqual(['a1', 'a2', 'a3', 'a4']);
  });

  it('reads by REST also while the socket cannot be opened, with waits that grow to a minute', async () => {
    const here = await world();
    here.refuseWith = 503;
    const told: string[] = [];
    open(here, ({ actionId }, { recovered }) => void told.push(`${actionId} ${recovered}`));
    here.rest[actionsPath] = { actions: [action('a1')] };
    await until(() => here.waitsMs.length >= 8);
    expect(here.waitsMs.slice(0, 8)).toEqual([5000, 5000, 5000, 8000, 16000, 30000, 30000, 30000]);
    expect(told).toEqual(['a1 true']);
    expect(here.reports.find(({ state }) => state === 'waiting')?.error).toMatchObject({ code: 'server_fault' });
  });

  it('tells a message again when handling it failed', async () => {
    const here = await world();
    here.rest[actionsPath] = { actions: [] };
    const told: string[] = [];
    open(here, async ({ actionId }) => {
      told.push(actionId);
      if (told.length === 1) throw new Error('the table is down');
    });
    await until(() => here.sockets.length === 1 && here.reports.at(-1)?.state === 'open');
    here.rest[actionsPath] = { actions: [action('a1')] };
    here.sockets[0]?.send(JSON.stringify(action('a1')));
    await until(() => told.length === 2 && here.reports.at(-1)?.state === 'open');
    expect(told).toEqual(['a1', 'a1']);
  });

  it('is not open before it has caught up, and dials again when it cannot', async () => {
    const here = await world();
    open(here, () => {});
    await until(() => here.sockets.length >= 2);
    expect(here.reports.map(({ state }) => state)).not.toContain('open');
    here.rest[actionsPath] = { actions: [] };
    await until(() => here.reports.at(-1)?.state === 'open');
  });

  it('dials again after a message it cannot read', async () => {
    const here = await world();
    here.rest[actionsPath] = { actions: [] };
    open(here, () => {});
    await until(() => here.reports.at(-1)?.state === 'open');
    here.sockets[0]?.send('{"id":');
    await until(() => here.sockets.length === 2);
    expect(here.reports.find(({ state }) => state === 'waiting')?.error?.code).toBe('unreadable_answer');
  });

  it('answers pings', async () => {
    const here = await world();
    here.rest[actionsPath] = { actions: [] };
    open(here, () => {});
    await until(() => here.sockets.length === 1);
    let pongs = 0;
    here.sockets[0]?.on('pong', () => {
      pongs += 1;
    });
    here.sockets[0]?.ping();
    await until(() => pongs === 1);
    expect(here.sockets).toHaveLength(1);
  });

  it('drops a connection that does not answer its own', async () => {
    const here = await world();
    here.rest[actionsPath] = { actions: [] };
    here.options = { ...here.options, pingIntervalMs: 40 };
    here.onConnect = (socket) => socket.pause();
    open(here, () => {});
    await until(() => here.sockets.length === 2);
    expect(here.reports.find(({ state }) => state === 'waiting')?.error?.code).toBe('connection_lost');
  });

  it('stops reading while the handler is slow, and loses nothing', async () => {
    const here = await world();
    here.rest[actionsPath] = { actions: [] };
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const told: string[] = [];
    open(here, async ({ actionId }) => {
      await held;
      told.push(actionId);
    });
    await until(() => here.reports.at(-1)?.state === 'open');
    for (let index = 0; index < 2000; index += 1) here.sockets[0]?.send(JSON.stringify(action(`a${index}`)));
    await new Promise((resolve) => setTimeout(resolve, 50));
    release();
    await until(() => told.length === 2000);
    expect(here.sockets).toHaveLength(1);
  });

  it('ends when told to, also in the middle of a wait', async () => {
    const here = await world();
    here.refuseWith = 401;
    here.rest[actionsPath] = { actions: [] };
    const { sleep: _ownWaits, ...options } = here.options as { sleep: unknown };
    const feed = openCoreClientFeed({ ...options, coreClientId: 'x', onMessage: () => {} } as never);
    await until(() => here.reports.at(-1)?.state === 'waiting');
    await feed.close();
    expect(here.reports.at(-1)?.state).toBe('closed');
    const dialled = here.handshakes.length;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(here.handshakes.length).toBe(dialled);
  });
});

describe('the agent feed', () => {
  it('dials with a fresh token and nothing else', async () => {
    const here = await world();
    let tokens = 0;
    const told: string[] = [];
    const { client: _client, credentials: _credentials, ...options } = here.options as Record<string, unknown>;
    running(
      openAgentFeed({
        ...options,
        feedUrl: `${here.base.replace('http', 'ws')}/coreclient/feed`,
        zkpToken: () => `token-${++tokens}`,
        onMessage: ({ actionId }: Action) => void told.push(actionId),
      } as never),
    );
    here.onConnect = (socket) => socket.send(JSON.stringify(action('a1')));
    await until(() => here.sockets.length === 1);
    here.sockets[0]?.close();
    await until(() => here.sockets.length === 2 && told.length > 0);
    expect(here.handshakes.map(({ headers }) => headers['x-api-zkp'])).toEqual(['token-1', 'token-2']);
    expect(here.handshakes.some(({ headers }) => 'x-api-key' in headers || 'x-sign' in headers)).toBe(false);
    expect([told, here.restCalls]).toEqual([['a1'], []]);
  });
});

describe('a feed over TLS', () => {
  const tlsWorld = async () => {
    const server = createHttpsServer(testTls);
    const feeds = new WebSocketServer({ server });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => {
      for (const socket of feeds.clients) socket.terminate();
      return new Promise((resolve) => server.close(resolve));
    });
    return { feeds, feedUrl: `wss://127.0.0.1:${(server.address() as AddressInfo).port}/coreclient/feed` };
  };

  it('is opened when the authority is known, and not otherwise', async () => {
    const { feeds, feedUrl } = await tlsWorld();
    const open = (options: object) => {
      const reports: FeedReport[] = [];
      const onState = (report: FeedReport) => reports.push(report);
      running(openAgentFeed({ feedUrl, zkpToken: () => 'token', onMessage: () => {}, onState, ...options }));
      return reports;
    };
    const stranger = open({});
    await until(() => stranger.at(-1)?.state === 'waiting');
    expect([stranger.at(-1)?.error?.code, feeds.clients.size]).toEqual(['not_connected', 0]);
    const friend = open({ certificateAuthorities: testTls.cert });
    await until(() => friend.at(-1)?.state === 'open');
    expect(feeds.clients.size).toBe(1);
  });

  it('is the only kind there is, but for loopback', () => {
    for (const feedUrl of ['ws://api.example/feed', 'https://api.example/feed', 'feed']) {
      expect(() => openAgentFeed({ feedUrl, zkpToken: () => 'token', onMessage: () => {} })).toThrow(/feedUrl/);
    }
  });
});

describe('the liquidity hub feed', () => {
  it('tells open quotes, changes, and those that left while it was down', async () => {
    const here = await world();
    const item = (id: string) => ({ tx_id: id, send_amount: 1, receive_amount: 1 });
    here.rest['/liquidityhub'] = { items: [item('q1'), item('q2')] };
    const told: HubUpdate[] = [];
    running(
      openLiquidityHubFeed({ ...here.options, onMessage: (update: HubUpdate) => void told.push(update) } as never),
    );
    await until(() => here.reports.at(-1)?.state === 'open');
    here.sockets[0]?.send('{"txID":"q1","status":"taker_pending"}');
    here.sockets[0]?.send('{"txID":"q1","status":"approved"}');
    await until(() => told.length === 3);
    here.rest['/liquidityhub'] = { items: [item('q3')] };
    here.sockets[0]?.terminate();
    await until(() => told.length === 5);
    expect(told.map(({ txId, status }) => `${txId} ${status}`)).toEqual([
      'q1 taker_pending',
      'q2 taker_pending',
      'q1 approved',
      'q3 taker_pending',
      'q2 ',
    ]);
  });
});

describe('the liquidity hub feed while its list is read', () => {
  it('believes the message that is newer than the list', async () => {
    const here = await world();
    const item = (id: string) => ({ tx_id: id, send_amount: 1, receive_amount: 1 });
    // Each message comes before the answer of the list, and says the contrary of it.
    here.onConnect = (socket) => {
      socket.send('{"txID":"q1","status":"approved"}');
      socket.send('{"txID":"q2","status":"taker_pending"}');
    };
    here.rest['/liquidityhub'] = { items: [item('q1')] };
    here.beforeRest = () => until(() => told.length >= 2);
    const told: string[] = [];
    const onMessage = ({ txId, status }: HubUpdate) => void told.push(`${txId} ${status}`);
    running(openLiquidityHubFeed({ ...here.options, onMessage } as never));
    await until(() => here.reports.at(-1)?.state === 'open');
    expect(told).toEqual(['q1 approved', 'q2 taker_pending']);
  });
});

describe('the wallets feed', () => {
  it('tells movements once, and after a reconnect those of the histories', async () => {
    const here = await world();
    const movement = (chain: string, timestamp: number) => ({
      wallet_id: 'w',
      tx_id: 't',
      chain_tx_id: chain,
      asset: 'BTC',
      amount: -300300,
      fee: -300,
      net_amount: -300000,
      timestamp,
    });
    const now = 1_700_000_100;
    here.rest['/coreclient'] = { clients: [{ id: 'x' }, { id: 'y' }] };
    here.rest['/coreclient/x/wallets'] = {
      wallets: [
        { wallet_id: 'w', status: 'approved' },
        { wallet_id: 'v', status: 'pending' },
      ],
    };
    here.rest['/coreclient/y/wallets'] = { wallets: [{ wallet_id: 'w', status: 'approved' }] };
    const history = `/wallet/w/history?since=${now - 1}`;
    here.rest[history] = { history: [] };
    const told: ConnectedMovement[] = [];
    running(
      openWalletsFeed({
        ...here.options,
        sinceSeconds: now,
        onMessage: (message: ConnectedMovement) => void told.push(message),
      } as never),
    );
    await until(() => here.reports.at(-1)?.state === 'open');
    here.sockets[0]?.send(JSON.stringify({ Status: 'approved', sweep_tx: true, ...movement('c1', now + 1) }));
    await until(() => told.length === 1);
    here.rest[history] = { history: [movement('c1', now + 1), movement('c2', now + 1)] };
    here.sockets[0]?.terminate();
    await until(() => told.length === 2);
    expect(told.map(({ chainTxId, sweep, amountBaseUnits }) => [chainTxId, sweep, amountBaseUnits])).toEqual([
      ['c1', true, -300300n],
      ['c2', undefined, -300300n],
    ]);
    expect(here.restCalls.filter((path) => path.includes('history'))).toEqual([history, history]);
  });
});
