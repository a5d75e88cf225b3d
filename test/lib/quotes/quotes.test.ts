import { beforeEach, describe, expect, it } from 'vitest';
import { cancelInstruction } from '../../../lib/instructions/cancel.ts';
import { setControl } from '../../../lib/instructions/control.ts';
import { putPrice } from '../../../lib/quotes/prices.ts';
import { publishQuotes } from '../../../lib/quotes/run.ts';
import { desk, QuoteWorld, startMs, strategy } from './world.ts';

let world: QuoteWorld;
const push = (price: string, name = 'btc-eth') =>
  putPrice(world.desk(), world.strategies, 'desk', { name, price, at: Math.floor(world.nowMs / 1000) });
/** Lets time pass with a pricing engine that says the same every half minute. */
const passPriced = async (seconds: number, price = '15.3125') => {
  for (let passed = 0; passed < seconds; passed += 30) {
    await push(price);
    await world.pass(Math.min(30, seconds - passed));
  }
};
const told = () => world.events().map(({ type, data }) => [type, data['reason'] ?? data['txId']]);
const count = (operation: string) => world.partnerApi.requests.filter((each) => each === operation).length;

beforeEach(async () => {
  world = new QuoteWorld();
  await push('15.3125');
});

describe('a strategy', () => {
  it('has its quote made, approved, checked and put on the hub, at the price and the spread', async () => {
    await world.drain();
    await world.pass(10);
    expect(world.onHub()).toEqual(['tx-1']);
    expect(world.partnerApi.quotes[0]?.asked).toMatchObject({
      sendWalletId: 'btc',
      receiveWalletId: 'eth',
      send: { asset: 'BTC', amountBaseUnits: 1_000_000n },
      receive: { asset: 'ETH', amountBaseUnits: 153_890_625n },
      expiresAtSeconds: startMs / 1000 + 3600,
      addToLiquidityHub: false,
    });
    expect(told()).toEqual([['quote.published', 'tx-1']]);
    expect(world.instructions()).toMatchObject([{ kind: 'quote', client: 'desk', state: 'open', txId: 'tx-1' }]);
  });

  it('has one quote however many runs look at it at once', async () => {
    await Promise.all(Array.from({ length: 6 }, () => world.work('quote', 'strategy/btc-eth')));
    await Promise.all(Array.from({ length: 6 }, () => world.work('quote', 'strategy/btc-eth')));
    await passPriced(120);
    expect(world.partnerApi.quotes).toHaveLength(1);
    expect(world.offers()).toHaveLength(1);
    expect(told()).toEqual([['quote.published', 'tx-1']]);
  });

  it('is not put on the hub when the price has moved by the time custody approves', async () => {
    world.partnerApi.approveAfterMs = 40_000;
    await world.drain();
    await world.pass(30);
    await push('16');
    await world.pass(60);
    expect(world.partnerApi.published).not.toContain('tx-1');
    expect(world.partnerApi.quotes[0]?.status).toBe('initiate_rejected');
    await push('16');
    await world.pass(90);
    expect(world.onHub()).toEqual(['tx-2']);
    expect(told()).toEqual([['quote.published', 'tx-2']]);
  });

  it('is not put on the hub when the price has become stale by the time custody approves', async () => {
    world.partnerApi.approveAfterMs = 130_000;
    await world.drain();
    await world.pass(300);
    expect(world.partnerApi.published).toEqual([]);
    expect(world.onHub()).toEqual([]);
  });

  it('keeps its quote while the price moves within the threshold', async () => {
    await passPriced(60);
    await passPriced(120, '15.34');
    expect(world.partnerApi.quotes).toHaveLength(1);
  });

  it('has a quote that is replaced when the price moves beyond the threshold, the old one seen cancelled first', async () => {
    await passPriced(60);
    await push('15.5');
    await world.drain();
    await passPriced(60, '15.5');
    const order = world.partnerApi.requests.filter((each) => ['make', 'publish', 'cancel'].includes(each));
    expect(order).toEqual(['make', 'publish', 'cancel', 'make', 'publish']);
    expect(world.onHub()).toEqual(['tx-2']);
    expect(world.partnerApi.quotes[0]?.status).toBe('initiate_rejected');
    expect(told()).toEqual([
      ['quote.published', 'tx-1'],
      ['quote.withdrawn', 'the price has moved'],
      ['quote.published', 'tx-2'],
    ]);
  });

  it('offers nothing new until the cancelled one is seen cancelled', async () => {
    await passPriced(60);
    world.partnerApi.fault = { operation: 'cancel', effect: 'before', times: 3 };
    await push('15.5');
    await world.pass(1);
    expect(world.partnerApi.quotes).toHaveLength(1);
    await passPriced(90, '15.5');
    expect(count('cancel')).toBeGreaterThan(3);
    expect(world.onHub()).toEqual(['tx-2']);
  });

  it('has a quote that is replaced when it nears its end', async () => {
    await passPriced(3600 - 600 + 120);
    expect(world.onHub()).toEqual(['tx-2']);
    expect(told()[1]).toEqual(['quote.withdrawn', 'it nears its end']);
  });

  it('quotes the largest size its wallet can pay, and nothing when it can pay none', async () => {
    world.partnerApi.balance = 700_000n;
    await passPriced(30);
    expect(world.partnerApi.quotes[0]?.asked.send.amountBaseUnits).toBe(500_000n);

    const poor = new QuoteWorld();
    poor.partnerApi.balance = 499_999n;
    await putPrice(poor.desk(), poor.strategies, 'desk', { name: 'btc-eth', price: '15' });
    await poor.minute();
    await poor.minute();
    await poor.minute();
    expect(poor.partnerApi.quotes).toEqual([]);
    // It does not ask for the balance at every run.
    expect(poor.partnerApi.requests.filter((each) => each === 'max')).toHaveLength(1);
  });

  it('has its quote withdrawn when the balance behind it has become too small', async () => {
    await passPriced(60);
    world.partnerApi.balance = 999_999n;
    await passPriced(16 * 60);
    expect(told()[1]).toEqual(['quote.withdrawn', 'the balance is too small']);
  });

  it('makes no quote outside its bounds, and withdraws one that would be', async () => {
    await passPriced(60, '19');
    expect(world.onHub()).toHaveLength(1);
    await passPriced(60, '19.95');
    expect(world.onHub()).toEqual([]);
    expect(told().at(-1)).toEqual(['quote.withdrawn', 'the price is outside the bounds']);
    await passPriced(120, '9.9');
    expect(world.onHub()).toEqual([]);
  });

  it('quotes again as soon as the price is back within its bounds, without having asked for the balance meanwhile', async () => {
    await passPriced(60, '19');
    world.partnerApi.requests.length = 0;
    await passPriced(60, '25');
    expect([world.onHub(), world.partnerApi.requests.filter((each) => each === 'max')]).toEqual([[], []]);
    await passPriced(10, '19');
    expect(world.onHub()).toHaveLength(1);
  });

  it.each([
    ['it is stopped', { stoppedStrategies: ['btc-eth'] }],
    ['its client is stopped', { stoppedClients: ['desk'] }],
    ['all is stopped', { stopAll: true }],
  ])('has its quote withdrawn when %s, and none made', async (_, body) => {
    await passPriced(60);
    await setControl(world.desk(), body, 'operator');
    await passPriced(120);
    expect(world.onHub()).toEqual([]);
    expect(world.partnerApi.quotes).toHaveLength(1);
    expect(told()).toEqual([
      ['quote.published', 'tx-1'],
      ['quote.withdrawn', 'stopped'],
    ]);
  });

  it('has its quote withdrawn when it is taken out of the configuration', async () => {
    await passPriced(60);
    world.strategies = [];
    await world.pass(90);
    expect(world.onHub()).toEqual([]);
    expect(told().at(-1)).toEqual(['quote.withdrawn', 'the strategy is gone']);
  });

  it('tells of a taken quote and makes the next one', async () => {
    await passPriced(60);
    world.partnerApi.take('tx-1');
    await passPriced(120);
    expect(told()).toEqual([
      ['quote.published', 'tx-1'],
      ['quote.taken', 'tx-1'],
      ['quote.published', 'tx-2'],
    ]);
  });

  it('puts a quote back that the hub has lost, and does not tell of it twice', async () => {
    await passPriced(60);
    const [quote] = world.partnerApi.quotes;
    if (quote !== undefined) quote.onHub = false;
    await passPriced(90);
    expect(world.onHub()).toEqual(['tx-1']);
    expect(told()).toEqual([['quote.published', 'tx-1']]);
  });

  it('waits longer and longer after quotes that custody refuses', async () => {
    world.partnerApi.approveAfterMs = Number.POSITIVE_INFINITY;
    const refuse = () => {
      for (const quote of world.partnerApi.quotes) if (quote.status === 'pending') quote.status = 'custody_rejected';
    };
    for (let minute = 0; minute < 30; minute++) {
      await passPriced(60);
      refuse();
    }
    expect(world.partnerApi.quotes.length).toBeGreaterThan(2);
    expect(world.partnerApi.quotes.length).toBeLessThan(8);
  });

  it('is not published once its client has asked to cancel the instruction', async () => {
    world.partnerApi.approveAfterMs = 40_000;
    await world.drain();
    await world.pass(10);
    const [instruction] = world.instructions();
    await cancelInstruction(world.desk(), 'desk', instruction?.id ?? '');
    await world.pass(100);
    expect(world.partnerApi.published).not.toContain('tx-1');
    expect(world.instructions()[0]?.state).toBe('cancelled');
  });
});

