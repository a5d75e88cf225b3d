import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acceptInstruction, type Request } from '../../../lib/instructions/accept.ts';
import { quote } from '../../../lib/instructions/kinds/quote.ts';
import { sweep } from '../../../lib/instructions/kinds/sweep.ts';
import { take } from '../../../lib/instructions/kinds/take.ts';
import { transfer } from '../../../lib/instructions/kinds/transfer.ts';
import { withdrawal } from '../../../lib/instructions/kinds/withdrawal.ts';
import type { Limit } from '../../../lib/instructions/limits.ts';
import type { ItemStore } from '../../../lib/instructions/ports.ts';
import type { Instruction } from '../../../lib/instructions/record.ts';
import { InvalidRequest } from '../../../lib/platform/http/errors.ts';
import { memoryHints } from '../../support/memory-hints.ts';
import { memoryStore } from '../../support/memory-store.ts';

const startMs = 1_800_000_000_000;
const minuteMs = 60_000;
const day = 86_400;
const upTo = (max: number, windowSeconds = day): Limit[] => [{ asset: 'BTC', max: String(max), windowSeconds }];

/** What a test says of a request besides its body. */
type Options = Partial<Request> & { readonly store?: ItemStore };
/** `new`, `known`, or how it was refused: status, reason, field. */
type Outcome = 'new' | 'known' | [number, string, string | undefined];

/** A client with limits, and the table its requests are taken into. */
function world(limits: readonly Limit[]) {
  let ids = 0;
  const random = { id: () => `w${ids++}`, fraction: () => 0 };
  const table = memoryStore(random);
  const self = {
    nowMs: startMs,
    table,
    passMinutes(minutes: number) {
      self.nowMs += minutes * minuteMs;
    },
    /** What becomes of a request. What is no refusal is thrown. */
    async ask(key: string, body: object, options: Options = {}): Promise<Outcome> {
      const { store = table, kind = transfer, ...rest } = options;
      const clock = { nowMs: () => self.nowMs };
      const report = { info() {}, warn() {}, count() {}, duration() {}, alarm() {} };
      const door = { stage: 'test', store, hints: memoryHints(clock), clock, random, report };
      const bindings = ['btc', 'eth'].map((walletId) => ({
        companyId: 'company',
        fundId: 'fund',
        walletId,
        asset: walletId.toUpperCase(),
      }));
      const sweeps = [{ coreClientId: 'exchange', walletId: 'customer', asset: 'BTC', recipientWalletIds: ['btc'] }];
      const client = { id: 'desk', bindings, sweeps, limits };
      try {
        const asked = await acceptInstruction(door, {
          source: 'http',
          client,
          idempotencyKey: key,
          body,
          ...rest,
          kind,
        });
        return asked.created ? 'new' : 'known';
      } catch (error) {
        if (!(error instanceof InvalidRequest)) throw error;
        return [error.status, error.reason, error.field];
      }
    },
    pay: (key: string, amount: number, options: Options = {}) => self.ask(key, paying(amount), options),
    /** Everything that was taken in, base units. */
    taken: () =>
      table
        .all<Instruction>()
        .filter(({ kind }) => kind === 'transfer')
        .reduce((sum, { request }) => sum + Number(request['amount']), 0),
  };
  return self;
}

const from = { companyId: 'company', walletId: 'btc' };
const paying = (amount: number) => ({ ...from, counterpartyWalletId: 'theirs', amount });
const noRoom = (sum: number, max: number, field = 'amount', windowSeconds = day) => [
  422,
  `limit: ${sum} of BTC within ${windowSeconds} s would be above ${max}`,
  field,
];

