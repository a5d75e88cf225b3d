import { describe, expect, it } from 'vitest';
import { type Instruction, isTerminal } from '../../../lib/instructions/record.ts';
import type { QuoteDesk } from '../../../lib/quotes/desk.ts';
import { putPrice } from '../../../lib/quotes/prices.ts';
import type { Offer } from '../../../lib/quotes/strategy.ts';
import { isNight, seedOfTheDay } from '../../simulation/plans.ts';
import { type Plan, QuoteWorld } from './world.ts';

/** A world that notes when a quote is marked as one to be withdrawn while custody may still approve it, or it may be asked for. */
class WatchedWorld extends QuoteWorld {
  readonly tooEarly: string[] = [];

  override desk(): QuoteDesk {
    const outside = super.desk();
    const replace: typeof outside.store.replace = async (current, draft) => {
      const offer = draft as unknown as Offer;
      if (offer.subject === 'offer' && offer.state === 'withdrawing') await this.#check(offer);
      return await outside.store.replace(current, draft);
    };
    return { ...outside, store: { ...outside.store, replace } };
  }

  async #check({ id, instructionId }: Offer): Promise<void> {
    const instruction = await this.store.get<Instruction>(instructionId);
    const isSafe = instruction !== undefined && (instruction.cancelAskedAtMs ?? isTerminal(instruction.state));
    if (!isSafe) this.tooEarly.push(id);
  }
}

/** A quote made and published, its price moved, a new one published, and that one withdrawn for want of a price. */
async function course(
  plan: Plan | undefined,
  fault?: QuoteWorld['partnerApi']['fault'],
): Promise<{ world: WatchedWorld; mostOpen: number; mostOnHub: number }> {
  const world = new WatchedWorld();
  let mostOpen = 0;
  let mostOnHub = 0;
  const pass = async (seconds: number, price: string | undefined) => {
    for (let second = 0; second < seconds; second++) {
      if (price !== undefined && second % 30 === 0) {
        await putPrice(world.desk(), world.strategies, 'desk', { name: 'btc-eth', price, at: world.nowMs / 1000 });
      }
      await world.pass(1);
      const open = world.partnerApi.quotes.filter(({ status }) => status === 'pending' || status === 'taker_pending');
      mostOpen = Math.max(mostOpen, open.length);
      mostOnHub = Math.max(mostOnHub, world.onHub().length);
    }
  };
  world.plan = plan ?? { call: -1, after: false };
  world.partnerApi.fault = fault;
  await pass(180, '15.3125');
  await pass(240, '15.5');
  await pass(420, undefined);
  return { world, mostOpen, mostOnHub };
}

/** What the course must come to, wherever it was broken off. */
function broken({ world, mostOpen, mostOnHub }: Awaited<ReturnType<typeof course>>): string[] {
  const found: string[] = [];
  if (mostOpen > 1) found.push(`${mostOpen} quotes open at once`);
  if (world.tooEarly.length > 0) found.push(`withdrawn before the wish was stored: ${world.tooEarly}`);
  if (mostOnHub > 1) found.push(`${mostOnHub} quotes on the hub at once`);
  if (world.onHub().length > 0) found.push('a quote on the hub without a price');
  const transactions = new Set(world.partnerApi.quotes.map(({ asked }) => asked.partnerTxId));
  if (transactions.size !== world.partnerApi.quotes.length) found.push('two transactions of one quote');
  for (const { id, txId } of world.instructions()) {
    if (transactions.has(id) && txId === undefined) found.push(`${id} does not know its transaction`);
  }
  for (const offer of world.offers()) {
    const told = offer.history.map(({ state }) => state).join(' ');
    if (offer.state !== 'ended') found.push(`${offer.id} is ${offer.state}`);
    // A publication whose record was lost is told of by its end alone.
    if (!['published withdrawn', 'withdrawn', ''].includes(told)) found.push(`${offer.id} told: ${told}`);
  }
  const published = new Set(world.partnerApi.published);
  if (published.size < 1) found.push('nothing was ever published');
  if (world.alarms.length > 0) found.push(`alarms: ${world.alarms}`);
  return found;
}

