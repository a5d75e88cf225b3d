import { describe, expect, it } from 'vitest';
import { hintOfAction, hintOfHubUpdate, hintOfMovement, type Listener } from '../../../lib/feeds/hints.ts';
import { submitInstruction } from '../../../lib/instructions/submit.ts';
import { toldOf } from '../../../lib/instructions/told.ts';
import type { ConnectedMovement } from '../../../lib/partner-api/feeds.ts';
import type { Action } from '../../../lib/partner-api/index.ts';
import { putPrice } from '../../../lib/quotes/prices.ts';
import { desk, place } from '../instructions/desk.ts';
import { QuoteWorld } from '../quotes/world.ts';

const fund = `fund:${place.companyId}/${place.fundId}`;

/** A listener, and a transfer whose transaction is `tx-1`. */
async function listening() {
  const one = desk({ create: async () => ({ txId: 'tx-1', status: 'new' }) });
  const { instruction } = await one.ask();
  await submitInstruction(one, instruction.id);
  one.hints.clear();
  const listener: Listener = { ...one, places: [place] };
  return { one, listener };
}

const movement = { txId: '', walletId: place.walletId } as ConnectedMovement;

describe('a message of a feed becomes a hint', () => {
  it('an action, for the approver', async () => {
    const { one, listener } = await listening();
    await hintOfAction(listener, 'core-1', { actionId: 'action-1' } as Action);
    expect(one.hints.waiting('approve')).toMatchObject([{ id: 'core-1/action-1' }]);
  });

  it('a change of a quote of ours, for the look at it', async () => {
    const { one, listener } = await listening();
    await hintOfHubUpdate(listener, { txId: 'tx-1', status: 'approved' });
    expect(one.hints.waiting()).toMatchObject([{ route: 'poll', id: toldOf(fund) }]);
  });

  it('a change of a quote that a strategy asked for, for its strategy too, once the look is over', async () => {
    const world = new QuoteWorld();
    await putPrice(world.desk(), world.strategies, 'desk', { name: 'btc-eth', price: '15.3125' });
    await world.minute();
    await world.pass(5);
    world.hints.clear();
    await hintOfHubUpdate({ ...world.desk(), places: [] }, { txId: 'tx-1', status: 'approved' });
    expect(world.hints.waiting().map(({ route, id, visibleAtMs }) => [route, id, visibleAtMs - world.nowMs])).toEqual([
      ['poll', toldOf('fund:company/fund'), 0],
      ['quote', 'strategy/btc-eth', 1_000],
    ]);
  });

  it('a quote of somebody else is none of ours', async () => {
    const { one, listener } = await listening();
    await hintOfHubUpdate(listener, { txId: 'tx-of-others', status: 'taker_pending' });
    expect(one.hints.waiting()).toEqual([]);
  });

  it.each([
    ['by its transaction', { ...movement, txId: 'tx-1', walletId: 'unbound' }],
    ['by its wallet', movement],
  ])('a movement, %s', async (_how, message) => {
    const { one, listener } = await listening();
    await hintOfMovement(listener, message);
    expect(one.hints.waiting()).toMatchObject([{ route: 'poll', id: toldOf(fund) }]);
  });

  it('a movement of a wallet that nobody is bound to is dropped', async () => {
    const { one, listener } = await listening();
    await hintOfMovement(listener, { ...movement, walletId: 'unbound' });
    expect(one.hints.waiting()).toEqual([]);
  });
});
