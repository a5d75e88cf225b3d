import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../lib/approvals/decision.ts';
import type { Instruction } from '../../../lib/instructions/record.ts';
import type { ApprovalRule, ApproverConfig } from '../../../lib/platform/config/approvals.ts';
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

const minuteMs = 60_000;
const anything: ApprovalRule = { name: 'all', decide: 'approve', when: {} };

function limitedTo(max: string, windowSeconds: number): ApprovalRule {
  return { name: 'limited', decide: 'approve', when: { assets: ['BTC-TESTNET'], total: { max, windowSeconds } } };
}

/** Takes the API's votes away. @returns what brings them back */
function votesAway(world: ApprovalWorld): () => void {
  const { approve } = world.custody.api;
  world.custody.api.approve = async () => {
    throw new Error('away');
  };
  return () => {
    world.custody.api.approve = approve;
  };
}

/** An action is decided on while the API takes no votes, and two hours pass before it does. */
async function decideAndMissTheVote(world: ApprovalWorld, rules: ApproverConfig): Promise<void> {
  world.custody.put(transferAction('a1'));
  const bringBack = votesAway(world);
  await run(world, rules);
  world.nowMs += 2 * 60 * minuteMs;
  bringBack();
}

/** Votes whose answer is lost, and that act only so much later, if they still can. */
function lateVotes(world: ApprovalWorld) {
  let underWay: { actionId: string; atMs: number }[] = [];
  const { approve } = world.custody.api;
  return {
    begin(delayMs: number) {
      world.custody.api.approve = async (_core, actionId, { signBeforeMs = 0 } = {}) => {
        if (world.nowMs < signBeforeMs) underWay.push({ actionId, atMs: world.nowMs + delayMs });
        throw new Error('no answer');
      };
      return () => {
        world.custody.api.approve = approve;
      };
    },
    /** Time passes, and they act. */
    pass(untilMs: number) {
      const due = underWay.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs);
      underWay = underWay.filter(({ atMs }) => atMs > untilMs);
      for (const { actionId, atMs } of due) {
        world.nowMs = Math.max(world.nowMs, atMs);
        if (world.custody.actions.get(actionId)?.status === 'pending') world.custody.vote(actionId, 'approved');
      }
      world.nowMs = untilMs;
    },
  };
}

/** What was approved by votes within the window before each vote, at most. */
function mostWithin(world: ApprovalWorld, windowSeconds: number): bigint {
  const votes = [...world.custody.votedAtMs];
  const sums = votes.map(([, atMs]) =>
    votes
      .filter(([, other]) => other <= atMs && other > atMs - windowSeconds * 1000)
      .map(([actionId]) => world.custody.actions.get(actionId)?.details.netAmountBaseUnits ?? 0n)
      .reduce((sum, amount) => sum + amount, 0n),
  );
  return sums.reduce((most, sum) => (sum > most ? sum : most), 0n);
}

