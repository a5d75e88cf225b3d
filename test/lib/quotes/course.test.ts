import { describe, expect, it } from 'vitest';
import { cancelInstruction } from '../../../lib/instructions/cancel.ts';
import { type Control, setControl } from '../../../lib/instructions/control.ts';
import type { Instruction } from '../../../lib/instructions/record.ts';
import type { QuoteDesk } from '../../../lib/quotes/desk.ts';
import { isWithinBounds } from '../../../lib/quotes/price.ts';
import { putPrice } from '../../../lib/quotes/prices.ts';
import type { Strategy } from '../../../lib/quotes/strategy.ts';
import { pricingOf } from '../../../lib/quotes/verdict.ts';
import { desk, QuoteWorld, strategy } from './world.ts';

const runs = process.env['NIGHTLY'] === undefined ? 40 : 1_000;
const courseSeconds = 1_200;
/** Long enough for every price to be stale, every attempt to be over and every quote to be called off. */
const afterwardsSeconds = 1_500;

/** The same numbers for the same seed (mulberry32). */
function numbersOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Two strategies, one priced by pushes and one over HTTP, in a world where anything happens and everything takes time. */
class RandomWorld extends QuoteWorld {
  readonly wrong: string[] = [];
  readonly next: () => number;
  isQuiet = false;
  /** When the price of a strategy was said, by its name. */
  readonly saidAtMs = new Map<string, number>();

  constructor(seed: number) {
    super();
    this.next = numbersOf(seed);
    const source = { from: 'http', url: 'https://prices.example/', pointer: '/p', atPointer: '/at' } as const;
    const pushed = { ...strategy.price, maxAgeSeconds: 30 };
    this.strategies = [
      { ...strategy, price: pushed },
      { ...strategy, name: 'over-http', companyId: 'second', price: { ...source, maxAgeSeconds: 20 } },
    ];
    this.clients = [
      {
        ...desk,
        bindings: ['company', 'second'].flatMap((companyId) => desk.bindings.map((b) => ({ ...b, companyId }))),
      },
    ];
  }

  chance(of: number): boolean {
    return !this.isQuiet && this.next() < of;
  }

  override desk(): QuoteDesk {
    const outside = super.desk();
    const { hub, swaps, wallets, ledger } = outside.api;
    const slow = <Args extends unknown[], T>(call: (...args: Args) => Promise<T>) => {
      return async (...args: Args): Promise<T> => {
        this.nowMs += Math.floor(this.next() * (this.chance(0.05) ? 14_000 : 1_500));
        return await call(...args);
      };
    };
    const publish: typeof hub.publish = async (companyId, txId, options) => {
      await hub.publish(companyId, txId, options);
      await this.#checkPublished(txId);
    };
    const api = {
      ...outside.api,
      hub: { ...hub, list: slow(hub.list), publish: slow(publish) },
      swaps: { ...swaps, make: slow(swaps.make), cancel: slow(swaps.cancel), get: slow(swaps.get) },
      wallets: { ...wallets, max: slow(wallets.max) },
      ledger: { ...ledger, page: slow(ledger.page) },
    };
    return { ...outside, api };
  }

