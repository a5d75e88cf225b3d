import { describe, expect, it } from 'vitest';
import { readControl, setControl } from '../../../lib/instructions/control.ts';
import { enter } from '../../../lib/instructions/machine.ts';
import { type Instruction, indexed } from '../../../lib/instructions/record.ts';
import { submitInstruction } from '../../../lib/instructions/submit.ts';
import { noteTransaction } from '../../../lib/instructions/transactions.ts';
import { findInstructions, findSubject, overdueSubjects } from '../../../lib/operations/find.ts';
import { hintAt } from '../../../lib/operations/hint.ts';
import { resume, stop } from '../../../lib/operations/stop.ts';
import { waitsOf } from '../../../lib/operations/waiting.ts';
import { type Desk, desk, startMs } from '../instructions/desk.ts';

const minuteMs = 60_000;

async function put(one: Desk, id: string, next: (current: Instruction) => Instruction): Promise<Instruction> {
  const current = await one.stored(id);
  return (await one.store.replace<Instruction>(current, indexed(next(current), true))) as Instruction;
}

describe('the stop button of an operator', () => {
  it('adds to what is stopped, and takes back just what it is told to', async () => {
    const one = desk();
    await stop(one, { client: 'a' }, 'first', 'nina');
    await stop(one, { strategy: 's' }, 'second', 'nina');
    await stop(one, { all: true }, 'third', 'nina');
    expect(await readControl(one.store)).toMatchObject({
      stopAll: true,
      stoppedClients: ['a'],
      stoppedStrategies: ['s'],
      reason: 'third',
      changedBy: 'nina',
    });
    await resume(one, { all: true }, undefined, 'otto');
    expect(await readControl(one.store)).toMatchObject({ stopAll: false, stoppedClients: ['a'], reason: 'third' });
    await resume(one, { client: 'a' }, 'the drill is over', 'otto');
    await resume(one, { strategy: 's' }, undefined, 'otto');
    expect(await readControl(one.store)).toMatchObject({
      stoppedClients: [],
      stoppedStrategies: [],
      reason: '',
      changedBy: 'otto',
    });
  });

  it('names a client once however often it is stopped, and refuses to release what is not stopped', async () => {
    const one = desk();
    await stop(one, { client: 'a' }, 'first', 'nina');
    await stop(one, { client: 'a' }, 'again', 'nina');
    expect((await readControl(one.store)).stoppedClients).toEqual(['a']);
    await expect(resume(one, { client: 'b' }, undefined, 'nina')).rejects.toMatchObject({
      status: 404,
      field: 'client',
    });
    await expect(resume(one, { all: true }, undefined, 'nina')).rejects.toMatchObject({ status: 404, field: 'all' });
    await expect(stop(one, { client: '' }, 'no name', 'nina')).rejects.toMatchObject({ status: 400 });
  });

  it('loses nothing that somebody else stops at the same moment', async () => {
    const one = desk();
    await setControl(one, {}, 'somebody');
    const { replace } = one.store;
    let others = 3;
    const store = {
      ...one.store,
      replace: async (...args: Parameters<typeof replace>) => {
        if (others-- > 0) {
          const { stoppedClients } = await readControl(one.store);
          await setControl(one, { stoppedClients: [...stoppedClients, `other-${others}`] }, 'somebody');
        }
        return await replace(...args);
      },
    } as typeof one.store;
    await stop({ ...one, store }, { client: 'mine' }, 'in a hurry', 'nina');
    expect((await readControl(one.store)).stoppedClients).toEqual(['other-2', 'other-1', 'other-0', 'mine']);
  });

  it('holds the next claim', async () => {
    const one = desk();
    const { instruction } = await one.ask();
    await stop(one, { client: 'desk' }, 'a drill', 'nina');
    await submitInstruction(one, instruction.id);
    expect(one.calls).toEqual([]);
    const held = await one.stored(instruction.id);
    expect(held).toMatchObject({ state: 'accepted', reason: 'stopped' });
    expect(waitsOf(held)[0]).toMatchObject({
      for: expect.stringContaining('desk being told'),
      worker: 'deliver-webhook',
    });
    expect(waitsOf(held)[1]).toMatchObject({
      for: 'the stop button to be released',
      worker: 'submit-instruction',
      reason: 'stopped',
    });
  });
});