describe('a vote that comes long after its decision', () => {
  it('waits until the window of its own time has room', async () => {
    const world = new ApprovalWorld();
    const rules = rulesOf(limitedTo('800', 3600));
    await decideAndMissTheVote(world, rules);
    world.custody.put(transferAction('a2'));
    await runEveryMinute(world, 59, rules);
    expect(world.custody.votes).toHaveLength(1);
    await runEveryMinute(world, 4, rules);
    expect(world.custody.votes).toHaveLength(2);
    expect(mostWithin(world, 3600)).toBe(800n);
  });

  it('counts for its own time, so that others wait for it', async () => {
    const world = new ApprovalWorld();
    const rules = rulesOf(limitedTo('800', 3600));
    await decideAndMissTheVote(world, rules);
    await run(world, rules);
    expect(world.custody.votes).toEqual([{ actionId: 'a1', vote: 'approved' }]);
    world.custody.put(transferAction('a2'));
    await runEveryMinute(world, 59, rules);
    expect(world.custody.votes).toHaveLength(1);
  });

  it('counts too when the rule that approved it has no total, for the rules that have one', async () => {
    const world = new ApprovalWorld();
    await world.add(transferInstruction('i1', 'tx-a1'));
    const rules = rulesOf(matching, limitedTo('800', 3600));
    await decideAndMissTheVote(world, rules);
    await run(world, rules);
    world.custody.put(transferAction('a2', {}, { timestampSeconds: startMs / 1000 - 7200 }));
    await runEveryMinute(world, 40, rules);
    expect(world.custody.votes).toEqual([{ actionId: 'a1', vote: 'approved' }]);
  });

  it('is not cast by rules that came to be changed, nor outside of their hours', async () => {
    const office: ApprovalRule = {
      ...anything,
      when: { time: { zone: 'UTC', from: '08:00', to: '10:01' } },
    };
    const changes: [ApprovalRule, ApprovalRule[]][] = [
      [office, [office]],
      [anything, []],
      [anything, [{ ...anything, decide: 'reject' }]],
      [anything, [{ ...anything, name: 'another' }]],
      [limitedTo('800', 3600), [limitedTo('799', 3600)]],
    ];
    for (const [before, after] of changes) {
      const world = new ApprovalWorld();
      world.custody.put(transferAction('a1'));
      const bringBack = votesAway(world);
      await run(world, rulesOf(before));
      bringBack();
      world.nowMs += 2 * minuteMs;
      await runEveryMinute(world, 3, rulesOf(...after));
      expect(world.custody.votes, JSON.stringify(after)).toEqual([]);
      expect(world.stored<Decision>('decision/')).toMatchObject([{ decision: 'approve', rule: before.name }]);
    }
  });

  it('is cast after a day, when nothing has changed', async () => {
    const world = new ApprovalWorld();
    world.custody.put(transferAction('a1', {}, { expiresAtSeconds: 0 }));
    await run(world, rulesOf(limitedTo('800', 3600)), async () => {
      if (world.stored('decision/').length > 0) await stop(world, { stopAll: true }).catch(() => {});
    });
    world.nowMs += 24 * 60 * minuteMs;
    await stop(world, {});
    await run(world, rulesOf(limitedTo('800', 3600)));
    expect(world.custody.votes).toHaveLength(1);
  });
});

describe('votes under a total', () => {
  it('do not exceed it when one acts minutes after it was signed', async () => {
    const world = new ApprovalWorld();
    const rules = rulesOf(limitedTo('800', 60));
    world.custody.put(transferAction('a1'));
    const bringBack = votesAway(world);
    await run(world, rules);
    bringBack();
    // The run after it dies, and so does every other that would look at the first one.
    const { action } = world.custody.api;
    world.custody.api.action = async (core, id) => {
      if (id === 'a1') throw new Error('away');
      return await action(core, id);
    };
    world.custody.put(transferAction('a2'));
    await runEveryMinute(world, 5, rules);
    world.custody.vote('a1', 'approved');
    await run(world, rules);
    expect(world.custody.votes).toEqual([{ actionId: 'a1', vote: 'approved' }]);
    world.custody.api.action = action;
    await runEveryMinute(world, 4, rules);
    expect(world.custody.votes).toHaveLength(2);
    expect(mostWithin(world, 60)).toBe(800n);
  });

  it('find the room again of an approval that ended without our vote', async () => {
    for (const status of ['rejected', 'expired'] as const) {
      const world = new ApprovalWorld();
      const rules = rulesOf(limitedTo('800', 86_400));
      world.custody.put(transferAction('a1'));
      const bringBack = votesAway(world);
      await run(world, rules);
      bringBack();
      world.custody.put({ ...transferAction('a1'), status }, transferAction('a2'));
      await runEveryMinute(world, 5, rules);
      expect(world.custody.votes, status).toEqual([{ actionId: 'a2', vote: 'approved' }]);
    }
  });

  it('find the room again that was taken for an approval while another run rejected it', async () => {
    const world = new ApprovalWorld();
    world.custody.put(transferAction('a1'));
    let rejected = false;
    await run(world, rulesOf(limitedTo('800', 3600)), async () => {
      if (rejected || world.stored('approved/').length === 0) return;
      rejected = true;
      await run(world, rulesOf({ ...anything, decide: 'reject' }));
    });
    expect(world.custody.votes).toEqual([{ actionId: 'a1', vote: 'rejected' }]);
    world.custody.put(transferAction('a2'));
    await run(world, rulesOf(limitedTo('800', 3600)));
    expect(world.custody.votes).toHaveLength(2);
  });

  const step = fc.oneof(
    fc.record({ does: fc.constant('asked' as const), amount: fc.bigInt({ min: 1n, max: 900n }) }),
    fc.record({ does: fc.constant('passes' as const), seconds: fc.integer({ min: 1, max: 200 }) }),
    fc.record({ does: fc.constant('votes away' as const) }),
    fc.record({ does: fc.constant('votes late' as const), seconds: fc.integer({ min: 1, max: 300 }) }),
    fc.record({ does: fc.constant('votes back' as const) }),
    fc.record({
      does: fc.constant('breaks' as const),
      after: fc.integer({ min: 0, max: 60 }),
      kind: fc.constantFrom('fails', 'fails after its effect', 'dies before', 'dies after'),
    }),
  );
  type Step = typeof step extends fc.Arbitrary<infer Of> ? Of : never;

  /** Two runs at a time, while all this happens. */
  async function live(world: ApprovalWorld, rules: ReturnType<typeof rulesOf>, steps: readonly Step[]): Promise<void> {
    const late = lateVotes(world);
    let bringBack: (() => void) | undefined;
    for (const [place, one] of steps.entries()) {
      if (one.does === 'asked') {
        const amounts = { netAmountBaseUnits: one.amount, amountBaseUnits: one.amount + 1n };
        world.custody.put(transferAction(`a${place}`, amounts));
      }
      if (one.does === 'passes') late.pass(world.nowMs + one.seconds * 1000);
      if (one.does === 'votes away') bringBack ??= votesAway(world);
      if (one.does === 'votes late') bringBack ??= late.begin(one.seconds * 1000);
      if (one.does === 'votes back') bringBack = bringBack?.() as undefined;
      if (one.does === 'breaks') world.fault = { call: world.calls + one.after, kind: one.kind };
      const slow = async () => {
        for (let wait = 0; wait < place % 5; wait++) await null;
        if (place % 7 === 0) world.nowMs += 1_000;
      };
      await Promise.all([run(world, rules), run(world, rules, slow)]);
    }
    bringBack?.();
    world.fault = undefined;
  }

  it('never exceed it in any window, whatever breaks and however long it takes', async () => {
    const windows = fc.constantFrom(60, 90, 300);
    let voted = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), windows, async (steps, windowSeconds) => {
        const world = new ApprovalWorld();
        await live(world, rulesOf(limitedTo('1000', windowSeconds)), steps);
        expect(mostWithin(world, windowSeconds)).toBeLessThanOrEqual(1000n);
        voted += world.custody.votes.length;
      }),
      { numRuns: 80, seed: 31 },
    );
    expect(voted).toBeGreaterThan(150);
  });

  it('are all cast in the end, one window after the other', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 30 }), async (steps) => {
        const world = new ApprovalWorld();
        const rules = rulesOf(limitedTo('1000', 60));
        await live(world, rules, steps);
        await runEveryMinute(world, 20 + 4 * world.custody.actions.size, rules);
        expect(await world.custody.api.actions()).toEqual([]);
        expect(mostWithin(world, 60)).toBeLessThanOrEqual(1000n);
        expect(world.stored('approved/')).toMatchObject(world.custody.votes.length === 0 ? [] : [{ open: {} }]);
      }),
      { numRuns: 30, seed: 32 },
    );
  });
});