  /** What has just been put on the hub may be there. */
  async #checkPublished(txId: string): Promise<void> {
    const quote = this.partnerApi.quotes.find((each) => each.txId === txId);
    const instruction = quote && (await this.store.get<Instruction>(quote.asked.partnerTxId ?? ''));
    const one = this.strategies.find(({ name }) => name === instruction?.strategy);
    const control = await this.store.get<Control>('control');
    if (quote === undefined || instruction === undefined || one === undefined) this.wrong.push(`${txId}: of nobody`);
    else {
      const { send, receive } = quote.asked;
      const ageMs = this.nowMs - (this.saidAtMs.get(one.name) ?? 0);
      if (ageMs > one.price.maxAgeSeconds * 1000) this.wrong.push(`${txId}: at a price ${ageMs} ms old`);
      if (!isWithinBounds(send.amountBaseUnits, receive.amountBaseUnits, pricingOf(one)))
        this.wrong.push(`${txId}: outside its bounds`);
      if (instruction.cancelAskedAtMs !== undefined) this.wrong.push(`${txId}: although it is called off`);
      const { stopAll = false, stoppedStrategies = [] } = control ?? {};
      if (stopAll || stoppedStrategies.includes(one.name)) this.wrong.push(`${txId}: although it is stopped`);
    }
  }

  /** Something that happens outside, or nothing. */
  async happen(): Promise<void> {
    const price = (15 + this.next() * 1.5).toFixed(4);
    if (this.chance(0.1)) {
      const at = this.nowMs - Math.floor(this.next() * 5_000);
      this.documents.set('https://prices.example/', JSON.stringify({ p: price, at }));
      this.saidAtMs.set('over-http', at);
    }
    if (this.chance(0.1)) {
      const at = Math.floor(this.nowMs / 1000) + Math.floor(this.next() * 40) - 20;
      const { atMs } = await putPrice(this.desk(), this.strategies, 'desk', { name: 'btc-eth', price, at });
      this.saidAtMs.set('btc-eth', atMs);
    }
    if (this.chance(0.02)) await setControl(this.desk(), this.#stop(), 'operator');
    if (this.chance(0.02)) this.strategies = this.strategies.map((one) => this.#withOtherBounds(one));
    if (this.chance(0.01)) this.documents.clear();
    const quotes = this.partnerApi.quotes;
    const some = quotes[Math.floor(this.next() * quotes.length)];
    if (some === undefined) return;
    if (this.chance(0.02)) some.onHub = false;
    if (this.chance(0.02)) some.openTake = !some.openTake && some.status === 'taker_pending';
    if (this.chance(0.02) && some.status === 'taker_pending') this.partnerApi.take(some.txId);
    if (this.chance(0.01)) await cancelInstruction(this.desk(), 'desk', some.asked.partnerTxId ?? '').catch(() => {});
    if (this.chance(0.05)) this.partnerApi.fault = this.#fault();
  }

  #stop(): object {
    const which = this.next();
    return which < 0.3 ? { stopAll: true } : which < 0.5 ? { stoppedStrategies: ['btc-eth'] } : {};
  }

  #withOtherBounds(one: Strategy): Strategy {
    const min = (14.5 + this.next()).toFixed(2);
    return { ...one, bounds: { min, max: (Number(min) + 1 + this.next()).toFixed(2) } };
  }

  #fault() {
    const operations = ['make', 'publish', 'cancel', 'get', 'list', 'max', 'ledger'];
    const effects = ['before', 'after', 'notConnected'] as const;
    const operation = operations[Math.floor(this.next() * operations.length)] ?? 'make';
    return {
      operation,
      effect: effects[Math.floor(this.next() * 3)] ?? 'before',
      times: 1 + Math.floor(this.next() * 3),
    };
  }

  /** At no moment may a strategy have two quotes that somebody could take. */
  countOpen(): void {
    this.partnerApi.settle();
    const strategies = new Map(this.instructions().map(({ id, strategy: name }) => [id, name]));
    const open = this.partnerApi.quotes
      .filter(({ status }) => status === 'pending' || status === 'taker_pending')
      .map(({ asked }) => strategies.get(asked.partnerTxId ?? ''));
    if (new Set(open).size < open.length) this.wrong.push(`two quotes at once: ${open}`);
  }
}

describe('market making in any course of events', () => {
  it('has one quote of a strategy at most, each put on the hub within its bounds, at a young price and while it may', async () => {
    const wrong: string[] = [];
    let published = 0;
    for (let seed = 1; seed <= runs; seed++) {
      const world = new RandomWorld(seed);
      const pass = async (seconds: number) => {
        const untilMs = world.nowMs + seconds * 1000;
        for (let second = 0; world.nowMs < untilMs; second++) {
          await world.happen();
          world.nowMs += 1_000;
          if (second % 20 === 0) await world.minute();
          else await world.drain();
          world.countOpen();
        }
      };
      await pass(courseSeconds);
      world.isQuiet = true;
      world.partnerApi.fault = undefined;
      // What may have been sent can only be found by asking again, and that is stopped too.
      await setControl(world.desk(), {}, 'operator');
      for (const quote of world.partnerApi.quotes) quote.openTake = false;
      await pass(afterwardsSeconds);
      published += world.partnerApi.published.length;
      if (world.onHub().length > 0) world.wrong.push('left on the hub without a price');
      for (const { id, state } of world.offers()) if (state !== 'ended') world.wrong.push(`${id} is ${state}`);
      wrong.push(...[...new Set(world.wrong)].map((each) => `seed ${seed}: ${each}`));
    }
    expect(wrong).toEqual([]);
    expect(published).toBeGreaterThan(5 * runs);
  }, 900_000);
});