describe('a stale price', () => {
  it('takes every quote off the hub within one run, save those with an open take', async () => {
    world.strategies = Array.from({ length: 20 }, (_, at) => ({ ...strategy, name: `s${at}` }));
    await world.minute();
    await world.pass(30);
    expect(world.onHub()).toHaveLength(20);
    for (const quote of world.partnerApi.quotes.slice(0, 2)) quote.openTake = true;
    world.nowMs += 121_000;
    await publishQuotes(world.desk());
    await world.drain();
    expect(world.onHub()).toEqual(['tx-1', 'tx-2']);
  });

  it('cancels the quote with the open take once the take has come to nothing, or tells that it was taken', async () => {
    await passPriced(60);
    const [quote] = world.partnerApi.quotes;
    if (quote === undefined) throw new Error('no quote');
    quote.openTake = true;
    await world.pass(300);
    expect(world.onHub()).toEqual(['tx-1']);
    expect(world.offers()[0]?.state).toBe('withdrawing');
    expect(world.instructions()[0]?.cancelAskedAtMs).toBeDefined();
    quote.openTake = false;
    await world.pass(60);
    expect(world.onHub()).toEqual([]);
    expect(told()).toEqual([
      ['quote.published', 'tx-1'],
      ['quote.withdrawn', 'the price is stale'],
    ]);
  });

  it('makes sure that a quote nobody has asked for yet is never asked for', async () => {
    let cutOff = 0;
    for (let call = 0; call < 30; call++) {
      const cut = new QuoteWorld();
      await putPrice(cut.desk(), cut.strategies, 'desk', { name: 'btc-eth', price: '15.3125' });
      cut.plan = { call, after: true };
      await cut.work('quote', 'strategy/btc-eth');
      if (cut.offers().length === 0 || cut.instructions().length > 0) continue;
      cutOff++;
      cut.plan = undefined;
      cut.nowMs += 121_000;
      await cut.work('quote', 'strategy/btc-eth');
      expect(cut.offers()[0]?.state).toBe('ended');
      expect(cut.instructions()).toMatchObject([{ state: 'cancelled', reason: 'the price is stale' }]);
      expect(cut.partnerApi.quotes).toEqual([]);
    }
    expect(cutOff).toBeGreaterThan(0);
  });

  it('lets a quote that was taken meanwhile be taken', async () => {
    await passPriced(60);
    const [quote] = world.partnerApi.quotes;
    if (quote === undefined) throw new Error('no quote');
    quote.openTake = true;
    await world.pass(200);
    world.partnerApi.take('tx-1');
    await world.pass(60);
    expect(told().at(-1)).toEqual(['quote.taken', 'tx-1']);
    expect(world.instructions()[0]?.state).toBe('completed');
  });
});

