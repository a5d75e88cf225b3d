import { beforeEach, describe, expect, it } from 'vitest';
import { readPrice } from '../../../lib/quotes/document.ts';
import { manageQuote } from '../../../lib/quotes/manage.ts';
import { freshPrice, putPrice } from '../../../lib/quotes/prices.ts';
import type { PriceSource } from '../../../lib/quotes/strategy.ts';
import { QuoteWorld, startMs, strategy } from './world.ts';

const url = 'https://prices.example/btc-eth';
const startSeconds = startMs / 1000;

let world: QuoteWorld;
const push = (price: string, at?: number | string) =>
  putPrice(world.desk(), world.strategies, 'desk', { name: 'btc-eth', price, ...(at === undefined ? {} : { at }) });

beforeEach(() => {
  world = new QuoteWorld();
});

describe('a pushed price that is dated ahead', () => {
  it('is as old as its arrival, and no younger', async () => {
    world.strategies = [{ ...strategy, price: { from: 'pushed', name: 'btc-eth', maxAgeSeconds: 5 } }];
    expect(await push('15.3125', startSeconds + 60)).toMatchObject({ price: '15.3125', atMs: startMs });
    world.nowMs += 5_001;
    await manageQuote(world.desk(), 'strategy/btc-eth');
    expect(world.offers()).toEqual([]);
  });

  it('is no younger when it is pushed again', async () => {
    await push('15.3125', startSeconds + 60);
    for (const laterMs of [30_000, 70_000]) {
      world.nowMs = startMs + laterMs;
      expect(await push('15.3125', startSeconds + 60)).toMatchObject({ atMs: startMs });
    }
    expect(await push('15.3125', startSeconds + 61)).toMatchObject({ atMs: startMs + 61_000 });
  });

  it('does not shut out those that come after the clock was put right', async () => {
    await push('15.3125', startSeconds + 60);
    world.nowMs += 1_000;
    expect(await push('12', startSeconds + 1)).toMatchObject({ price: '12' });
    expect(await push('13')).toMatchObject({ price: '13' });
  });

  it('still gives way to no older one of the same clock, in whatever order they arrive', async () => {
    await push('15.3125', startSeconds + 31);
    world.nowMs += 200;
    expect(await push('1', startSeconds + 30)).toMatchObject({ price: '15.3125' });
    expect(await push('1', startSeconds - 1)).toMatchObject({ price: '15.3125' });
    expect(await push('16', startSeconds + 32)).toMatchObject({ price: '16', atMs: startMs + 200 });
  });
});

describe('a price over HTTP that is dated ahead', () => {
  const atPointer = '/at';
  const say = (aheadSeconds: number) =>
    world.documents.set(url, JSON.stringify({ price: '15.3125', at: startSeconds + aheadSeconds }));

  it('is as old as our first sight of that date, however often it is read', async () => {
    world.strategies = [{ ...strategy, price: { from: 'http', url, pointer: '/price', atPointer, maxAgeSeconds: 30 } }];
    const [one = strategy] = world.strategies;
    say(50);
    for (const [laterMs, isFresh] of [
      [0, true],
      [20_000, true],
      [30_000, true],
      [30_001, false],
      [55_000, false],
    ] as const) {
      world.nowMs = startMs + laterMs;
      const price = await freshPrice(world.desk(), one);
      expect(price?.staleAtMs).toBe(isFresh ? startMs + 30_000 : undefined);
    }
    say(60);
    expect((await freshPrice(world.desk(), one))?.staleAtMs).toBe(startMs + 85_000);
  });

  it('is none when it is dated further ahead than clocks differ', async () => {
    world.strategies = [{ ...strategy, price: { from: 'http', url, pointer: '/price', atPointer, maxAgeSeconds: 30 } }];
    say(61);
    await manageQuote(world.desk(), 'strategy/btc-eth');
    expect(world.offers()).toEqual([]);
  });
});