describe('a limit of a client', () => {
  it('takes in what has room, and refuses what has not, naming the field', async () => {
    const desk = world(upTo(1000));
    expect(await desk.pay('a', 600)).toBe('new');
    expect(await desk.pay('b', 401)).toEqual(noRoom(1001, 1000));
    expect(await desk.pay('c', 400)).toBe('new');
    expect(await desk.pay('d', 1)).toEqual(noRoom(1001, 1000));
    expect(desk.taken()).toBe(1000);
  });

  it('meets what was asked for before under the same key, and counts it once', async () => {
    const desk = world(upTo(1000));
    expect(await desk.pay('a', 600)).toBe('new');
    for (let time = 0; time < 3; time++) expect(await desk.pay('a', 600)).toBe('known');
    expect(await desk.pay('a', 700)).toEqual([422, 'this key was used for another request', 'Idempotency-Key']);
    expect(await desk.pay('b', 400)).toBe('new');
    expect(await desk.pay('a', 600)).toBe('known');
  });

  it('gives a key that was refused its chance later on', async () => {
    const desk = world(upTo(1000, 3600));
    expect(await desk.pay('a', 600)).toBe('new');
    expect(await desk.pay('b', 500)).toEqual(noRoom(1100, 1000, 'amount', 3600));
    desk.passMinutes(59);
    expect(await desk.pay('b', 500)).toEqual(noRoom(1100, 1000, 'amount', 3600));
    desk.passMinutes(2);
    expect(await desk.pay('b', 500)).toBe('new');
  });

  it('holds for every window it is given for', async () => {
    const desk = world([...upTo(500, 3600), ...upTo(1000)]);
    expect(await desk.pay('a', 500)).toBe('new');
    expect(await desk.pay('b', 500)).toEqual(noRoom(1000, 500, 'amount', 3600));
    desk.passMinutes(61);
    expect(await desk.pay('b', 500)).toBe('new');
    desk.passMinutes(61);
    expect(await desk.pay('c', 500)).toEqual(noRoom(1500, 1000));
  });

  it('is on one asset of one client', async () => {
    const desk = world(upTo(1000));
    expect(await desk.pay('a', 1000)).toBe('new');
    expect(await desk.ask('b', { ...paying(5000), walletId: 'eth' })).toBe('new');
    const another = { id: 'another', bindings: [{ ...from, fundId: 'fund', asset: 'BTC' }], limits: upTo(700) };
    expect(await desk.pay('a', 700, { client: another })).toBe('new');
    expect(await desk.pay('b', 1, { client: another })).toEqual(noRoom(701, 700));
  });

  it('counts every kind by what it pays at most', async () => {
    const swap = { companyId: 'company', sendWalletId: 'btc', receiveWalletId: 'eth' };
    const toTake = { ...swap, txId: 'quote-1', worstPrice: { sendAmount: 1, receiveAmount: 1 } };
    const desk = world(upTo(1000));
    expect(await desk.pay('a', 100)).toBe('new');
    expect(await desk.ask('b', { ...from, address: 'mxAddress', amount: 200 }, { kind: withdrawal })).toBe('new');
    const toSweep = { coreClientId: 'exchange', walletId: 'customer', recipientWalletId: 'btc', amount: 300 };
    expect(await desk.ask('c', toSweep, { kind: sweep })).toBe('new');
    expect(await desk.ask('d', { ...swap, sendAmount: 100, receiveAmount: 9 }, { kind: quote })).toBe('new');
    expect(await desk.ask('e', { ...toTake, maxSendAmount: 200 }, { kind: take })).toBe('new');
    expect(await desk.pay('f', 101)).toEqual(noRoom(1001, 1000));
    expect(await desk.ask('g', { ...swap, sendAmount: 101, receiveAmount: 9 }, { kind: quote })).toEqual(
      noRoom(1001, 1000, 'sendAmount'),
    );
    expect(await desk.ask('h', toTake, { kind: take })).toEqual([
      400,
      'missing field: maxSendAmount (there is a limit on BTC)',
      'maxSendAmount',
    ]);
  });

  it('does not count what is never carried out, nor what a strategy quotes', async () => {
    const desk = world(upTo(1000));
    expect(await desk.pay('a', 5000, { calledOff: 'missed' })).toBe('new');
    const body = {
      companyId: 'company',
      sendWalletId: 'btc',
      receiveWalletId: 'eth',
      sendAmount: 5000,
      receiveAmount: 1,
    };
    expect(await desk.ask('b', body, { kind: quote, strategy: 'btc-eth' })).toBe('new');
    expect(await desk.pay('c', 1000)).toBe('new');
  });
});

