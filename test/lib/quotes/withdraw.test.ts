import { beforeEach, describe, expect, it } from 'vitest';
import { cancelInstruction } from '../../../lib/instructions/cancel.ts';
import { setControl } from '../../../lib/instructions/control.ts';
import { isTerminal } from '../../../lib/instructions/record.ts';
import type { QuoteDesk } from '../../../lib/quotes/desk.ts';
import { manageQuote } from '../../../lib/quotes/manage.ts';
import { putPrice } from '../../../lib/quotes/prices.ts';
import { desk, QuoteWorld, strategy } from './world.ts';

let world: QuoteWorld;
const told = () => world.events().map(({ type, data }) => [type, data['reason'] ?? data['txId']]);

beforeEach(async () => {
  world = new QuoteWorld();
  await putPrice(world.desk(), world.strategies, 'desk', { name: 'btc-eth', price: '15.3125' });
});

/** A desk on which something happens right before or after the first write that is of this sort. */
function around(
  isMeant: (next: Readonly<Record<string, unknown>>) => boolean,
  { before, after }: { before?: () => Promise<unknown>; after?: () => Promise<unknown> },
): QuoteDesk {
  const outside = world.desk();
  let isOver = false;
  const wrap =
    <Args extends unknown[], T>(write: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      const isNow = !isOver && isMeant(args.at(-1) as Record<string, unknown>);
      isOver ||= isNow;
      if (isNow) await before?.();
      const written = await write(...args);
      if (isNow) await after?.();
      return written;
    };
  const { create, replace } = outside.store;
  return {
    ...outside,
    store: {
      ...outside.store,
      create: wrap(create) as typeof create,
      replace: wrap(replace) as typeof replace,
    },
  };
}

const isWish = (next: Readonly<Record<string, unknown>>) => next['cancelAskedAtMs'] !== undefined;
const isEndOfInstruction = (next: Readonly<Record<string, unknown>>) =>
  next['subject'] === 'instruction' && isTerminal(next['state'] as never);
const isMark = (next: Readonly<Record<string, unknown>>) => next['state'] === 'withdrawing';
const isPublishing = (next: Readonly<Record<string, unknown>>) => next['state'] === 'publishing';
const dies = async () => {
  throw new Error('the process is gone');
};

describe('a withdrawal', () => {
  it('stores the wish with the quote before the offer is marked', async () => {
    world.partnerApi.approveAfterMs = 3_600_000;
    await world.minute();
    await world.pass(3);
    expect(world.instructions()[0]?.state).toBe('pending');
    world.nowMs += 121_000;
    const before = async () => {
      expect(world.instructions()[0]?.cancelAskedAtMs).toBe(world.nowMs);
    };
    await manageQuote(around(isMark, { before }), 'strategy/btc-eth');
    expect(world.offers()[0]?.state).toBe('withdrawing');
    expect.assertions(3);
  });

  it.each(['making', 'publishing', 'published'])(
    'goes on, for the reason it began with, when its process dies between the wish and the mark (%s)',
    async (state) => {
      if (state === 'making') world.partnerApi.approveAfterMs = 3_600_000;
      if (state === 'publishing') world.partnerApi.fault = { operation: 'publish', effect: 'after', times: 1 };
      await world.drain();
      for (let second = 0; second < 10 && world.offers()[0]?.state !== state; second++) await world.pass(1);
      expect(world.offers()[0]?.state).toBe(state);
      world.nowMs += 121_000;
      world.hints.clear();
      await manageQuote(around(isWish, { after: dies }), 'strategy/btc-eth').catch(() => {});
      expect(world.instructions()[0]?.cancelReason).toBe('the price is stale');
      expect(world.offers()[0]?.state).toBe(state);
      // The price is back: the wish stands all the same.
      await putPrice(world.desk(), world.strategies, 'desk', { name: 'btc-eth', price: '15.3125' });
      await world.pass(130);
      expect(world.instructions()[0]?.state).toBe('cancelled');
      expect(world.offers()[0]?.state).toBe('ended');
      expect(world.onHub()).not.toContain('tx-1');
      expect(told().filter(([, reason]) => reason === 'the price is stale')).toHaveLength(state === 'making' ? 0 : 1);
    },
  );

  it('goes on when its process dies between the end of a quote nobody sent and the mark', async () => {
    await manageQuote(world.desk(), 'strategy/btc-eth');
    world.nowMs += 121_000;
    await manageQuote(around(isEndOfInstruction, { after: dies }), 'strategy/btc-eth').catch(() => {});
    expect(world.instructions()).toMatchObject([{ state: 'cancelled', reason: 'the price is stale' }]);
    await world.pass(70);
    expect(world.offers()).toMatchObject([{ state: 'ended' }]);
    expect(world.partnerApi.quotes).toEqual([]);
  });

  it('makes sure that nobody asks for a quote that was not asked for yet', async () => {
    const isAsked = (next: Readonly<Record<string, unknown>>) => next['subject'] === 'instruction';
    await manageQuote(around(isAsked, { before: dies }), 'strategy/btc-eth').catch(() => {});
    expect([world.offers().length, world.instructions().length]).toEqual([1, 0]);
    // Another worker, which has seen a good price, is about to ask for it.
    const late = around(isAsked, {
      before: async () => {
        world.nowMs += 121_000;
        await manageQuote(around(isEndOfInstruction, { after: dies }), 'strategy/btc-eth').catch(() => {});
      },
    });
    await manageQuote(late, 'strategy/btc-eth');
    expect(world.instructions()).toMatchObject([{ state: 'cancelled', reason: 'the price is stale' }]);
    await world.pass(70);
    expect(world.offers()).toMatchObject([{ state: 'ended' }]);
    expect(world.partnerApi.quotes).toEqual([]);
  });

  it("tells the client's own reason when the client called the quote off", async () => {
    await world.minute();
    await world.pass(5);
    await cancelInstruction(world.desk(), 'desk', world.instructions()[0]?.id ?? '');
    await world.pass(70);
    expect(told().slice(0, 2)).toEqual([
      ['quote.published', 'tx-1'],
      ['quote.withdrawn', 'cancelled by the client'],
    ]);
  });
});

