import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../lib/approvals/decision.ts';
import { approveHinted, runApprovals } from '../../../lib/approvals/index.ts';
import { approvedTotals } from '../../../lib/approvals/totals.ts';
import type { Instruction } from '../../../lib/instructions/record.ts';
import { countedWithin, readTotals } from '../../../lib/instructions/window-totals.ts';
import { CredentialsError, NotFoundError } from '../../../lib/partner-api/index.ts';
import type { ApprovalRule } from '../../../lib/platform/config/approvals.ts';
import { ConfigurationError } from '../../../lib/platform/errors.ts';
import {
  ApprovalWorld,
  type Fault,
  matching,
  rulesOf,
  run,
  runEveryMinute,
  startMs,
  stop,
  transferAction,
  transferInstruction,
} from './world.ts';

const anything: ApprovalRule = { name: 'all', decide: 'approve', when: {} };
const limited: ApprovalRule = {
  name: 'limited',
  decide: 'approve',
  when: { assets: ['BTC-TESTNET'], total: { max: '1700', windowSeconds: 3600 } },
};

describe('a run of approvals', () => {
  it('approves an action of ours once and keeps the rule, the facts and the time', async () => {
    const world = new ApprovalWorld();
    await world.add(transferInstruction('i1', 'tx-a1'));
    world.custody.put(transferAction('a1'));
    await runEveryMinute(world, 4);
    expect(world.custody.votes).toEqual([{ actionId: 'a1', vote: 'approved' }]);
    const [decision] = world.stored<Decision>('decision/');
    expect(decision).toMatchObject({
      decision: 'approve',
      rule: 'ours',
      status: 'approved',
      decidedAtMs: startMs,
      matched: { instructionId: 'i1' },
      facts: { netAmount: '800', amount: '801', fees: '1', txId: 'tx-a1', recipients: ['wallet-out'] },
    });
    expect(world.alarms).toEqual([]);
  });

  it('does not approve a second transfer made with the same fields by somebody else who holds the API key', async () => {
    const world = new ApprovalWorld();
    await world.add(transferInstruction('i1', 'tx-a1'));
    world.custody.put(transferAction('a1'), transferAction('copy'));
    await runEveryMinute(world, 60);
    expect(world.custody.votes).toEqual([{ actionId: 'a1', vote: 'approved' }]);
    expect(world.custody.actions.get('copy')?.status).toBe('pending');
  });

  it('matches a transaction once: a second action that names it is not approved', async () => {
    const world = new ApprovalWorld();
    await world.add(transferInstruction('i1', 'tx-a1'));
    world.custody.put(transferAction('a1'), transferAction('a2', { txId: 'tx-a1' }));
    await runEveryMinute(world, 20);
    expect(world.custody.votes).toHaveLength(1);
  });

  it('does not lose an action that is seen before our record names its transaction, nor rejects it by a later rule', async () => {
    const world = new ApprovalWorld();
    const rules = rulesOf(matching, { name: 'nothing else', decide: 'reject', when: {} });
    world.custody.put(transferAction('a1'));
    await runEveryMinute(world, 3, rules);
    expect(world.custody.votes).toEqual([]);
    await world.add(transferInstruction('i1', 'tx-a1'));
    await runEveryMinute(world, 1, rules);
    expect(world.custody.votes).toEqual([{ actionId: 'a1', vote: 'approved' }]);
  });

  it('lets the later rules decide once a record can no longer be late', async () => {
    const world = new ApprovalWorld();
    world.custody.put(transferAction('stranger'));
    await runEveryMinute(world, 31, rulesOf(matching, { name: 'nothing else', decide: 'reject', when: {} }));
    expect(world.custody.votes).toEqual([{ actionId: 'stranger', vote: 'rejected' }]);
  });

  it('leaves what no rule decides, without storing it, and decides it afresh in every run', async () => {
    const world = new ApprovalWorld();
    world.custody.put(transferAction('a1'));
    await runEveryMinute(world, 3, rulesOf());
    expect(world.stored('decision/')).toEqual([]);
    await runEveryMinute(world, 1, rulesOf(anything));
    expect(world.custody.votes).toHaveLength(1);
  });

  it('does not vote on an action that has expired', async () => {
    const world = new ApprovalWorld();
    world.custody.put(transferAction('a1', {}, { expiresAtSeconds: startMs / 1000 }));
    await runEveryMinute(world, 1, rulesOf(anything));
    expect(world.custody.votes).toEqual([]);
  });

  it('does not let an action that cannot be read hold up the others', async () => {
    const world = new ApprovalWorld();
    world.custody.put(transferAction('bad'), transferAction('good'));
    const { action } = world.custody.api;
    world.custody.api.action = async (core, id) => {
      if (id === 'bad') throw new Error('unreadable');
      return action(core, id);
    };
    await runEveryMinute(world, 1, rulesOf(anything));
    expect(world.custody.votes).toEqual([{ actionId: 'good', vote: 'approved' }]);
  });

  it('raises an alarm when the core client is not known to the key, or the key cannot be had', async () => {
    for (const refusal of [new NotFoundError('no', { status: 404 }), new CredentialsError('no')]) {
      const world = new ApprovalWorld();
      world.custody.api.actions = async () => {
        throw refusal;
      };
      await runEveryMinute(world, 1, rulesOf(anything));
      expect(world.alarms).toEqual(['partner_api_refuses_us']);
    }
  });

  it('raises an alarm when the action ends otherwise than it was voted', async () => {
    const world = new ApprovalWorld();
    world.custody.put(transferAction('a1'));
    world.custody.api.approve = async (_core, id) => world.custody.vote(id, 'rejected');
    await runEveryMinute(world, 1, rulesOf(anything));
    expect(world.alarms).toEqual(['vote_differs']);
  });
});

