import { beforeEach, describe, expect, it } from 'vitest';
import type { ItemStore, Reporter } from '../../../lib/instructions/ports.ts';
import type { Instruction } from '../../../lib/instructions/record.ts';
import { runStanding, type StandingInstruction, type StandingOffice } from '../../../lib/standing/run.ts';
import { memoryHints } from '../../support/memory-hints.ts';
import { type MemoryStore, memoryStore } from '../../support/memory-store.ts';

const place = { companyId: 'company', fundId: 'fund', walletId: 'btc', asset: 'BTC-TESTNET' };
const rent: StandingInstruction = {
  name: 'rent',
  client: 'desk',
  kind: 'transfer',
  body: { companyId: 'company', walletId: 'btc', counterpartyWalletId: 'landlord', amount: '250000' },
  schedule: 'cron(0 9 * * ? *)',
  timeZone: 'Europe/Berlin',
  lifetimeSeconds: 7200,
};

let nowMs: number;
let store: MemoryStore;
let alarms: string[];
let office: StandingOffice;
beforeEach(() => {
  let ids = 0;
  const random = { id: () => `w${ids++}`, fraction: () => 0 };
  const clock = { nowMs: () => nowMs };
  store = memoryStore(random);
  alarms = [];
  const report: Reporter = {
    info: () => {},
    warn: () => {},
    count: () => {},
    duration: () => {},
    alarm: (reason) => alarms.push(reason),
  };
  const hints = memoryHints(clock);
  const clientOf = (id: string) => (id === 'desk' ? { id, bindings: [place] } : undefined);
  office = { stage: 'test', store, hints, clock, random, report, standing: [rent], clientOf };
});

const runAt = async (moment: string, changes: Partial<StandingOffice> = {}) => {
  nowMs = Date.parse(moment);
  await runStanding({ ...office, ...changes });
};
const made = () => store.all<Instruction>().filter((item) => item.subject === 'instruction');
const told = () => made().map(({ key, state, reason }) => [key, state, reason ?? '']);
const end = async (instruction: Instruction | undefined) => {
  if (instruction === undefined) throw new Error('nothing to end');
  const { work: _work, workAtMs: _workAt, ...rest } = instruction;
  await store.replace<Instruction>(instruction, { ...rest, state: 'completed' });
};
const day = (date: number, time: string) => `2026-07-0${date}T${time}Z`;
const key = (date: number) => `rent/2026-07-0${date}T07:00:00.000Z`;

describe('a standing instruction', () => {
  beforeEach(() => runAt(day(1, '06:59:30')));

  it('is carried out once for each due time, however often the schedule fires', async () => {
    for (const time of ['07:00:00', '07:00:00', '07:00:30', '07:01:00', '07:30:00', '07:59:59', '08:30:00']) {
      await runAt(day(1, time));
    }
    expect(told()).toEqual([[key(1), 'accepted', '']]);
    expect(made()[0]).toMatchObject({ source: 'schedule', client: 'desk', work: 'submit' });
    expect(made()[0]?.expiresAtSeconds).toBe(Date.parse(day(1, '07:00:00')) / 1000 + 7200);
  });

  it('makes one instruction when many run at the same moment', async () => {
    await Promise.all(Array.from({ length: 8 }, () => runAt(day(1, '07:00:10'))));
    expect(told()).toEqual([[key(1), 'accepted', '']]);
  });

  it('is skipped while the previous one is open, and the skip is that very record', async () => {
    await runAt(day(1, '07:00:05'));
    await runAt(day(2, '07:00:05'));
    await runAt(day(2, '07:20:05'));
    expect(told()).toEqual([
      [key(1), 'accepted', ''],
      [key(2), 'cancelled', 'the previous one is accepted'],
    ]);
    const skipped = made()[1];
    expect(skipped?.history).toEqual([
      { state: 'cancelled', atMs: expect.any(Number), reason: 'the previous one is accepted' },
    ]);
    expect(skipped?.tellAtMs).toBeDefined();
    expect(skipped?.work).toBeUndefined();

    await end(made()[0]);
    await runAt(day(2, '07:40:05'));
    expect(told()).toHaveLength(2);
    await runAt(day(3, '07:00:05'));
    expect(told()[2]).toEqual([key(3), 'accepted', '']);
  });

  it('looks past a skipped one at the one that is still open', async () => {
    for (const date of [1, 2, 3]) await runAt(day(date, '07:00:05'));
    expect(told().map(([, state]) => state)).toEqual(['accepted', 'cancelled', 'cancelled']);
  });

  it('makes up for a missed time under an hour ago, and never for an older one', async () => {
    await runAt(day(1, '07:59:59'));
    expect(told()).toEqual([[key(1), 'accepted', '']]);
    await end(made()[0]);
    await runAt(day(2, '08:00:00'));
    expect(told()).toHaveLength(1);
  });

  it('is stored as missed when a run comes after its lifetime, once and without an alarm', async () => {
    const short = { ...rent, lifetimeSeconds: 120 };
    for (const time of ['07:01:55', '07:02:00', '07:03:00', '07:30:00'])
      await runAt(day(1, time), { standing: [short] });
    expect(told()).toEqual([[key(1), 'cancelled', 'missed']]);
    expect(made()[0]).toMatchObject({
      history: [{ state: 'cancelled', reason: 'missed' }],
      tellAtMs: expect.any(Number),
    });
    expect(made()[0]?.work).toBeUndefined();
    expect(alarms).toEqual([]);
    await runAt(day(2, '07:01:54'), { standing: [short] });
    expect(told()[1]).toEqual([key(2), 'accepted', '']);
  });

  it('is stored as missed when a run died right before it made it, and the next one comes too late', async () => {
    const short = { ...rent, lifetimeSeconds: 120 };
    const create: ItemStore['create'] = async (draft) => {
      if (!draft.id.startsWith('standing/')) throw new Error('died');
      return store.create(draft);
    };
    await runAt(day(1, '07:01:00'), { standing: [short], store: { ...store, create } });
    expect(told()).toEqual([]);
    await runAt(day(1, '07:20:00'), { standing: [short] });
    expect(told()).toEqual([[key(1), 'cancelled', 'missed']]);
    await runAt(day(2, '07:00:10'), { standing: [short] });
    expect(told()[1]).toEqual([key(2), 'accepted', '']);
  });

  it('runs only the latest of several missed times', async () => {
    const often = { ...rent, name: 'often', schedule: 'cron(0/10 * * * ? *)' };
    await runAt(day(1, '07:00:01'), { standing: [often] });
    await end(made()[0]);
    await runAt(day(1, '07:45:00'), { standing: [often] });
    expect(told().map(([name]) => name)).toEqual(['often/2026-07-01T07:00:00.000Z', 'often/2026-07-01T07:40:00.000Z']);
  });

  it('alarms when its client may not do this (any more), and lets the others run', async () => {
    const bad = { ...rent, name: 'bad', body: { ...rent.body, walletId: 'not bound' } };
    const good = { ...rent, name: 'good' };
    await runAt(day(1, '07:00:05'), { standing: [bad, good] });
    expect(alarms).toEqual(['standing_instruction_refused']);
    expect(told().map(([name]) => name)).toEqual(['good/2026-07-01T07:00:00.000Z']);
  });
});

