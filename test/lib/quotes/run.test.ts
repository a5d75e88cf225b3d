import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { setControl } from '../../../lib/instructions/control.ts';
import { TimedOutError } from '../../../lib/partner-api/errors.ts';
import type { CallOptions, HubQuote } from '../../../lib/partner-api/index.ts';
import type { QuoteDesk } from '../../../lib/quotes/desk.ts';
import { putPrice } from '../../../lib/quotes/prices.ts';
import { publishQuotes } from '../../../lib/quotes/run.ts';
import type { Strategy } from '../../../lib/quotes/strategy.ts';
import { desk, QuoteWorld, strategy } from './world.ts';

/** What `publish-quotes` has, by serverless.yml. */
const functionMs = 55_000;
const never = new Promise<never>(() => {});
const companies = ['company', 'second', 'third', 'fourth'];

let world: QuoteWorld;
const push = (price = '15.3125') => putPrice(world.desk(), world.strategies, 'desk', { name: 'btc-eth', price });
const run = (outside: QuoteDesk = world.desk()) => publishQuotes(outside, world.nowMs + functionMs);
const hinted = () => world.hints.waiting('quote').map(({ id }) => id);
/** Lets everything happen that nothing holds up. */
const settle = async () => {
  for (let turn = 0; turn < 200; turn++) await setImmediate();
};

/** A strategy of each company, and its quote on the hub. */
async function onTheHub(): Promise<void> {
  world.clients = [
    { ...desk, bindings: companies.flatMap((companyId) => desk.bindings.map((each) => ({ ...each, companyId }))) },
  ];
  world.strategies = companies.map((companyId) => ({ ...strategy, name: `of-${companyId}`, companyId }));
  await push();
  await world.minute();
  await world.pass(5);
  expect(world.onHub()).toHaveLength(companies.length);
  world.hints.clear();
}

type List = (companyId: string, options?: CallOptions) => Promise<HubQuote[]>;

function withListings(list: (as: List) => List): QuoteDesk {
  const outside = world.desk();
  const { hub } = outside.api;
  return { ...outside, api: { ...outside.api, hub: { ...hub, list: list(hub.list) } } };
}

beforeEach(() => {
  world = new QuoteWorld();
});

describe('a hub that cannot be listed', () => {
  beforeEach(onTheHub);
  const timesOut = () => async () => {
    world.nowMs += 16_500;
    throw new TimedOutError('no answer');
  };

  it.each([
    ['the price is stale', () => later(121_000)],
    ['the price has moved', () => push('16')],
    ['its bounds have changed', () => configured(world.strategies.map(withOtherBounds))],
    ['it is stopped', () => setControl(world.desk(), { stoppedClients: ['desk'] }, 'operator')],
    ['it is gone', () => configured([])],
  ])('keeps no quote there when %s', async (_, happens) => {
    await happens();
    world.hints.clear();
    const startedAtMs = world.nowMs;
    let hintedAtMs = Number.POSITIVE_INFINITY;
    const outside = withListings(timesOut);
    const { send } = outside.hints;
    const hints: typeof outside.hints = {
      send: async (route, ids, options) => {
        if (route === 'quote' && ids.length > 0) hintedAtMs = Math.min(hintedAtMs, world.nowMs);
        await send(route, ids, options);
      },
    };
    await run({ ...outside, hints });
    expect(hintedAtMs).toBe(startedAtMs);
    await world.drain();
    expect(world.onHub()).toEqual([]);
  });

  it('keeps no quote there without a price when it never answers', async () => {
    world.nowMs += 121_000;
    void run(withListings(() => () => never));
    await settle();
    await world.drain();
    expect(world.onHub()).toEqual([]);
  });

  it('keeps no quote there without a price, although every look at a strategy takes for ever', async () => {
    world.nowMs += 121_000;
    await run(withListings(timesOut));
    const calledOff = world.hints.receive('submit', 100);
    expect(calledOff).toHaveLength(companies.length);
    for (const { id } of calledOff) await world.work('submit', id);
    expect(world.onHub()).toEqual([]);
  });

  it('for one company holds up no other', async () => {
    for (const quote of world.partnerApi.quotes) quote.onHub = false;
    void run(withListings((as) => (companyId) => (companyId === 'company' ? never : as(companyId))));
    await settle();
    expect(hinted()).toEqual(['missing/of-second', 'missing/of-third', 'missing/of-fourth']);
  });

  it('is given up in time', async () => {
    const asked: number[] = [];
    const deadlineMs = world.nowMs + functionMs;
    await run(
      withListings((as) => (companyId, options) => {
        asked.push(options?.signBeforeMs ?? Number.POSITIVE_INFINITY);
        return as(companyId);
      }),
    );
    expect(asked).toHaveLength(companies.length);
    // A request that is signed at the last moment has its 8 seconds, and there is time left for what it says.
    expect(Math.max(...asked)).toBeLessThanOrEqual(deadlineMs - 13_000);
    expect(Math.min(...asked)).toBeGreaterThan(world.nowMs + 20_000);
  });
});