describe('rules that cannot be read', () => {
  it('approve nothing, ask nothing, and raise an alarm', async () => {
    const world = new ApprovalWorld();
    world.custody.put(transferAction('a1'));
    const unreadable = () => {
      throw new SyntaxError('not JSON');
    };
    const running = runApprovals(world.approver(), unreadable, world.nowMs + 55_000);
    await expect(running).rejects.toThrow(ConfigurationError);
    expect(world.alarms).toEqual(['approval_rules_unreadable']);
    expect(world.calls).toBe(0);
  });
});

describe('a hint', () => {
  it('has its action decided at once, and nothing else', async () => {
    const world = new ApprovalWorld();
    world.custody.put(transferAction('a1'), transferAction('a2'));
    await approveHinted(world.approver(), () => [rulesOf(anything)], 'night-desk/a2');
    expect(world.custody.votes).toEqual([{ actionId: 'a2', vote: 'approved' }]);
  });

  it('of a core client without rules, or of no action, is dropped', async () => {
    const world = new ApprovalWorld();
    world.custody.put(transferAction('a1'));
    for (const hint of ['day-desk/a1', 'night-desk/', 'night-desk']) {
      await approveHinted(world.approver(), () => [rulesOf(anything)], hint);
    }
    expect(world.calls).toBe(0);
  });
});

describe('the stop button', () => {
  it('is read before every vote: nothing is decided while all, or the client, is stopped', async () => {
    for (const body of [{ stopAll: true }, { stoppedClients: ['treasury-desk'] }]) {
      const world = new ApprovalWorld();
      world.custody.put(transferAction('a1'));
      await stop(world, body);
      await runEveryMinute(world, 2, rulesOf(anything));
      expect(world.custody.votes).toEqual([]);
      await stop(world, {});
      await runEveryMinute(world, 1, rulesOf(anything));
      expect(world.custody.votes).toHaveLength(1);
    }
  });

  it('holds for the client of the matched instruction', async () => {
    const world = new ApprovalWorld();
    await world.add(transferInstruction('i1', 'tx-a1', { client: 'other-desk' }));
    world.custody.put(transferAction('a1'));
    await stop(world, { stoppedClients: ['other-desk'] });
    await runEveryMinute(world, 3);
    expect(world.custody.votes).toEqual([]);
  });

  it('pressed between the decision and the vote, holds the vote back until it is released', async () => {
    const world = new ApprovalWorld();
    world.custody.put(transferAction('a1'));
    let stopped = false;
    await run(world, rulesOf(anything), async () => {
      if (stopped || world.stored('decision/').length === 0) return;
      stopped = true;
      await stop(world, { stopAll: true });
    });
    await runEveryMinute(world, 3, rulesOf(anything));
    expect(world.stored('decision/')).toHaveLength(1);
    expect(world.custody.votes).toEqual([]);
    await stop(world, {});
    await runEveryMinute(world, 3, rulesOf(anything));
    expect(world.custody.votes).toEqual([{ actionId: 'a1', vote: 'approved' }]);
  });
});