describe('many who ask at once', () => {
  it('are never let beyond the limit, whatever the order of their steps', async () => {
    const requests = fc.array(
      fc.record({ key: fc.integer({ min: 0, max: 4 }), amount: fc.integer({ min: 1, max: 700 }) }),
      {
        minLength: 2,
        maxLength: 6,
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), requests, async (scheduler, asked) => {
        const desk = world(upTo(1000));
        const inTurn =
          <A extends unknown[], R>(step: (...args: A) => Promise<R>) =>
          async (...args: A) => {
            await scheduler.schedule(Promise.resolve());
            return await step(...args);
          };
        const { get, create, replace } = desk.table;
        const store = {
          ...desk.table,
          get: inTurn(get),
          create: inTurn(create),
          replace: inTurn(replace),
        } as ItemStore;
        // One body for each key: who asks twice under a key asks for the same.
        const amounts = new Map(asked.map(({ key, amount }) => [key, amount]));
        const all = Promise.allSettled(
          asked.map(({ key }) => desk.pay(`${key}`, amounts.get(key) as number, { store })),
        );
        await scheduler.waitFor(all);
        expect(desk.taken()).toBeLessThanOrEqual(1000);
        const sum = [...amounts.values()].reduce((total, amount) => total + amount, 0);
        if (asked.length === amounts.size && sum <= 1000) expect(desk.taken()).toBe(sum);
      }),
      { numRuns: 300, seed: 4 },
    );
  });
});

describe('fifty at once', () => {
  it('are all taken in when there is room for all', async () => {
    const desk = world(upTo(50));
    const all = await Promise.all(Array.from({ length: 50 }, (_, key) => desk.pay(`${key}`, 1)));
    expect(new Set(all)).toEqual(new Set(['new']));
    expect(await desk.pay('another', 1)).toEqual(noRoom(51, 50));
  });
});

describe('a door that dies anywhere', () => {
  const steps = ['get', 'create', 'replace'] as const;

  /** The table, of which one call fails: before its effect, after it, or with the effect coming later. */
  function dying(store: ItemStore, at: number, how: 'before' | 'after' | 'late') {
    let calls = 0;
    const late: (() => Promise<unknown>)[] = [];
    const wrapped = { ...store } as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
    for (const name of steps) {
      const effect = store[name] as (...args: unknown[]) => Promise<unknown>;
      wrapped[name] = async (...args) => {
        if (calls++ !== at) return await effect(...args);
        if (how === 'after') await effect(...args);
        if (how === 'late') late.push(() => effect(...args));
        throw new Error('died');
      };
    }
    return {
      store: wrapped as unknown as ItemStore,
      arrive: () => Promise.all(late.map((effect) => effect())),
      ran: () => calls,
    };
  }

  const deaths = Array.from({ length: 12 }, (_, at) => at).flatMap((at) =>
    (['before', 'after', 'late'] as const).map((how) => [at, how] as const),
  );

  it.each(deaths)(
    'at its call %i (effect: %s) makes a limit too strict at worst, and for minutes only',
    async (at, how) => {
      const desk = world(upTo(1000));
      expect(await desk.pay('before', 300)).toBe('new');
      const dead = dying(desk.table, at, how);
      await desk.pay('a', 400, { store: dead.store }).catch(() => undefined);
      desk.passMinutes(1);
      await desk.pay('b', 700);
      expect(desk.taken()).toBeLessThanOrEqual(1000);
      desk.passMinutes(9);
      await dead.arrive();
      expect(desk.taken()).toBeLessThanOrEqual(1000);
      await desk.pay('c', 700);
      expect(desk.taken()).toBeLessThanOrEqual(1000);
      desk.passMinutes(25);
      const isThere = desk.taken() > 300;
      expect(await desk.pay('d', 700)).toEqual(isThere ? [422, expect.stringMatching(/^limit: /), 'amount'] : 'new');
      expect(desk.taken()).toBeLessThanOrEqual(1000);
    },
  );

  it.each(deaths)(
    'at its call %i (effect: %s) is asked again under the same key, and has its room still',
    async (at, how) => {
      const desk = world(upTo(1000));
      const dead = dying(desk.table, at, how);
      await desk.pay('a', 600, { store: dead.store }).catch(() => undefined);
      expect(await desk.pay('a', 600)).toMatch(/new|known/);
      await dead.arrive();
      expect(desk.taken()).toBe(600);
      expect(await desk.pay('b', 401)).toEqual([422, expect.stringMatching(/^limit: /), 'amount']);
      desk.passMinutes(45);
      expect(await desk.pay('b', 401)).toEqual([422, expect.stringMatching(/^limit: /), 'amount']);
      desk.passMinutes(25 * 60);
      expect(await desk.pay('b', 401)).toBe('new');
    },
  );

  it('has the cases above reach every call', async () => {
    const desk = world(upTo(1000));
    await desk.pay('before', 300);
    const watched = dying(desk.table, Number.POSITIVE_INFINITY, 'before');
    await desk.pay('a', 400, { store: watched.store });
    expect(watched.ran()).toBeGreaterThan(4);
    expect(watched.ran()).toBeLessThanOrEqual(12);
  });
});
