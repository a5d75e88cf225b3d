import { describe, expect, it } from 'vitest';
import { dispatchDue } from '../../../lib/instructions/dispatch.ts';
import { afterLook } from '../../../lib/instructions/machine.ts';
import { poll } from '../../../lib/instructions/poll.ts';
import { submitInstruction } from '../../../lib/instructions/submit.ts';
import { toldAgainOf, toldOf } from '../../../lib/instructions/told.ts';
import { ServerFaultError } from '../../../lib/partner-api/index.ts';
import { type Answers, desk, place } from './desk.ts';

const fund = 'fund:company-1/fund-1';

function row(status: string, txId = 'tx-1') {
  return { txId, status, asset: place.asset, netAmountBaseUnits: 250_000n };
}

/** A transfer that waits for custody. */
async function pending(answers: Answers, created = { txId: 'tx-1', status: 'new' }) {
  const one = desk({ create: async () => created, ...answers });
  const { instruction } = await one.ask();
  await submitInstruction(one, instruction.id);
  one.calls.length = 0;
  one.hints.clear();
  return { one, now: () => one.stored(instruction.id) };
}

describe('looking at a fund', () => {
  it('settles an instruction by the ledger, with one request, and has the client told', async () => {
    const { one, now } = await pending({ ledger: () => ({ total: 1, entries: [row('approved')] }) });
    await poll(one, fund);
    expect(await now()).toMatchObject({ state: 'completed', status: 'approved', txId: 'tx-1' });
    expect(one.calls).toEqual(['ledger']);
    expect(one.hints.waiting('tell')).toHaveLength(1);
    expect(one.hints.waiting('poll')).toEqual([]);
  });

  it.each([
    ['custody_rejected', 'rejected'],
    ['initiate_rejected', 'rejected'],
    ['rejected', 'rejected'],
    ['expired', 'expired'],
    ['chain_rejected', 'failed'],
  ])('takes %s for %s', async (status, state) => {
    const { one, now } = await pending({ ledger: () => ({ total: 1, entries: [row(status)] }) });
    await poll(one, fund);
    expect(await now()).toMatchObject({ state, reason: status });
  });

  it('goes on hinting at itself while something is open, and asks once per pace for many hints', async () => {
    const { one, now } = await pending({ ledger: () => ({ total: 1, entries: [row('pending')] }) });
    await Promise.all([poll(one, fund), poll(one, fund), poll(one, fund)]);
    await poll(one, fund);
    expect(one.calls).toEqual(['ledger']);
    expect(one.hints.waiting('poll')).toMatchObject([{ id: fund }]);
    one.pass(2_000);
    await poll(one, fund);
    expect(one.calls).toEqual(['ledger', 'ledger']);
    expect((await now()).state).toBe('pending');
  });

  it('does not wait for its turn when somebody was told that something has happened, and then goes on as before', async () => {
    let status = 'pending';
    const { one, now } = await pending({ ledger: () => ({ total: 1, entries: [row(status)] }) });
    one.pass(3_600_000);
    await poll(one, fund);
    one.hints.clear();
    one.pass(5_000);
    status = 'approved';
    await poll(one, fund);
    expect((await now()).state).toBe('pending');
    await poll(one, toldOf(fund));
    expect([(await now()).state, one.calls]).toEqual(['completed', ['ledger', 'ledger']]);
  });

  it('looks once more after much was told at the same moment, and not for each of them', async () => {
    const { one } = await pending({ ledger: () => ({ total: 1, entries: [row('pending')] }) });
    for (let message = 0; message < 50; message++) await poll(one, toldOf(fund));
    expect(one.calls).toEqual(['ledger']);
    one.pass(2_000);
    const again = one.hints.waiting('poll').map(({ id }) => id);
    expect(new Set(again)).toEqual(new Set([fund, toldAgainOf(fund)]));
    one.hints.clear();
    for (const id of again) await poll(one, id);
    expect(one.calls).toEqual(['ledger', 'ledger']);
    expect(new Set(one.hints.waiting('poll').map(({ id }) => id))).toEqual(new Set([fund]));
  });

  it('never completes what differs from what was asked for, and raises an alarm', async () => {
    const { one, now } = await pending({
      ledger: () => ({ total: 1, entries: [{ ...row('approved'), netAmountBaseUnits: 250_001n }] }),
    });
    await poll(one, fund);
    expect((await now()).state).toBe('pending');
    expect(one.alarms).toEqual(['transaction_differs']);
  });

  it('does not guess at a word nobody knows', async () => {
    const { one, now } = await pending({ ledger: () => ({ total: 1, entries: [row('mined')] }) });
    await poll(one, fund);
    expect((await now()).state).toBe('pending');
    expect(one.alarms).toEqual(['unknown_status']);
  });

  it('reads two pages at most, then asks by id', async () => {
    const { one, now } = await pending({
      ledger: (offset) => ({
        total: 5000,
        entries: Array.from({ length: 1000 }, (_, index) => row('approved', `other-${offset + index}`)),
      }),
      get: async () => ({
        status: 'approved',
        details: { asset: place.asset, netAmountBaseUnits: 250_000n, recipientAddress: 'wallet-2' },
      }),
    });
    await poll(one, fund);
    expect(one.calls).toEqual(['ledger', 'ledger', 'get']);
    expect((await now()).state).toBe('completed');
  });

  it('compares an existing transaction in full before it believes it', async () => {
    const details = { asset: place.asset, netAmountBaseUnits: 250_000n, recipientAddress: 'wallet-of-somebody-else' };
    const { one, now } = await pending(
      { ledger: () => ({ total: 1, entries: [row('approved')] }), get: async () => ({ status: 'approved', details }) },
      { txId: 'tx-1', status: 'existing' },
    );
    await poll(one, fund);
    expect(await now()).toMatchObject({ state: 'pending', toVerify: true });
    expect(one.alarms).toEqual(['transaction_differs']);
  });

  it('says nothing when somebody else has recorded a change since the question was asked', async () => {
    const { one, now } = await pending({
      ledger: () => ({ total: 1, entries: [row('custody_rejected')] }),
    });
    const { open } = one.store;
    one.store.open = async (group, options) => {
      const page = await open(group, options);
      // Another look, with a newer page, is quicker.
      const current = await now();
      const newer = { status: 'approved', state: 'open' } as const;
      await one.store.replace(current, afterLook(current, newer, one.clock.nowMs(), one.clock.nowMs()));
      return page as never;
    };
    await poll(one, fund);
    expect((await now()).state).toBe('open');
  });

  it('records what the ledger tells before it asks for anything by id', async () => {
    const order: string[] = [];
    const one = desk({
      create: async () => ({ txId: `tx-${one.calls.length}`, status: 'new' }),
      ledger: () => ({ total: 9, entries: [row('approved', 'tx-2')] }),
      get: async () => {
        order.push(`asked while ${(await one.stored(second)).state}`);
        throw new ServerFaultError('down', { status: 503 });
      },
    });
    const first = (await one.ask({}, 'a')).instruction.id;
    const second = (await one.ask({}, 'b')).instruction.id;
    await submitInstruction(one, first);
    await submitInstruction(one, second);
    await poll(one, fund);
    expect(order).toEqual(['asked while completed']);
  });

  it('leaves nobody out for ever when the ledger tells of none', async () => {
    let asked: string[] = [];
    let turn = 0;
    const one = desk({
      create: async () => ({ txId: `tx-${one.calls.length}`, status: 'new' }),
      ledger: () => ({ total: 0, entries: [] }),
    });
    one.random.fraction = () => ((turn++ * 7) % 20) / 20;
    one.api.transfers.get = async (_company, txId) => {
      asked.push(txId);
      return { status: 'pending', details: {} } as never;
    };
    for (let number = 0; number < 24; number++) {
      const { id } = (await one.ask({}, `order-${number}`)).instruction;
      await submitInstruction(one, id);
    }
    for (let round = 0; round < 8; round++) {
      one.pass(60_000);
      await poll(one, fund);
    }
    expect(new Set(asked).size).toBe(24);
    asked = [];
    await poll(one, fund, one.clock.nowMs() + 1_000);
    expect(asked).toEqual([]);
  });

  it('tries again later when the ledger cannot be read', async () => {
    const { one, now } = await pending({
      ledger: () => {
        throw new ServerFaultError('down', { status: 503 });
      },
    });
    await poll(one, fund);
    expect((await now()).state).toBe('pending');
    expect(one.hints.waiting('poll')).toMatchObject([{ id: fund }]);
  });
});

describe('dispatch-due', () => {
  it('brings everything back after all hints were lost, a fund with one hint', async () => {
    const one = desk({ create: async () => ({ txId: `tx-${one.calls.length}`, status: 'new' }) });
    const ids: string[] = [];
    for (const key of ['a', 'b', 'c', 'd']) ids.push((await one.ask({}, key)).instruction.id);
    await submitInstruction(one, ids[0] as string);
    await submitInstruction(one, ids[1] as string);
    one.hints.clear();
    one.pass(60_000);
    await dispatchDue(one);
    const waiting = (route: 'submit' | 'poll' | 'tell') =>
      one.hints
        .waiting(route)
        .map(({ id }) => id)
        .sort();
    expect(waiting('submit')).toEqual([ids[2], ids[3]].sort());
    expect(waiting('poll')).toEqual([fund]);
    expect(waiting('tell')).toEqual([...ids].sort());
  });

  it('says nothing about what is not due', async () => {
    const one = desk();
    await dispatchDue(one);
    expect(one.hints.waiting()).toEqual([]);
  });
});