describe('an instruction that is called off', () => {
  it('is not approved by a vote that was decided before', async () => {
    const world = new ApprovalWorld();
    await world.add(transferInstruction('i1', 'tx-a1'));
    world.custody.put(transferAction('a1'));
    let marked = false;
    await run(world, rulesOf(matching), async () => {
      if (marked || world.stored('decision/').length === 0) return;
      marked = true;
      const current = (await world.table.get<Instruction>('i1')) as Instruction;
      await world.table.replace<Instruction>(current, { ...current, cancelAskedAtMs: world.nowMs });
    });
    expect(marked).toBe(true);
    await runEveryMinute(world, 5);
    expect(world.custody.votes).toEqual([]);
    world.custody.put({ ...transferAction('a1'), status: 'expired' });
    await runEveryMinute(world, 3);
    expect(world.stored<Decision>('decision/')).toMatchObject([{ status: 'expired' }]);
  });
});

/** Lets two processes take turns in an order that the seed decides. */
function turns(seed: number): () => Promise<void> {
  let state = seed;
  return async () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    for (let wait = Math.floor(state / 65_536) % 7; wait > 0; wait--) await null;
  };
}

/** Waits for so many steps of the others. */
async function later(steps: number, turn: () => Promise<void>): Promise<void> {
  for (let step = 0; step < steps; step++) await turn();
}

function sumOfVotes(world: ApprovalWorld): bigint {
  return world.custody.votes
    .map(({ actionId }) => world.custody.actions.get(actionId)?.details.netAmountBaseUnits ?? 0n)
    .reduce((sum, amount) => sum + amount, 0n);
}

describe('two runs at once', () => {
  it('vote once, whatever the order of their steps', async () => {
    for (let seed = 1; seed <= 150; seed++) {
      const world = new ApprovalWorld();
      await world.add(transferInstruction('i1', 'tx-a1'));
      world.custody.put(transferAction('a1'));
      let asked = 0;
      const { approve } = world.custody.api;
      world.custody.api.approve = async (core, id, options) => {
        asked++;
        await approve(core, id, options);
      };
      const turn = turns(seed);
      const late = later(seed % 40, turn).then(() => run(world, rulesOf(matching), turn));
      await Promise.all([run(world, rulesOf(matching), turn), late]);
      expect(asked, `seed ${seed}`).toBe(1);
      expect(world.stored<Decision>('decision/')).toMatchObject([{ status: 'approved' }]);
    }
  });

  it('never approve more than the window allows, whatever the order of their steps', async () => {
    let approvedTwo = 0;
    for (let seed = 1; seed <= 150; seed++) {
      const world = new ApprovalWorld();
      world.custody.put(...['a', 'b', 'c', 'd'].map((id) => transferAction(id)));
      const turn = turns(seed);
      const late = later(seed % 40, turn).then(() => run(world, rulesOf(limited), turn));
      await Promise.all([run(world, rulesOf(limited), turn), late]);
      expect(sumOfVotes(world), `seed ${seed}`).toBeLessThanOrEqual(1700n);
      const totals = await readTotals(world.table, approvedTotals('night-desk', 'BTC-TESTNET'));
      expect(countedWithin(totals, 3600, world.nowMs, 'none'), `seed ${seed}`).toBe(sumOfVotes(world));
      if (sumOfVotes(world) === 1600n) approvedTwo++;
    }
    expect(approvedTwo).toBe(150);
  });
});

