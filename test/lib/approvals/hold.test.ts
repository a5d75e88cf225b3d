import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../lib/approvals/decision.ts';
import type { Instruction } from '../../../lib/instructions/record.ts';
import { noteTransaction } from '../../../lib/instructions/transactions.ts';
import type { ApprovalRule } from '../../../lib/platform/config/approvals.ts';
import {
  ApprovalWorld,
  matching,
  rulesOf,
  run,
  runEveryMinute,
  startMs,
  stop,
  transferAction,
  transferInstruction,
} from './world.ts';

/** A rule that does not ask whether the action is ours. */
const small: ApprovalRule = {
  name: 'small',
  decide: 'approve',
  when: { assets: ['BTC-TESTNET'], amount: { max: '1000' } },
};
const rejectAll: ApprovalRule = { name: 'nothing else', decide: 'reject', when: {} };

async function worldWith(changes: Partial<Instruction>): Promise<ApprovalWorld> {
  const world = new ApprovalWorld();
  await world.add(transferInstruction('i1', 'tx-a1', { client: 'other-desk', ...changes }));
  world.custody.put(transferAction('a1'));
  return world;
}

const unfit: [string, Partial<Instruction>][] = [
  ['is being called off', { cancelAskedAtMs: startMs }],
  ['is cancelled', { state: 'cancelled' }],
  ['failed', { state: 'failed' }],
  ['has expired', { expiresAtSeconds: startMs / 1000 }],
  ['is known to differ', { differences: ['amount'] }],
  ['is not verified', { toVerify: true }],
];

describe('a transaction of ours, under a rule that does not ask whose it is', () => {
  it('is approved while nothing is against it', async () => {
    const world = await worldWith({});
    await run(world, rulesOf(small));
    expect(world.custody.votes).toEqual([{ actionId: 'a1', vote: 'approved' }]);
  });

  it.each(unfit)('is not approved when its instruction %s', async (_why, changes) => {
    const world = await worldWith(changes);
    await runEveryMinute(world, 40, rulesOf(small));
    expect(world.custody.votes).toEqual([]);
    expect(world.stored('decision/')).toEqual([]);
  });

  it.each([
    ['client', { stoppedClients: ['other-desk'] }],
    ['strategy', { stoppedStrategies: ['btc-eth'] }],
  ])('is not approved while its %s is stopped', async (_whose, stopped) => {
    const world = await worldWith({ strategy: 'btc-eth' });
    await stop(world, stopped);
    await runEveryMinute(world, 3, rulesOf(small));
    expect(world.custody.votes).toEqual([]);
    await stop(world, {});
    await run(world, rulesOf(small));
    expect(world.custody.votes).toHaveLength(1);
  });

  it('is not approved before its instruction names it, nor when that had ended before it was made', async () => {
    for (const [state, votes] of [['submitting', 1] as const, ['cancelled', 0] as const]) {
      const world = new ApprovalWorld();
      await world.table.create<Instruction>(transferInstruction('i1', undefined, { state }));
      await noteTransaction(world.table, 'tx-a1', 'i1');
      world.custody.put(transferAction('a1'));
      await runEveryMinute(world, 40, rulesOf(small));
      expect(world.custody.votes, state).toEqual([]);
      const current = (await world.table.get<Instruction>('i1')) as Instruction;
      if (state === 'submitting') await world.table.replace(current, { ...current, state: 'pending', txId: 'tx-a1' });
      await run(world, rulesOf(small));
      expect(world.custody.votes, state).toHaveLength(votes);
    }
  });

  it('may be approved although the action tells it otherwise: only the rule that asks compares them', async () => {
    const world = await worldWith({ request: { counterpartyWalletId: 'SHORT1', amount: '800', reference: 'inv-1' } });
    await run(world, rulesOf(matching));
    expect(world.custody.votes).toEqual([]);
    await run(world, rulesOf(matching, small));
    expect(world.custody.votes).toHaveLength(1);
  });

  it('may be rejected whatever became of it, also by a rule behind one that would approve it', async () => {
    const refusing = { ...small, decide: 'reject' as const };
    for (const rules of [rulesOf(refusing, matching), rulesOf(matching, rejectAll)]) {
      const world = await worldWith({ cancelAskedAtMs: startMs });
      await stop(world, { stoppedClients: ['other-desk'] });
      await run(world, rules);
      expect(world.custody.votes).toEqual([{ actionId: 'a1', vote: 'rejected' }]);
    }
  });
});

describe('a vote by a rule that does not ask whose the action is', () => {
  /** Runs once, and lets `act` happen when the decision stands and the vote was not cast. */
  async function actBetween(world: ApprovalWorld, act: () => Promise<void>): Promise<void> {
    let acted = false;
    await run(world, rulesOf(small), async () => {
      if (acted || world.stored('decision/').length === 0) return;
      acted = true;
      await act();
    });
    expect(acted).toBe(true);
  }

  it('is held when the instruction is called off after the decision', async () => {
    const world = await worldWith({});
    await actBetween(world, async () => {
      const current = (await world.table.get<Instruction>('i1')) as Instruction;
      await world.table.replace(current, { ...current, cancelAskedAtMs: world.nowMs });
    });
    await runEveryMinute(world, 5, rulesOf(small));
    expect(world.custody.votes).toEqual([]);
    expect(world.stored<Decision>('decision/')).toHaveLength(1);
  });

  it('is held when the instruction only becomes known after the decision, and is called off', async () => {
    const world = new ApprovalWorld();
    world.custody.put(transferAction('a1'));
    await actBetween(world, () => world.add(transferInstruction('i1', 'tx-a1', { cancelAskedAtMs: startMs })));
    await runEveryMinute(world, 5, rulesOf(small));
    expect(world.custody.votes).toEqual([]);
  });

  it('is held when the client of the instruction is stopped after the decision', async () => {
    const world = await worldWith({});
    await actBetween(world, () => stop(world, { stoppedClients: ['other-desk'] }));
    await runEveryMinute(world, 5, rulesOf(small));
    expect(world.custody.votes).toEqual([]);
    await stop(world, {});
    await runEveryMinute(world, 2, rulesOf(small));
    expect(world.custody.votes).toHaveLength(1);
  });
});
