import { describe, expect, it } from 'vitest';
import { cancelInstruction } from '../../../lib/instructions/cancel.ts';
import { readControl, setControl } from '../../../lib/instructions/control.ts';
import { getInstruction, listInstructions } from '../../../lib/instructions/read.ts';
import { viewOf } from '../../../lib/instructions/view.ts';
import { desk, startMs } from './desk.ts';

/** Five transfers, a second apart, the third one cancelled. */
async function five() {
  const one = desk();
  const ids: string[] = [];
  for (let number = 0; number < 5; number++) {
    ids.push((await one.ask({ reference: `r${number}` }, `order-${number}`)).instruction.id);
    one.pass(1000);
  }
  await cancelInstruction(one, 'desk', ids[2] as string);
  return { one, ids };
}

describe('reading', () => {
  it('shows a client its own and nobody else', async () => {
    const { one, ids } = await five();
    expect((await getInstruction(one, 'desk', ids[0] as string)).id).toBe(ids[0]);
    for (const [client, id] of [
      ['another', ids[0]],
      ['desk', 'no-such-id'],
      ['desk', 'control'],
    ] as const) {
      await setControl(one, {}, 'operator').catch(() => {});
      await expect(getInstruction(one, client, id as string)).rejects.toMatchObject({ status: 404, field: 'id' });
    }
    expect((await listInstructions(one, 'another', {})).items).toEqual([]);
  });

  it('lists the newest first, page by page, without a gap or a repetition', async () => {
    const { one, ids } = await five();
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listInstructions(one, 'desk', { limit: '2', ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(seen).toEqual([...ids].reverse());
  });

  it('filters by state and kind', async () => {
    const { one, ids } = await five();
    const listed = async (query: object) => (await listInstructions(one, 'desk', query)).items.map(({ id }) => id);
    expect(await listed({ state: 'cancelled' })).toEqual([ids[2]]);
    expect(await listed({ state: 'accepted', kind: 'transfer' })).toHaveLength(4);
    expect(await listed({ kind: 'withdrawal' })).toEqual([]);
  });

  it.each([
    ['state', { state: 'done' }],
    ['kind', { kind: 'gift' }],
    ['limit', { limit: '0' }],
    ['limit', { limit: '201' }],
    ['limit', { limit: 'all' }],
    ['cursor', { cursor: 'abc' }],
    ['sort', { sort: 'amount' }],
  ])('names the parameter that is wrong: %s %o', async (field, query) => {
    await expect(listInstructions(desk(), 'desk', query as object)).rejects.toMatchObject({ status: 400, field });
  });

  it('shows amounts as text and moments in ISO 8601', async () => {
    const { instruction } = await desk().ask();
    expect(viewOf(instruction)).toEqual({
      id: instruction.id,
      kind: 'transfer',
      state: 'accepted',
      companyId: 'company-1',
      fundId: 'fund-1',
      walletId: 'wallet-1',
      asset: 'BTC-TESTNET',
      counterpartyWalletId: 'wallet-2',
      amount: '250000',
      expiresAt: new Date((Math.floor(startMs / 1000) + 86_400) * 1000).toISOString(),
      createdAt: new Date(startMs).toISOString(),
      updatedAt: new Date(startMs).toISOString(),
      attempts: 0,
      history: [{ sequence: 0, state: 'accepted', at: new Date(startMs).toISOString() }],
    });
  });
});

describe('cancelling', () => {
  it('is for the client whose it is, and can be asked for again', async () => {
    const one = desk();
    const { id } = (await one.ask()).instruction;
    await expect(cancelInstruction(one, 'another', id)).rejects.toMatchObject({ status: 404 });
    const cancelled = await cancelInstruction(one, 'desk', id);
    expect(cancelled.state).toBe('cancelled');
    expect(await cancelInstruction(one, 'desk', id)).toEqual(cancelled);
  });
});

describe('the stop button', () => {
  it('is off until somebody presses it, and says who did', async () => {
    const one = desk();
    expect(await readControl(one.store)).toMatchObject({ stopAll: false, version: 0 });
    await setControl(one, { stopAll: true, reason: 'drill' }, 'ops@desk');
    expect(await readControl(one.store)).toMatchObject({ stopAll: true, reason: 'drill', changedBy: 'ops@desk' });
    await setControl(one, {}, 'ops@desk');
    expect(await readControl(one.store)).toMatchObject({ stopAll: false });
  });

  it('tells one of two operators who change it at the same moment', async () => {
    const one = desk();
    const both = await Promise.allSettled([
      setControl(one, { stopAll: true }, 'one'),
      setControl(one, { stopAll: false }, 'two'),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it.each([
    ['stopAll', { stopAll: 'yes' }],
    ['stopClients', { stopClients: [] }],
    ['stoppedClients[0]', { stoppedClients: [1] }],
  ])('names what is wrong: %s', async (field, body) => {
    await expect(setControl(desk(), body, 'ops')).rejects.toMatchObject({ status: 400, field });
  });
});