describe('a price over HTTP', () => {
  const url = 'https://prices.example/btc-eth';
  const priced = (text: string) => world.documents.set(url, text);
  beforeEach(() => {
    const source = { from: 'http', url, pointer: '/data/0/eth~1btc', maxAgeSeconds: 120 } as const;
    world.strategies = [{ ...strategy, price: source }];
  });

  it('is read with all its digits, and stays the price until it is too old', async () => {
    priced('{"data":[{"eth/btc":15.31250000000000000001}]}');
    await world.minute();
    await world.pass(60);
    expect(world.offers()[0]?.terms).toMatchObject({ price: '15.31250000000000000001', receiveAmount: '153890626' });
    world.documents.clear();
    await world.pass(60);
    expect(world.onHub()).toHaveLength(1);
    await world.pass(180);
    expect(world.onHub()).toEqual([]);
  });

  it.each([
    '',
    '[]',
    '{"data":[]}',
    '{"data":[{"eth/btc":null}]}',
    '{"data":[{"eth/btc":-1}]}',
    '{"data":[{"eth/btc":{}}]}',
  ])('is no price when the document is %s', async (document) => {
    priced(document);
    await world.minute();
    expect(world.offers()).toEqual([]);
  });

  it('is as old as the document says', async () => {
    const source = { from: 'http', url, pointer: '/price', atPointer: '/at', maxAgeSeconds: 120 } as const;
    world.strategies = [{ ...strategy, price: source }];
    priced(`{"price":"15.3","at":${startMs / 1000 - 121}}`);
    await world.minute();
    expect(world.offers()).toEqual([]);
    priced(`{"price":"15.3","at":"${new Date(startMs - 60_000).toISOString()}"}`);
    await world.minute();
    expect(world.offers()).toHaveLength(1);
  });
});

