import { beforeEach, describe, expect, it } from 'vitest';
import { approveActions } from '../../../lib/approvals/run.ts';
import { setControl } from '../../../lib/instructions/control.ts';
import { submitInstruction } from '../../../lib/instructions/submit.ts';
import { manageQuote } from '../../../lib/quotes/manage.ts';
import { putPrice } from '../../../lib/quotes/prices.ts';
import { ApprovalWorld, matching, rulesOf, transferAction, transferInstruction } from '../approvals/world.ts';
import { QuoteWorld } from './world.ts';

const stopped = { stoppedStrategies: ['btc-eth'] };

describe('a stopped strategy', () => {
  let world: QuoteWorld;
  beforeEach(async () => {
    world = new QuoteWorld();
    await putPrice(world.desk(), world.strategies, 'desk', { name: 'btc-eth', price: '15.3125' });
    await manageQuote(world.desk(), 'strategy/btc-eth');
  });

  it('has no quote claimed that it asked for before', async () => {
    const [asked] = world.instructions();
    await setControl(world.desk(), stopped, 'operator');
    await submitInstruction(world.desk(), asked?.id ?? '');
    expect(world.partnerApi.quotes).toEqual([]);
    expect(world.instructions()).toMatchObject([{ state: 'accepted', reason: 'stopped', strategy: 'btc-eth' }]);
    await world.minute();
    await world.pass(5);
    expect(world.instructions()).toMatchObject([{ state: 'cancelled', reason: 'stopped' }]);
    expect(world.partnerApi.quotes).toEqual([]);
  });

  it('has no quote sent when it was stopped between the claim and the sending', async () => {
    const [asked] = world.instructions();
    const { store, ...desk } = world.desk();
    const stopping: typeof store = {
      ...store,
      replace: async (current, draft) => {
        const written = await store.replace(current, draft);
        if (current.id === asked?.id) await setControl(world.desk(), stopped, 'operator').catch(() => {});
        return written;
      },
    };
    await submitInstruction({ ...desk, store: stopping }, asked?.id ?? '');
    expect(world.partnerApi.quotes).toEqual([]);
    expect(world.instructions()).toMatchObject([{ state: 'accepted', reason: 'stopped' }]);
  });

  it('keeps nobody else from acting', async () => {
    const [asked] = world.instructions();
    await setControl(world.desk(), { stoppedStrategies: ['eth-btc'] }, 'operator');
    await submitInstruction(world.desk(), asked?.id ?? '');
    expect(world.instructions()).toMatchObject([{ state: 'pending' }]);
  });
});

describe('the vote on a quote of a stopped strategy', () => {
  const run = (world: ApprovalWorld, turn?: () => Promise<void>) =>
    approveActions(world.approver(turn), rulesOf(matching), world.nowMs + 55_000);
  const stop = (world: ApprovalWorld, body: object) =>
    setControl({ ...world.approver(), store: world.table }, body, 'o');
  let world: ApprovalWorld;
  beforeEach(async () => {
    world = new ApprovalWorld();
    await world.add(transferInstruction('i1', 'tx-a1', { strategy: 'btc-eth' }));
    world.custody.put(transferAction('a1'));
  });

  it('is not cast, and is once the strategy may go on', async () => {
    await stop(world, stopped);
    await run(world);
    expect(world.custody.votes).toEqual([]);
    expect(world.stored('decision/')).toEqual([]);
    await stop(world, { stoppedStrategies: ['eth-btc'] });
    await run(world);
    expect(world.custody.votes).toEqual([{ actionId: 'a1', vote: 'approved' }]);
  });

  it('is not cast when the strategy is stopped right after the decision', async () => {
    let isStopped = false;
    await run(world, async () => {
      if (isStopped || world.stored('decision/').length === 0) return;
      isStopped = true;
      await stop(world, stopped);
    });
    expect(isStopped).toBe(true);
    expect(world.custody.votes).toEqual([]);
  });
});