describe('a worker that stands still before it signs', () => {
  const still = async (world: ApprovalWorld, forMs: number, meanwhile: () => Promise<void>) => {
    let calls: number | undefined;
    const { approve } = world.custody.api;
    world.custody.api.approve = async (core, id, options) => {
      if (calls === undefined) {
        calls = world.calls;
        await meanwhile();
        world.nowMs += forMs;
      }
      await approve(core, id, options);
    };
    await run(world, rulesOf(matching));
    expect(calls).toBeDefined();
  };
  const callOff = async (world: ApprovalWorld) => {
    const current = (await world.table.get<Instruction>('i1')) as Instruction;
    await world.table.replace(current, { ...current, cancelAskedAtMs: world.nowMs });
  };

  it.each([
    ['the stop button', (world: ApprovalWorld) => stop(world, { stopAll: true })],
    ['the wish to call it off', callOff],
  ])('does not sign once %s may be stored for five seconds', async (_what, store) => {
    const world = new ApprovalWorld();
    await world.add(transferInstruction('i1', 'tx-a1'));
    world.custody.put(transferAction('a1'));
    await still(world, 5_000, () => store(world));
    await runEveryMinute(world, 4);
    expect(world.custody.votes).toEqual([]);
  });

  it('signs within that time, and votes in a later run otherwise', async () => {
    for (const forMs of [4_999, 5_000]) {
      const world = new ApprovalWorld();
      await world.add(transferInstruction('i1', 'tx-a1'));
      world.custody.put(transferAction('a1'));
      await still(world, forMs, async () => {});
      expect(world.custody.votes).toHaveLength(forMs === 4_999 ? 1 : 0);
      await runEveryMinute(world, 3);
      expect(world.custody.votes).toHaveLength(1);
    }
  });
});