describe('a pushed price', () => {
  it('does not give way to an older one', async () => {
    const older = await putPrice(world.desk(), world.strategies, 'desk', {
      name: 'btc-eth',
      price: '1',
      at: startMs / 1000 - 1,
    });
    expect(older).toEqual({ name: 'btc-eth', price: '15.3125', atMs: startMs });
  });

  it.each([
    [{ name: 'nobody uses', price: '1' }, 404, 'name'],
    [{ name: 'btc-eth' }, 400, 'price'],
    [{ name: 'btc-eth', price: 15 }, 400, 'price'],
    [{ name: 'btc-eth', price: '0' }, 400, 'price'],
    [{ name: 'btc-eth', price: '15', at: startMs / 1000 + 3600 }, 400, 'at'],
    [{ name: 'btc-eth', price: '15', extra: true }, 400, 'extra'],
  ])('%j is refused with %i', async (body, status, field) => {
    await expect(putPrice(world.desk(), world.strategies, 'desk', body)).rejects.toMatchObject({ status, field });
  });

  it('of one client is none of another', async () => {
    const body = { name: 'btc-eth', price: '15' };
    await expect(putPrice(world.desk(), world.strategies, 'other', body)).rejects.toMatchObject({ status: 404 });
  });
});

describe('five hundred strategies', () => {
  it('cost one listing of the hub per company while no price changes', async () => {
    const companies = ['company', 'second'];
    world.clients = [
      {
        ...desk,
        bindings: companies.flatMap((companyId) =>
          desk.bindings.map((each) => ({ ...each, companyId, fundId: companyId })),
        ),
      },
    ];
    world.strategies = Array.from({ length: 500 }, (_, at) => ({
      ...strategy,
      name: `s${at}`,
      companyId: companies[at % 2] as string,
    }));
    await world.minute();
    await world.pass(5);
    expect(world.onHub()).toHaveLength(500);
    world.partnerApi.requests.splice(0);
    const { looks } = await publishQuotes(world.desk());
    expect(looks).toBe(0);
    expect(world.partnerApi.requests).toEqual(['list', 'list']);
  });
});

describe('pairs a client follows', () => {
  const offered = (txId: string, changes: object = {}) => ({
    txId,
    sendAsset: 'ETH',
    sendAmountBaseUnits: 1_000n,
    receiveAsset: 'BTC',
    receiveAmountBaseUnits: 60n,
    owner: false,
    addedAtSeconds: 0,
    expiresAtSeconds: 99,
    ...changes,
  });
  beforeEach(() => {
    world.strategies = [];
    world.clients = [{ ...desk, followedPairs: [{ companyId: 'company', sendAsset: 'ETH', receiveAsset: 'BTC' }] }];
  });

  it('are told of, each quote once, and no other quote', async () => {
    world.partnerApi.othersQuotes = [
      offered('a'),
      offered('ours', { owner: true }),
      offered('other pair', { sendAsset: 'BTC', receiveAsset: 'ETH' }),
    ];
    await world.minute();
    await world.minute();
    world.partnerApi.othersQuotes = [offered('a'), offered('b')];
    await world.minute();
    world.partnerApi.othersQuotes = [];
    await world.minute();
    world.partnerApi.othersQuotes = [offered('a')];
    await world.minute();
    expect(world.events()).toMatchObject([
      {
        type: 'hub.quote_available',
        data: { txId: 'a', sendAmount: '1000', receiveAmount: '60', companyId: 'company' },
      },
      { type: 'hub.quote_available', data: { txId: 'b' } },
    ]);
  });
});