describe('a publication', () => {
  it.each([
    ['a wish to call it off', () => cancelInstruction(world.desk(), 'desk', world.instructions()[0]?.id ?? '')],
    ['the stop of its strategy', () => setControl(world.desk(), { stoppedStrategies: ['btc-eth'] }, 'operator')],
    ['the stop of its client', () => setControl(world.desk(), { stoppedClients: ['desk'] }, 'operator')],
  ])('is not asked for after %s that came with its claim', async (_, happens) => {
    await world.drain();
    world.nowMs += 3_000;
    await world.work('poll', 'fund:company/fund');
    expect(world.instructions()[0]?.state).toBe('open');
    await manageQuote(around(isPublishing, { after: happens }), 'strategy/btc-eth');
    expect(world.offers()[0]?.state).toBe('publishing');
    expect(world.partnerApi.requests).not.toContain('publish');
    await world.pass(70);
    expect(world.partnerApi.published).not.toContain('tx-1');
    expect(world.offers()[0]?.state).toBe('ended');
  });
});

describe('a quote whose client has left the configuration', () => {
  const leave = () => {
    world.clients = [{ ...desk, id: 'somebody-else' }];
  };

  it.each([true, false])('comes off the hub and ends, with a warning (its strategy has left too: %s)', async (both) => {
    await world.minute();
    await world.pass(5);
    expect(world.onHub()).toEqual(['tx-1']);
    leave();
    if (both) world.strategies = [];
    await world.pass(130);
    expect(world.onHub()).toEqual([]);
    expect(world.offers()).toMatchObject([{ state: 'ended' }]);
    expect(told().at(-1)).toEqual(['quote.withdrawn', 'the strategy is gone']);
    expect(world.alarms).toEqual([]);
  });

  it.each([true, false])('ends although nobody has asked for it yet (its strategy has left too: %s)', async (both) => {
    const isAsked = (next: Readonly<Record<string, unknown>>) => next['subject'] === 'instruction';
    await manageQuote(around(isAsked, { before: dies }), 'strategy/btc-eth').catch(() => {});
    expect([world.offers().length, world.instructions().length]).toEqual([1, 0]);
    leave();
    if (both) world.strategies = [];
    const warnings: string[] = [];
    const outside = world.desk();
    const report = { ...outside.report, warn: (message: string) => warnings.push(message) };
    await manageQuote({ ...outside, report }, 'strategy/btc-eth');
    expect(warnings).toEqual(['the client of a live quote has left the configuration']);
    expect(world.offers()).toMatchObject([{ state: 'ended' }]);
    expect(world.instructions()).toMatchObject([{ state: 'cancelled', place: { fundId: 'fund' } }]);
    await world.pass(130);
    expect(world.partnerApi.quotes).toEqual([]);
  });

  it('is replaced by one of the client that has the strategy now', async () => {
    await world.minute();
    await world.pass(5);
    world.clients = [desk, { ...desk, id: 'heir' }];
    world.strategies = [{ ...strategy, client: 'heir' }];
    const push = () => putPrice(world.desk(), world.strategies, 'heir', { name: 'btc-eth', price: '15.3125' });
    await push();
    await world.pass(60);
    await push();
    await world.pass(60);
    expect(world.onHub()).toEqual(['tx-2']);
    expect(told()[1]).toEqual(['quote.withdrawn', 'the strategy has changed']);
    expect(world.offers().map(({ client }) => client)).toEqual(['desk', 'heir']);
  });
});