const later = async (ms: number) => {
  world.nowMs += ms;
};
const configured = async (strategies: Strategy[]) => {
  world.strategies = strategies;
};

function withOtherBounds(one: Strategy): Strategy {
  return { ...one, bounds: { min: '16', max: '20' } };
}

describe('a price source', () => {
  const sourceOf = (name: string): Strategy['price'] => ({
    from: 'http',
    url: `https://${name}.example/`,
    pointer: '',
    maxAgeSeconds: 120,
  });

  it('that does not answer holds up no withdrawal of another strategy', async () => {
    const silent = Array.from({ length: 150 }, (_, at) => `silent-${at}`);
    const spoken = ['spoken-1', 'spoken-2'];
    world.strategies = [...silent, ...spoken].map((name) => ({ ...strategy, name, price: sourceOf(name) }));
    world.strategies.push(strategy, { ...strategy, name: 'stopped', price: sourceOf('silent-0') });
    for (const { price } of world.strategies) if (price.from === 'http') world.documents.set(price.url, '"15.3125"');
    await push();
    await world.minute();
    await world.pass(5);
    expect(world.onHub()).toHaveLength(154);
    world.nowMs += 121_000;
    await setControl(world.desk(), { stoppedStrategies: ['stopped'] }, 'operator');
    const outside = world.desk();
    const readDocument = async (url: string) => (url.includes('silent') ? await never : '"16"');
    world.hints.clear();
    void run({ ...outside, readDocument });
    await settle();
    const calledOff = world.instructions().filter(({ cancelAskedAtMs }) => cancelAskedAtMs !== undefined);
    expect(calledOff.map(({ strategy: name, cancelReason }) => [name, cancelReason]).toSorted()).toEqual([
      ['btc-eth', 'the price is stale'],
      ['spoken-1', 'the price has moved'],
      ['spoken-2', 'the price has moved'],
      ['stopped', 'stopped'],
    ]);
  });

  it('that did not answer is not waited for again before long, and is asked again after that', async () => {
    world.strategies = [{ ...strategy, price: sourceOf('prices') }];
    world.documents.set('https://prices.example/', '"15.3125"');
    await world.minute();
    await world.pass(70);
    expect(world.onHub()).toHaveLength(1);
    world.nowMs += 121_000;
    let asked = 0;
    world.documents = new (class extends Map<string, string> {
      override get(): undefined {
        asked++;
      }
    })();
    await run();
    expect(asked).toBe(1);
    await world.drain();
    expect(asked).toBe(1);
    expect(world.onHub()).toEqual([]);
    world.documents = new Map();
    world.documents.set('https://prices.example/', '"15.3125"');
    await world.pass(70);
    expect(world.onHub()).toHaveLength(1);
  });
});

describe('clients who follow many quotes', () => {
  const offered = (txId: string): HubQuote => ({
    txId,
    sendAsset: 'X',
    sendAmountBaseUnits: 1n,
    receiveAsset: 'Y',
    receiveAmountBaseUnits: 1n,
    owner: false,
    addedAtSeconds: 0,
    expiresAtSeconds: 99,
  });

  it('are told of each once, in as many runs as it takes, and hold up no withdrawal', async () => {
    await push();
    await world.minute();
    await world.pass(5);
    const followedPairs = [{ companyId: 'company', sendAsset: 'X', receiveAsset: 'Y' }];
    world.clients = [desk, ...Array.from({ length: 4 }, (_, at) => ({ ...desk, id: `f${at}`, followedPairs }))];
    world.partnerApi.othersQuotes = Array.from({ length: 300 }, (_, at) => offered(`other-${at}`));
    world.nowMs += 121_000;

    const outside = world.desk();
    let created = 0;
    const store: typeof outside.store = {
      ...outside.store,
      create: async (draft) => {
        world.nowMs += 100;
        if ('quote' in draft) created++;
        return await outside.store.create(draft);
      },
    };
    const toldBy: number[] = [];
    for (let runs = 0; runs < 6; runs++) {
      const startedAtMs = world.nowMs;
      await run({ ...outside, store });
      expect(world.nowMs - startedAtMs).toBeLessThan(functionMs);
      toldBy.push(world.events().filter(({ type }) => type === 'hub.quote_available').length);
      await world.drain();
      expect(world.onHub()).toEqual([]);
      world.nowMs = startedAtMs + 60_000;
    }
    expect(toldBy[0]).toBeGreaterThan(100);
    expect(toldBy[0]).toBeLessThan(1_200);
    expect(toldBy.at(-1)).toBe(1_200);
    expect(created).toBe(1_200);
  });
});
