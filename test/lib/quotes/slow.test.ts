import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { acceptInstruction } from '../../../lib/instructions/accept.ts';
import { take } from '../../../lib/instructions/kinds/take.ts';
import type { Route } from '../../../lib/instructions/ports.ts';
import { TimedOutError } from '../../../lib/partner-api/errors.ts';
import { createPartnerApi, type PartnerApi } from '../../../lib/partner-api/index.ts';
import { longestWaitMs, readAttempts, requestTimeoutMs } from '../../../lib/platform/patience.ts';
import type { QuoteDesk } from '../../../lib/quotes/desk.ts';
import { SimulatedApi } from '../../simulation/sandbox.ts';
import { desk, QuoteWorld, strategy } from './world.ts';

const url = 'https://prices.example/btc-eth';

/** Market making against the sandbox, over a client with the settings of the functions, and a network that takes its time. */
class SlowWorld extends QuoteWorld {
  readonly service = new SimulatedApi({ nowMs: () => this.nowMs, approveAfterMs: 1_000 });
  /** How long one request after the other is on its way, again and again; from the client's own time-out on it is lost. */
  exchangesMs: readonly number[] = [0];
  #exchanges = 0;
  priceMs = 0;
  /** The longest that any hint of a route took. */
  readonly longestMs: Partial<Record<Route, number>> = {};
  readonly #api: PartnerApi = createPartnerApi({
    baseUrl: 'https://api.sandbox.example/api/v1/p',
    credentials: { current: async () => this.service.credentials },
    transport: async (request) => {
      const exchangeMs = this.exchangesMs[this.#exchanges++ % this.exchangesMs.length] ?? 0;
      this.nowMs += Math.min(exchangeMs, request.timeoutMs);
      if (exchangeMs >= request.timeoutMs) throw new TimedOutError('no answer');
      return this.service.answer(request);
    },
    clock: () => this.nowMs,
    sleep: async (ms) => {
      this.nowMs += ms;
    },
    random: () => 0.999,
    timeoutMs: requestTimeoutMs,
    readAttempts,
    longestWaitMs,
    maxClockCorrectionMs: 0,
  });

  constructor() {
    super();
    const { operating, settlement } = this.service.demo;
    const { btc, eth } = operating;
    this.clients = [
      { ...desk, bindings: [btc, eth] },
      { ...desk, id: 'taker', bindings: [settlement.btc, settlement.eth] },
    ];
    const wallets = { companyId: btc.companyId, sendWalletId: btc.walletId, receiveWalletId: eth.walletId };
    this.strategies = [
      { ...strategy, ...wallets, price: { from: 'http', url, pointer: '/price', maxAgeSeconds: 120 } },
    ];
    this.documents.set(url, '{"price":"15.3125"}');
  }

  override desk(): QuoteDesk {
    const world = super.desk();
    const readDocument = async (address: string) => {
      this.nowMs += this.priceMs;
      return await world.readDocument(address);
    };
    return { ...world, api: this.#api, readDocument };
  }

  override async work(route: Route, id: string): Promise<void> {
    const startedAtMs = this.nowMs;
    await super.work(route, id);
    this.longestMs[route] = Math.max(this.longestMs[route] ?? 0, this.nowMs - startedAtMs);
  }
}

/** What a function may take, in milliseconds. */
function timeoutMs(name: string): number {
  const configuration = readFileSync(new URL('../../../serverless.yml', import.meta.url), 'utf8');
  const [, seconds] = new RegExp(`^ {2}${name}:\\n(?: {4}.*\\n)*? {4}timeout: (\\d+)$`, 'm').exec(configuration) ?? [];
  return Number(seconds) * 1000;
}

/** Room for the table and the queues, of which the worlds of tests know no time. */
const tableMs = 2_000;

async function askForTake(world: SlowWorld): Promise<string> {
  const [, taker = desk] = world.clients;
  const { btc, eth } = world.service.demo.settlement;
  const { instruction } = await acceptInstruction(world.desk(), {
    kind: take,
    source: 'http',
    client: taker,
    idempotencyKey: 'take-1',
    body: {
      txId: [...world.service.sandbox.world.hub.keys()][0] ?? 'none',
      companyId: btc.companyId,
      sendWalletId: eth.walletId,
      receiveWalletId: btc.walletId,
      worstPrice: { sendAmount: '153890625', receiveAmount: '1000000' },
    },
  });
  return instruction.id;
}

/** Answers that come late, that never come, and that come late to the second try. */
const slow = [[7_900], [8_000], [8_000, 7_900], [7_900, 8_000], [4_500]];

/** What a strategy may need a look for, and the hint that asks for it. */
const looks: [string, string, (world: SlowWorld) => Promise<void>][] = [
  ['it has no quote', 'strategy/btc-eth', async () => {}],
  [
    'its quote is open',
    'strategy/btc-eth',
    async (world) => {
      await world.work('quote', 'strategy/btc-eth');
      const [asked] = world.instructions();
      await world.work('submit', asked?.id ?? '');
      world.nowMs += 2_000;
      await world.work('poll', world.instructions()[0]?.index.openIn ?? '');
      expect(world.instructions()[0]?.state).toBe('open');
    },
  ],
  [
    'the hub has lost its quote',
    'missing/btc-eth',
    async (world) => {
      await world.pass(70);
      world.service.sandbox.world.hub.clear();
    },
  ],
  [
    'the price has moved',
    'strategy/btc-eth',
    async (world) => {
      await world.pass(70);
      world.documents.set(url, '{"price":"16"}');
    },
  ],
  ['the balance is due', 'strategy/btc-eth', async (world) => await world.pass(899)],
];

describe('a Partner API that takes its time', () => {
  it.each(looks)('lets no look at a strategy run into its end, when %s', async (_, hint, prepare) => {
    for (const exchangesMs of slow) {
      const world = new SlowWorld();
      await prepare(world);
      Object.assign(world, { exchangesMs, priceMs: 4_000 });
      world.nowMs += 2_000;
      await world.work('quote', hint);
      expect(world.longestMs.quote).toBeGreaterThanOrEqual(4_000);
      expect(world.longestMs.quote).toBeLessThanOrEqual(timeoutMs('manage-quote') - tableMs);
      // It was called off meanwhile.
      for (const { id } of world.hints.receive('submit', 10)) await world.work('submit', id);
      expect(world.longestMs.submit ?? 0).toBeLessThanOrEqual(timeoutMs('submit-instruction') - tableMs);
    }
  });

  it.each([true, false])('lets no take run into its end (of a quote on the hub: %s)', async (isOnHub) => {
    const tookMs: (number | undefined)[] = [];
    for (const exchangesMs of slow) {
      const world = new SlowWorld();
      await world.pass(70);
      const id = await askForTake(world);
      if (!isOnHub) world.service.sandbox.world.hub.clear();
      world.longestMs.submit = 0;
      world.exchangesMs = exchangesMs;
      await world.work('submit', id);
      tookMs.push(world.longestMs.submit);
      expect(world.longestMs.submit).toBeLessThanOrEqual(timeoutMs('submit-instruction') - tableMs);
    }
    expect(Math.max(...tookMs.map(Number))).toBeGreaterThan(20_000);
  });

  it('lets a take through that is slow, but not too slow', async () => {
    const world = new SlowWorld();
    await world.pass(70);
    const id = await askForTake(world);
    world.exchangesMs = [7_900];
    await world.work('submit', id);
    expect(world.instructions().find((each) => each.id === id)?.state).toBe('pending');
  });
});