describe('a new standing instruction', () => {
  it('begins with its next due time, not with one before it was known', async () => {
    await runAt(day(1, '07:30:00'));
    await runAt(day(1, '07:31:00'));
    expect(told()).toEqual([]);
    await runAt(day(2, '07:00:30'));
    expect(told()).toEqual([[key(2), 'accepted', '']]);
  });

  it('runs when it was installed right before its first due time', async () => {
    await runAt(day(1, '07:01:10'));
    expect(told()).toEqual([[key(1), 'accepted', '']]);
  });

  it('is what another schedule makes of an old one', async () => {
    await runAt(day(1, '07:00:05'));
    const earlier = { ...rent, schedule: 'cron(30 8 * * ? *)' };
    await runAt(day(2, '06:50:00'), { standing: [earlier] });
    await runAt(day(2, '06:51:00'), { standing: [earlier] });
    expect(told()).toHaveLength(1);
    // The one that began under the former schedule is still open.
    await runAt(day(3, '06:30:05'), { standing: [earlier] });
    expect(told()[1]).toEqual(['rent/2026-07-03T06:30:00.000Z', 'cancelled', 'the previous one is accepted']);
  });

  it('is not carried out a second time on the day on which its schedule changes', async () => {
    await runAt(day(1, '07:00:05'));
    await end(made()[0]);
    const later = { ...rent, schedule: 'cron(1 9 * * ? *)' };
    for (const time of ['07:02:00', '07:03:00', '07:59:00']) await runAt(day(1, time), { standing: [later] });
    expect(told()).toHaveLength(1);
    await runAt(day(2, '07:01:10'), { standing: [later] });
    expect(told()[1]).toEqual(['rent/2026-07-02T07:01:00.000Z', 'accepted', '']);
  });
});

describe('a run that breaks off', () => {
  const writes = ['create', 'replace', 'get'] as const;

  /** The store, dying before or after its nth call. */
  function dying(at: number, after: boolean): ItemStore {
    let calls = 0;
    const wrapped = { ...store } as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
    for (const name of writes) {
      const effect = (store[name] as (...args: unknown[]) => Promise<unknown>).bind(store);
      wrapped[name] = async (...args) => {
        const dies = calls++ === at;
        if (dies && !after) throw new Error('died before');
        const result = await effect(...args);
        if (dies) throw new Error('died after');
        return result;
      };
    }
    return wrapped as unknown as ItemStore;
  }

  it.each(
    Array.from({ length: 8 }, (_, at) => [at, false] as const).flatMap(
      ([at]) =>
        [
          [at, false],
          [at, true],
        ] as const,
    ),
  )('at its call %i (afterwards: %s) leaves one instruction per due time all the same', async (at, after) => {
    await runAt(day(1, '06:59:30'));
    await runAt(day(1, '07:00:05'), { store: dying(at, after) });
    await runAt(day(1, '07:01:05'));
    expect(told()).toEqual([[key(1), 'accepted', '']]);
    await end(made()[0]);
    await runAt(day(2, '07:00:05'), { store: dying(at, after) });
    await runAt(day(2, '07:01:05'));
    expect(told().slice(1)).toEqual([[key(2), 'accepted', '']]);
  });

  it('makes sure that nobody makes the one it left behind, before it makes the next', async () => {
    await runAt(day(1, '06:59:30'));
    // Dies between the pointer and the instruction: get pointer, get instruction, write pointer, die.
    await runAt(day(1, '07:00:05'), { store: dying(2, true) });
    expect(told()).toEqual([]);
    await runAt(day(2, '07:00:05'));
    expect(told()).toEqual([
      [key(1), 'cancelled', 'missed'],
      [key(2), 'accepted', ''],
    ]);
  });
});