describe('what an operator finds', () => {
  it('finds a subject by its id and an instruction by its transaction', async () => {
    const one = desk();
    const { instruction } = await one.ask();
    await put(one, instruction.id, (current) =>
      enter(enter(current, 'submitting', startMs), 'pending', startMs, { txId: 'tx-1' }),
    );
    await noteTransaction(one.store, 'tx-1', instruction.id);
    expect((await findSubject(one.store, instruction.id)).id).toBe(instruction.id);
    expect((await findSubject(one.store, 'tx-1')).id).toBe(instruction.id);
    await setControl(one, {}, 'nina');
    for (const nothing of ['tx-2', 'control', ''])
      await expect(findSubject(one.store, nothing)).rejects.toMatchObject({ status: 404, field: 'id' });
  });

  it('finds what is overdue, the oldest first, with what it waits for and nothing that is not', async () => {
    const one = desk();
    const first = (await one.ask({}, 'first')).instruction;
    one.pass(3 * minuteMs);
    const second = (await one.ask({}, 'second')).instruction;
    one.pass(10 * minuteMs);
    const third = (await one.ask({}, 'third')).instruction;
    await put(one, second.id, (current) => ({
      ...current,
      telling: { main: { announced: 0, failures: 4, nextAtMs: one.clock.nowMs() + minuteMs } },
      tellAtMs: one.clock.nowMs() + minuteMs,
    }));
    const found = await overdueSubjects(one, { olderThanMs: 5 * minuteMs, limit: 10 });
    expect(found.map(({ subject, overdueMs }) => [subject.id, overdueMs])).toEqual([
      [first.id, 13 * minuteMs],
      [second.id, 10 * minuteMs],
    ]);
    expect(found[1]?.waits).toEqual([
      { for: 'being sent to the Partner API', worker: 'submit-instruction', dueAtMs: startMs + 3 * minuteMs },
    ]);
    one.pass(minuteMs);
    const [, later] = await overdueSubjects(one, { olderThanMs: 5 * minuteMs, limit: 10 });
    expect(later?.waits[1]).toEqual({
      for: 'desk/main being told of accepted (0)',
      worker: 'deliver-webhook',
      dueAtMs: startMs + 14 * minuteMs,
      reason: 'failed 4 times',
    });
    expect(await overdueSubjects(one, { olderThanMs: 5 * minuteMs, limit: 1 })).toHaveLength(1);
    expect(found.map(({ subject }) => subject.id)).not.toContain(third.id);
  });

  it('leaves out what has moved on since the index said it was due', async () => {
    const one = desk();
    const { instruction } = await one.ask();
    one.pass(10 * minuteMs);
    const due = await one.store.due(one.clock.nowMs(), 10);
    await put(one, instruction.id, (current) => ({
      ...current,
      workAtMs: one.clock.nowMs(),
      tellAtMs: one.clock.nowMs(),
    }));
    const stale = { ...one.store, due: async () => due } as typeof one.store;
    expect(await overdueSubjects({ ...one, store: stale }, { olderThanMs: minuteMs, limit: 10 })).toEqual([]);
  });

  it('lists the instructions of several clients as one, newest first', async () => {
    const one = desk();
    const ids: string[] = [];
    for (let place = 0; place < 6; place++) {
      const { instruction } = await one.ask({}, `order-${place}`);
      ids.unshift(instruction.id);
      if (place % 2 === 0)
        await one.store.replace(await one.stored(instruction.id), indexed({ ...instruction, client: 'other' }, true));
      one.pass(1_000);
    }
    const both = await findInstructions(one.store, ['desk', 'other'], { limit: 4 });
    expect(both.instructions.map(({ id }) => id)).toEqual(ids.slice(0, 4));
    expect(both.more).toBe(true);
    const page = await findInstructions(one.store, ['desk'], { limit: 2 });
    const rest = await findInstructions(one.store, ['desk'], { limit: 2, cursor: page.cursor as string });
    expect([...page.instructions, ...rest.instructions].map(({ client }) => client)).toEqual(['desk', 'desk', 'desk']);
    expect(rest).toMatchObject({ more: false });
    expect((await findInstructions(one.store, ['desk'], { limit: 9, state: 'pending' })).instructions).toEqual([]);
    await expect(findInstructions(one.store, ['desk'], { limit: 9, state: 'lost' })).rejects.toMatchObject({
      status: 400,
      field: 'state',
    });
  });
});

describe('a hint by hand', () => {
  it('goes to the worker of what is left to do, and to the one that tells', async () => {
    const one = desk();
    const { instruction } = await one.ask();
    one.hints.clear();
    expect(await hintAt(one, instruction.id)).toEqual([
      { route: 'submit', id: instruction.id, dueAtMs: startMs },
      { route: 'tell', id: instruction.id, dueAtMs: startMs },
    ]);
    expect(one.hints.waiting().map(({ route }) => route)).toEqual(['submit', 'tell']);
  });

  it('names the fund of an open transaction, and takes funds and strategies themselves', async () => {
    const one = desk();
    const { instruction } = await one.ask();
    await put(one, instruction.id, (current) => {
      const pending = enter(enter(current, 'submitting', startMs), 'pending', startMs, { txId: 'tx-1' });
      const { tellAtMs: _told, ...told } = { ...pending, work: 'poll' as const, workAtMs: startMs };
      return told;
    });
    expect(await hintAt(one, instruction.id)).toEqual([{ route: 'poll', id: 'fund:company-1/fund-1' }]);
    expect(await hintAt(one, 'fund:company-1/fund-1')).toEqual([{ route: 'poll', id: 'fund:company-1/fund-1' }]);
    expect(await hintAt(one, 'strategy/btc-eth')).toEqual([{ route: 'quote', id: 'strategy/btc-eth' }]);
  });

  it('is refused where nothing is left to do', async () => {
    const one = desk();
    const { instruction } = await one.ask();
    await put(one, instruction.id, (current) => {
      const { tellAtMs: _told, ...told } = enter(current, 'cancelled', startMs);
      return told;
    });
    await expect(hintAt(one, instruction.id)).rejects.toMatchObject({ status: 409, field: 'id' });
    await expect(hintAt(one, 'nothing')).rejects.toMatchObject({ status: 404, field: 'id' });
    expect(one.hints.waiting('poll')).toEqual([]);
  });
});
