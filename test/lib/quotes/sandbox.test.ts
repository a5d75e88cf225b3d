import { describe, expect, it } from 'vitest';
import { acceptInstruction } from '../../../lib/instructions/accept.ts';
import { take } from '../../../lib/instructions/kinds/take.ts';
import { createPartnerApi, type PartnerApi } from '../../../lib/partner-api/index.ts';
import type { QuoteDesk } from '../../../lib/quotes/desk.ts';
import { putPrice } from '../../../lib/quotes/prices.ts';
import { publishQuotes } from '../../../lib/quotes/run.ts';
import { SimulatedApi } from '../../simulation/sandbox.ts';
import { desk, QuoteWorld, strategy } from './world.ts';

/** Market making against the sandbox itself, entered below HTTP and signatures. */
class SandboxWorld extends QuoteWorld {
  readonly service = new SimulatedApi({ nowMs: () => this.nowMs, approveAfterMs: 1_000 });
  readonly #api: PartnerApi = createPartnerApi({
    baseUrl: 'https://api.sandbox.example/api/v1/p',
    credentials: { current: async () => this.service.credentials },
    transport: async (request) => {
      this.asked.push(`${request.method} ${new URL(request.url).pathname.split('/').slice(-2).join('/')}`);
      return this.service.answer(request);
    },
    clock: () => this.nowMs,
    maxClockCorrectionMs: 0,
  });
  readonly asked: string[] = [];

  constructor() {
    super();
    const { operating, settlement } = this.service.demo;
    const { btc, eth } = operating;
    this.clients = [
      { ...desk, bindings: [btc, eth] },
      {
        ...desk,
        id: 'taker',
        bindings: [settlement.btc, settlement.eth],
        followedPairs: [],
      },
    ];
    this.strategies = [
      { ...strategy, companyId: btc.companyId, sendWalletId: btc.walletId, receiveWalletId: eth.walletId },
    ];
  }

  override desk(): QuoteDesk {
    return { ...super.desk(), api: this.#api };
  }

  async push(price: string): Promise<void> {
    await putPrice(this.desk(), this.strategies, 'desk', { name: 'btc-eth', price, at: Math.floor(this.nowMs / 1000) });
  }

  listed(): string[] {
    return [...this.service.sandbox.world.hub.keys()];
  }
}

describe('market making against the sandbox', () => {
  it('publishes, is taken and settles, to the unit', async () => {
    const world = new SandboxWorld();
    const { operating, settlement } = world.service.demo;
    const wallets = [operating.btc, operating.eth, settlement.btc, settlement.eth].map(({ walletId }) => walletId);
    const before = wallets.map((walletId) => world.service.balanceOf(walletId));
    await world.push('15.3125');
    await world.drain();
    await world.pass(10);
    const [txId] = world.listed();
    expect(world.listed()).toHaveLength(1);

    const [, taker] = world.clients;
    const { instruction } = await acceptInstruction(world.desk(), {
      kind: take,
      source: 'http',
      client: taker ?? desk,
      idempotencyKey: 'take-1',
      body: {
        txId,
        companyId: settlement.btc.companyId,
        sendWalletId: settlement.eth.walletId,
        receiveWalletId: settlement.btc.walletId,
        worstPrice: { sendAmount: '153890625', receiveAmount: '1000000' },
      },
    });
    await world.push('15.3125');
    await world.pass(70);
    expect(world.instructions().find(({ id }) => id === instruction.id)?.state).toBe('completed');
    expect(world.events().map(({ type }) => type)).toEqual(['quote.published', 'quote.taken', 'quote.published']);

    // By hand: 1,000,000 satoshi for 153,890,625 gwei, and a tenth of a percent (rounded up) on what each side sends.
    const after = wallets.map((walletId) => world.service.balanceOf(walletId));
    const moved = after.map((balance, place) => balance - (before[place] ?? 0n));
    expect(moved).toEqual([-1_001_000n, 153_890_625n, 1_000_000n, -154_044_516n]);
    expect(world.service.isBalanced()).toBe(true);
    expect(world.alarms).toEqual([]);
  });

  it('replaces a quote whose price has moved, and takes it off when the price is stale', async () => {
    const world = new SandboxWorld();
    await world.push('15.3125');
    await world.drain();
    await world.pass(10);
    const [first] = world.listed();
    await world.push('16');
    await world.pass(30);
    const [second] = world.listed();
    expect(second).not.toBe(first);
    expect(world.listed()).toHaveLength(1);
    world.nowMs += 121_000;
    await publishQuotes(world.desk());
    await world.drain();
    expect(world.listed()).toEqual([]);
    expect(world.instructions().map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
    expect(world.service.isBalanced()).toBe(true);
  });

  it('asks for one listing of the hub when nothing has changed', async () => {
    const world = new SandboxWorld();
    await world.push('15.3125');
    await world.drain();
    await world.pass(30);
    world.asked.splice(0);
    await publishQuotes(world.desk());
    expect(world.asked.map((each) => each.split('/').at(-1))).toEqual(['liquidityhub']);
  });
});