describe('a run that stands still anywhere while another one runs', () => {
  it('neither votes again nor counts again', async () => {
    for (let call = 0; call < 25; call++) {
      const world = new ApprovalWorld();
      await world.add(transferInstruction('i1', 'tx-a1'));
      world.custody.put(transferAction('a1'));
      let asked = 0;
      const { approve } = world.custody.api;
      world.custody.api.approve = async (core, id, options) => {
        asked++;
        await approve(core, id, options);
      };
      const rules = rulesOf({ ...matching, when: { ...matching.when, ...limited.when } });
      const { promise: othersDone, resolve } = Promise.withResolvers<void>();
      let calls = 0;
      const still = run(world, rules, async () => {
        if (calls++ === call) await othersDone;
      });
      for (let turn = 0; turn < 200; turn++) await null;
      await run(world, rules);
      resolve();
      await still;
      await runEveryMinute(world, 3, rules);
      expect(asked, `before call ${call}`).toBe(1);
      const totals = await readTotals(world.table, approvedTotals('night-desk', 'BTC-TESTNET'));
      expect(countedWithin(totals, 3600, world.nowMs, 'none'), `before call ${call}`).toBe(800n);
    }
  });
});

const kinds = ['fails', 'fails after its effect', 'dies before', 'dies after'] as const;

/** Runs a world with each outside call broken in each way, one at a time. */
async function withEveryFault(
  build: () => Promise<ApprovalWorld>,
  rules: ReturnType<typeof rulesOf>,
  check: (world: ApprovalWorld, fault: Fault) => void,
): Promise<number> {
  const plain = await build();
  await runEveryMinute(plain, 1, rules);
  for (let call = 0; call < plain.calls; call++) {
    for (const kind of kinds) {
      const world = await build();
      world.fault = { call, kind };
      await runEveryMinute(world, 6, rules);
      check(world, world.fault);
    }
  }
  return plain.calls;
}

describe('a run that is broken off anywhere', () => {
  it('ends in one vote and one decision that was read back', async () => {
    const build = async () => {
      const world = new ApprovalWorld();
      await world.add(transferInstruction('i1', 'tx-a1'));
      world.custody.put(transferAction('a1'));
      return world;
    };
    const calls = await withEveryFault(build, rulesOf(matching), (world, fault) => {
      expect(world.custody.votes, JSON.stringify(fault)).toEqual([{ actionId: 'a1', vote: 'approved' }]);
      expect(world.stored<Decision>('decision/'), JSON.stringify(fault)).toMatchObject([{ status: 'approved' }]);
      expect(world.stored('approved/'), JSON.stringify(fault)).toMatchObject([{ open: {} }]);
      expect(world.alarms).toEqual([]);
    });
    expect(calls).toBeGreaterThan(12);
  });

  it('makes a limit too strict at worst, never too loose', async () => {
    const build = async () => {
      const world = new ApprovalWorld();
      world.custody.put(...['a', 'b', 'c'].map((id) => transferAction(id)));
      return world;
    };
    await withEveryFault(build, rulesOf(limited), (world, fault) => {
      expect(sumOfVotes(world), JSON.stringify(fault)).toBeLessThanOrEqual(1700n);
      expect(sumOfVotes(world), JSON.stringify(fault)).toBeGreaterThanOrEqual(800n);
    });
  });

  it('opens the window again when it has passed', async () => {
    const world = new ApprovalWorld();
    world.custody.put(...['a', 'b', 'c'].map((id) => transferAction(id)));
    await runEveryMinute(world, 60, rulesOf(limited));
    expect(sumOfVotes(world)).toBe(1600n);
    await runEveryMinute(world, 3, rulesOf(limited));
    expect(sumOfVotes(world)).toBe(2400n);
  });
});