describe('market making that is broken off', () => {
  it('publishes two quotes, one after the other, when nothing breaks', async () => {
    const run = await course(undefined);
    expect(broken(run)).toEqual([]);
    expect(run.world.partnerApi.published).toEqual(['tx-1', 'tx-2']);
    expect(run.world.events().map(({ type, data }) => [type, data['reason']])).toEqual([
      ['quote.published', undefined],
      ['quote.withdrawn', 'the price has moved'],
      ['quote.published', undefined],
      ['quote.withdrawn', 'the price is stale'],
    ]);
  });

  // By day at every third call, another third every day.
  it('has one quote at most, and none without a price, wherever a process dies', async () => {
    const { world } = await course(undefined);
    const found: string[] = [];
    for (let call = isNight ? 0 : seedOfTheDay % 3; call < world.calls; call += isNight ? 1 : 3) {
      for (const after of [false, true]) {
        const problems = broken(await course({ call, after }));
        if (problems.length > 0) found.push(`call ${call}, ${after ? 'after' : 'before'}: ${problems.join('; ')}`);
      }
    }
    expect(world.calls).toBeGreaterThan(100);
    expect(found).toEqual([]);
  }, 900_000);

  it.each(
    ['make', 'publish', 'cancel', 'get', 'list', 'max', 'ledger'].flatMap((operation) =>
      (['before', 'after', 'notConnected'] as const).flatMap((effect) =>
        [1, 3].map((times) => [operation, effect, times] as const),
      ),
    ),
  )(
    'has one quote at most, and none without a price, when "%s" fails (%s) %i times',
    async (operation, effect, times) => {
      const run = await course(undefined, { operation, effect, times });
      // Times an attempt may still act are waited for before the next quote.
      expect(broken(run).filter((problem) => problem !== 'nothing was ever published')).toEqual([]);
    },
  );

  it.each([
    ['the price becomes stale', 125, undefined],
    ['the price becomes stale within the time to sign', 8, undefined],
    ['the price moves', 2, '16'],
  ] as const)(
    'publishes nothing that is being withdrawn when, while it stands still, %s',
    async (_, seconds, price) => {
      const found: string[] = [];
      let published = 0;
      let looked = 0;
      for (let call = 0; call < 60; call++) {
        const world = new QuoteWorld();
        // Old enough that some seconds more make it stale.
        const at = seconds === 8 ? world.nowMs / 1000 - 110 : world.nowMs / 1000;
        await putPrice(world.desk(), world.strategies, 'desk', { name: 'btc-eth', price: '15.3125', at });
        await world.drain();
        world.nowMs += 3_000;
        await world.work('poll', 'fund:company/fund');
        world.hints.clear();
        const meanwhile = async () => {
          world.plan = undefined;
          world.nowMs += seconds * 1000;
          if (price !== undefined) {
            await putPrice(world.desk(), world.strategies, 'desk', { name: 'btc-eth', price, at: world.nowMs / 1000 });
          }
          await world.minute();
          published = world.partnerApi.published.length;
          expect(['withdrawing', 'ended']).toContain(world.offers()[0]?.state);
        };
        world.plan = { call, after: false, meanwhile };
        world.calls = 0;
        await world.work('quote', 'strategy/btc-eth');
        if (world.plan !== undefined) break;
        looked++;
        await world.pass(5);
        const [first] = world.offers();
        if (first?.state !== 'ended') found.push(`call ${call}: ${first?.state}`);
        if (world.partnerApi.published.filter((txId) => txId === 'tx-1').length > published)
          found.push(`call ${call}: published all the same`);
        if (world.onHub().includes('tx-1')) found.push(`call ${call}: left on the hub`);
      }
      expect(looked).toBeGreaterThan(5);
      expect(found).toEqual([]);
    },
  );
});
