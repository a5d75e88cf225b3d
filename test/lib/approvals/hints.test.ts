import { beforeEach, describe, expect, it } from 'vitest';
import { approveHinted, runApprovals } from '../../../lib/approvals/index.ts';
import type { Instruction } from '../../../lib/instructions/record.ts';
import { NotFoundError } from '../../../lib/partner-api/index.ts';
import type { ApprovalRule, ApproverConfig } from '../../../lib/platform/config/approvals.ts';
import { ApprovalWorld, matching, rulesOf, startMs, transferAction, transferInstruction } from './world.ts';

/** Works the queue off until nothing waits, or until so much time has passed. */
async function workOff(world: ApprovalWorld, configs: ApproverConfig[], forMs = 60_000): Promise<number> {
  const untilMs = world.nowMs + forMs;
  let looks = 0;
  for (; world.nowMs <= untilMs && world.hints.waiting().length > 0; world.nowMs += 100) {
    for (const { id } of world.hints.receive('approve', 10)) {
      looks++;
      await approveHinted(world.approver(), () => configs, id);
    }
  }
  return looks;
}

describe('an action that a feed tells of before our record names its transaction', () => {
  let world: ApprovalWorld;
  beforeEach(async () => {
    world = new ApprovalWorld();
    world.custody.put(transferAction('a1', {}, { timestampSeconds: startMs / 1000 }));
    await world.hints.send('approve', [{ id: 'night-desk/a1' }]);
  });

  it('is approved within seconds, without the schedule', async () => {
    await approveHinted(world.approver(), () => [rulesOf(matching)], world.hints.receive('approve', 1)[0]?.id ?? '');
    expect(world.custody.votes).toEqual([]);
    world.nowMs += 200;
    await world.add(transferInstruction('i1', 'tx-a1'));
    await workOff(world, [rulesOf(matching)]);
    expect(world.custody.votes).toHaveLength(1);
    expect(world.custody.votedAtMs.get('a1')).toBeLessThanOrEqual(startMs + 1_500);
  });

  it('is so too by a rule that does not ask whose it is, once its maker is noted', async () => {
    const anything: ApprovalRule = { name: 'all', decide: 'approve', when: {} };
    await world.add(transferInstruction('i1', 'tx-a1', { toVerify: true }));
    await workOff(world, [rulesOf(anything)], 500);
    expect(world.custody.votes).toEqual([]);
    const current = (await world.table.get<Instruction>('i1')) as Instruction;
    const { toVerify: _verified, ...verified } = current;
    await world.table.replace<Instruction>(current, verified);
    await workOff(world, [rulesOf(anything)]);
    expect(world.custody.votes).toHaveLength(1);
  });

  it('is looked at a few times, and then left to the schedule', async () => {
    expect(await workOff(world, [rulesOf(matching)])).toBe(4);
    expect(world.custody.votes).toEqual([]);
    expect(world.nowMs - startMs).toBeLessThan(10_000);
  });

  it('is looked at once when no record of ours would change anything', async () => {
    world.custody.put(transferAction('a1', {}, { timestampSeconds: startMs / 1000 - 1900 }));
    expect(await workOff(world, [rulesOf(matching)])).toBe(1);
    world.custody.put(transferAction('a1'));
    await world.hints.send('approve', [{ id: 'night-desk/a1' }]);
    expect(await workOff(world, [rulesOf()])).toBe(1);
  });
});

describe('a hint whose action cannot be read', () => {
  const hinted = async (failure: Error) => {
    const world = new ApprovalWorld();
    world.custody.put(transferAction('a1'));
    world.custody.api.action = async () => {
      throw failure;
    };
    await approveHinted(world.approver(), () => [rulesOf(matching)], 'night-desk/a1');
    return world.hints.waiting();
  };

  it('is left to the schedule when the Partner API fails, and goes back to the queue for any other error', async () => {
    expect(await hinted(new NotFoundError('no', { status: 404 }))).toEqual([]);
    await expect(hinted(new TypeError('a defect'))).rejects.toThrow(TypeError);
  });
});

describe('a run over several core clients', () => {
  const anything: ApprovalRule = { name: 'all', decide: 'approve', when: {} };
  const coreClients: ApproverConfig[] = [
    { coreClientId: 'slow', client: 'treasury-desk', rules: [] },
    { coreClientId: 'quick', client: 'treasury-desk', rules: [anything] },
  ];

  function worldOf(slowActions: number, msEach: number): ApprovalWorld {
    const world = new ApprovalWorld();
    const slow = Array.from({ length: slowActions }, (_, place) =>
      transferAction(`slow-${place}`, {}, { coreClientId: 'slow' }),
    );
    world.custody.put(...slow, transferAction('quick-1', {}, { coreClientId: 'quick' }));
    const { action, actions } = world.custody.api;
    world.custody.api.actions = (async (core: string) =>
      (await actions()).filter(({ coreClientId }) => coreClientId === core)) as typeof actions;
    world.custody.api.action = async (core, id) => {
      world.nowMs += msEach;
      return await action(core, id);
    };
    return world;
  }

  it('gives each its part of the time, whoever is first', async () => {
    for (const fraction of [0, 0.999]) {
      const world = worldOf(200, 500);
      const approver = { ...world.approver(), random: { id: () => 'r', fraction: () => fraction } };
      await runApprovals(approver, () => coreClients, world.nowMs + 55_000);
      expect(world.custody.votes).toEqual([{ actionId: 'quick-1', vote: 'approved' }]);
    }
  });

  it('leaves time for what it began before the function is cut off', async () => {
    const world = worldOf(200, 500);
    await runApprovals(world.approver(), () => coreClients.slice(0, 1), world.nowMs + 55_000);
    expect(world.nowMs - startMs).toBeLessThan(33_000);
    expect(world.nowMs - startMs).toBeGreaterThan(25_000);
  });

  it('hints at some of what it did not get to, and at nothing when it got to everything', async () => {
    const busy = worldOf(200, 500);
    await runApprovals(busy.approver(), () => coreClients, busy.nowMs + 55_000);
    const hinted = busy.hints.waiting('approve').map(({ id }) => id);
    expect(hinted).toHaveLength(20);
    expect(hinted.every((id) => id.startsWith('slow/slow-'))).toBe(true);
    const idle = worldOf(3, 500);
    await runApprovals(idle.approver(), () => coreClients, idle.nowMs + 55_000);
    expect(idle.hints.waiting()).toEqual([]);
  });

  it('starts anywhere, so that over some runs each core client and each action has its turn', async () => {
    const world = worldOf(40, 10_000);
    const seen = new Set<string>();
    const { action } = world.custody.api;
    world.custody.api.action = async (core, id) => {
      seen.add(id);
      return await action(core, id);
    };
    for (let place = 0; place < 60; place++) {
      const approver = { ...world.approver(), random: { id: () => 'r', fraction: () => (place * 0.37) % 1 } };
      await runApprovals(approver, () => coreClients, world.nowMs + 55_000);
    }
    expect(seen.size).toBe(41);
  });
});