describe('the moment of a pushed price', () => {
  it.each(['12.5', '1800000000', '2027-01-15', '2027-01-15T08:00:00', 'Jan 15 2027', 12.5, 0, -1, startMs])(
    'is not %j',
    async (at) => {
      await expect(push('15', at)).rejects.toMatchObject({ status: 400, field: 'at' });
    },
  );

  it.each([startSeconds, '2027-01-15T08:00:00Z', '2027-01-15T09:00:00.000+01:00'])('may be %j', async (at) => {
    expect(await push('15', at)).toMatchObject({ atMs: startMs });
  });
});

describe('the moment of a price in a document', () => {
  const momentOf = (at: unknown) =>
    readPrice(JSON.stringify({ price: '15', at }), { pointer: '/price', atPointer: '/at' }, startMs).datedMs;

  it.each([
    '12.5',
    '2027-01-15',
    '2027-01-15T08:00:00',
    '15 Jan 2027',
    '-1800000000',
    '1.8e9',
    '',
    12.5,
    1_800_000_000.5,
    -1,
    true,
    null,
    {},
  ])('is not %j', (at) => {
    expect(() => momentOf(at)).toThrow('no moment at /at');
  });

  it('is not read out of a number with a fraction or an exponent', () => {
    for (const at of ['12.5', '1800000000.5', '1.8e9']) {
      const document = `{"price":"15","at":${at}}`;
      expect(() => readPrice(document, { pointer: '/price', atPointer: '/at' }, startMs)).toThrow('no moment at /at');
    }
  });

  it.each([startSeconds, startMs, '1800000000', '1800000000000', '2027-01-15T08:00:00Z', '2027-01-15T09:00:00+01:00'])(
    '%j is one',
    (at) => expect(momentOf(at)).toBe(startMs),
  );

  it('may be a minute ahead of our clock, and no more', () => {
    expect(momentOf(startSeconds + 60)).toBe(startMs + 60_000);
    expect(() => momentOf(startSeconds + 61)).toThrow('a moment in the future at /at');
  });
});

describe('a publication', () => {
  const sources: [string, PriceSource, () => Promise<unknown>][] = [
    ['a pushed price', { from: 'pushed', name: 'btc-eth', maxAgeSeconds: 10 }, () => push('15.3125')],
    [
      'a price over HTTP',
      { from: 'http', url, pointer: '/price', atPointer: '/at', maxAgeSeconds: 10 },
      async () => void world.documents.set(url, JSON.stringify({ price: '15.3125', at: world.nowMs })),
    ],
  ];

  /** An open quote that is to be published, its price `ageMs` old, by a worker that stands still right before it signs. */
  async function publishedAfter(price: PriceSource, renew: () => Promise<unknown>, ageMs: number, stillMs: number) {
    world.strategies = [{ ...strategy, price }];
    await renew();
    await manageQuote(world.desk(), 'strategy/btc-eth');
    for (let second = 0; second < 5; second++) {
      world.nowMs += 1_000;
      for (const { id } of world.hints.receive('submit', 10)) await world.work('submit', id);
      for (const { id } of world.hints.receive('poll', 10)) await world.work('poll', id);
    }
    await renew();
    world.nowMs += ageMs;
    const outside = world.desk();
    const { hub } = outside.api;
    const publish: typeof hub.publish = async (...asked) => {
      world.nowMs += stillMs;
      await hub.publish(...asked);
    };
    await manageQuote({ ...outside, api: { ...outside.api, hub: { ...hub, publish } } }, 'strategy/btc-eth');
    return world.partnerApi.published;
  }

  it.each(sources)('is not signed once %s has become stale', async (_, price, renew) => {
    expect(await publishedAfter(price, renew, 9_000, 1_000)).toEqual([]);
  });

  it.each(sources)('is signed while %s is young enough', async (_, price, renew) => {
    expect(await publishedAfter(price, renew, 9_000, 900)).toEqual(['tx-1']);
  });

  it.each(sources)('is not signed at %s 15 seconds after the check, however young', async (_, price, renew) => {
    expect(await publishedAfter({ ...price, maxAgeSeconds: 3_600 }, renew, 0, 15_000)).toEqual([]);
  });
});
