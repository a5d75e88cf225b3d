import { describe, expect, it } from 'vitest';
import { kinds } from '../../../../lib/instructions/kinds/index.ts';
import { quote } from '../../../../lib/instructions/kinds/quote.ts';
import { sweep } from '../../../../lib/instructions/kinds/sweep.ts';
import { take, takeRequest } from '../../../../lib/instructions/kinds/take.ts';
import { withdrawal } from '../../../../lib/instructions/kinds/withdrawal.ts';
import { poll } from '../../../../lib/instructions/poll.ts';
import { submitInstruction } from '../../../../lib/instructions/submit.ts';
import { viewOf } from '../../../../lib/instructions/view.ts';
import {
  BadRequestError,
  ConnectionLostError,
  NotConnectedError,
  NotFoundError,
} from '../../../../lib/partner-api/errors.ts';
import { KindWorld, listed, startMs } from './world.ts';

const toWithdraw = { companyId: 'company', walletId: 'btc', address: 'mmEMpkxQ6WQPFiksu', amount: '120000' };
const toSweep = { coreClientId: 'exchange', walletId: 'customer', recipientWalletId: 'btc', amount: '300000' };
const toQuote = {
  companyId: 'company',
  sendWalletId: 'btc',
  receiveWalletId: 'eth',
  sendAmount: '640000',
  receiveAmount: '98000000',
};
const toTake = {
  txId: 'quote-1',
  companyId: 'company',
  sendWalletId: 'eth',
  receiveWalletId: 'btc',
  worstPrice: { sendAmount: '98000000', receiveAmount: '640000' },
};
const made = { txId: 'tx-1', status: 'new' };

describe('a kind of instruction', () => {
  it('is listed once, with a scope of its own', () => {
    expect([...kinds.keys()]).toEqual(['transfer', 'withdrawal', 'sweep', 'quote', 'take']);
    expect(new Set([...kinds.values()].map(({ scope }) => scope)).size).toBe(5);
  });

  it.each([
    [withdrawal, toWithdraw, 'address', "a'; rm -rf ~; '", 'invalid field: address'],
    [withdrawal, toWithdraw, 'amount', '0', 'invalid field: amount'],
    [withdrawal, toWithdraw, 'counterpartyWalletId', 'x', 'unknown field: counterpartyWalletId'],
    [withdrawal, toWithdraw, 'expiresAt', startMs / 1000, 'invalid field: expiresAt (not in the future)'],
    [sweep, toSweep, 'amount', 1.5, 'invalid field: amount'],
    [sweep, toSweep, 'companyId', 'company', 'unknown field: companyId'],
    [quote, toQuote, 'receiveAmount', '-5', 'invalid field: receiveAmount'],
    [quote, toQuote, 'sendAmount', '9223372036854775808', 'invalid field: sendAmount'],
    [quote, toQuote, 'add_to_liquidity_hub', true, 'unknown field: add_to_liquidity_hub'],
    [take, toTake, 'expiresAt', startMs / 1000 + 60, 'unknown field: expiresAt'],
    [take, toTake, 'worstPrice', undefined, 'missing field: worstPrice'],
    [take, toTake, 'worstPrice', { sendAmount: '0', receiveAmount: '1' }, 'invalid field: worstPrice.sendAmount'],
  ])('%# is refused with the field: %s %s', async (kind, body, member, value, reason) => {
    const world = new KindWorld();
    const refusal = await world.refusal(kind as never, { ...body, [member]: value });
    expect(refusal).toEqual([400, reason, reason.replace(/^\w+ field: ([\w.]+).*$/, '$1')]);
    expect(world.store.all()).toEqual([]);
  });

  it.each([
    [withdrawal, { ...toWithdraw, companyId: 'other' }, 'company', 'companyId'],
    [withdrawal, { ...toWithdraw, walletId: 'other' }, 'wallet', 'walletId'],
    [quote, { ...toQuote, sendWalletId: 'other' }, 'wallet', 'sendWalletId'],
    [quote, { ...toQuote, receiveWalletId: 'other' }, 'wallet', 'receiveWalletId'],
    [take, { ...toTake, receiveWalletId: 'other' }, 'wallet', 'receiveWalletId'],
    [sweep, { ...toSweep, coreClientId: 'other' }, 'core client', 'coreClientId'],
    [sweep, { ...toSweep, walletId: 'btc' }, 'wallet', 'walletId'],
    [sweep, { ...toSweep, recipientWalletId: 'eth' }, 'wallet', 'recipientWalletId'],
  ])('%# does not exist for a client that is not bound to it', async (kind, body, reason, field) => {
    expect(await new KindWorld().refusal(kind as never, body)).toEqual([404, reason, field]);
  });
});

describe('a withdrawal', () => {
  it('to an address that is not whitelisted ends failed with the command that whitelists it', async () => {
    const refuse = () => {
      throw new BadRequestError('refused', { status: 400, reason: 'address not whitelisted' });
    };
    const world = new KindWorld({ withdrawals: { create: refuse } });
    const { id } = await world.ask(withdrawal, toWithdraw);
    await submitInstruction(world.worker(), id);
    const { state, reason } = await world.read(id);
    expect(state).toBe('failed');
    expect(reason).toBe(
      'address not whitelisted; to whitelist it: npm run partner-api -- send POST /company/company/fund/fund/whitelist ' +
        `--body '{"name":"a name for it","asset":"BTC","address":"mmEMpkxQ6WQPFiksu"}'`,
    );
  });
});

describe('a sweep', () => {
  it('is looked at by its id, and stands in no group of a fund', async () => {
    const details = { asset: 'BTC', netAmountBaseUnits: 300_000n, recipientAddress: 'btc' };
    const world = new KindWorld({
      sweeps: { create: () => made, get: () => ({ txId: 'tx-1', status: 'approved', details }) },
    });
    const { id } = await world.ask(sweep, toSweep);
    await submitInstruction(world.worker(), id);
    expect((await world.read(id)).index.openIn).toBeUndefined();
    world.nowMs += 2_000;
    await poll(world.worker(), id);
    expect(world.requests).toEqual(['sweeps.create', 'sweeps.get']);
    const view = viewOf(await world.read(id));
    expect(view).toMatchObject({ state: 'completed', coreClientId: 'exchange', walletId: 'customer', asset: 'BTC' });
    expect(view.companyId).toBeUndefined();
  });
});

describe('a take', () => {
  const hub = { list: () => [listed] };

  it('is of the quote in the path, and of no other', () => {
    const { txId: _txId, ...body } = toTake;
    expect(takeRequest(body, 'quote-1')).toEqual(toTake);
    expect(() => takeRequest(toTake, 'quote-2')).toThrow('unknown field: txId');
  });

  it('is asked for when the price is as bad as the client accepts', async () => {
    const world = new KindWorld({ hub, swaps: { take: () => made } });
    const { id } = await world.ask(take, toTake);
    await submitInstruction(world.worker(), id);
    expect(world.requests).toEqual(['hub.list', 'swaps.take']);
    const { state, expiresAtSeconds } = await world.read(id);
    expect([state, expiresAtSeconds]).toEqual(['pending', undefined]);
  });

  it.each([
    ['one unit more to pay', { receiveAmountBaseUnits: 98_000_001n }, 'the price is worse than the worst acceptable'],
    ['one unit less to get', { sendAmountBaseUnits: 639_999n }, 'the price is worse than the worst acceptable'],
    ['another asset to get', { sendAsset: 'USDT' }, 'the quote is about another asset: receiveAsset'],
    ['another asset to pay', { receiveAsset: 'USDT' }, 'the quote is about another asset: asset'],
  ])('of a quote with %s ends failed, and nothing is sent', async (_, changes, reason) => {
    const world = new KindWorld({ hub: { list: () => [{ ...listed, ...changes }] } });
    const { id } = await world.ask(take, toTake);
    await submitInstruction(world.worker(), id);
    expect(world.requests).toEqual(['hub.list']);
    expect(await world.read(id)).toMatchObject({ state: 'failed', reason, attempts: { count: 0 } });
  });

  it('of a better price or another size is asked for: the worst price is a ratio', async () => {
    const half = { ...listed, sendAmountBaseUnits: 320_000n, receiveAmountBaseUnits: 49_000_000n };
    const world = new KindWorld({ hub: { list: () => [half] }, swaps: { take: () => made } });
    const { id } = await world.ask(take, toTake);
    await submitInstruction(world.worker(), id);
    expect((await world.read(id)).state).toBe('pending');
  });

  it('of a quote that is not on the hub looks at the quote itself, and needs it open', async () => {
    const swap = {
      sendAsset: 'BTC',
      sendAmountBaseUnits: 640_000n,
      receiveAsset: 'ETH',
      receiveAmountBaseUnits: 98_000_001n,
    };
    const answers = (status: string, changes = {}) => ({
      hub: { list: () => [] },
      swaps: { get: () => ({ txId: 'quote-1', status, details: {}, swap: { ...swap, ...changes } }), take: () => made },
    });
    const reasonOf = async (world: KindWorld) => {
      const { id } = await world.ask(take, toTake);
      await submitInstruction(world.worker(), id);
      const { state, reason } = await world.read(id);
      return [state, reason];
    };
    expect(await reasonOf(new KindWorld(answers('taker_pending')))).toEqual([
      'failed',
      'the price is worse than the worst acceptable',
    ]);
    expect(await reasonOf(new KindWorld(answers('expired')))).toEqual(['failed', 'swap not available']);
    expect((await reasonOf(new KindWorld(answers('taker_pending', { receiveAmountBaseUnits: 1n }))))[0]).toBe(
      'pending',
    );
    const unknown = () => {
      throw new NotFoundError('none', { status: 404, reason: 'transaction' });
    };
    expect(await reasonOf(new KindWorld({ hub: { list: () => [] }, swaps: { get: unknown } }))).toEqual([
      'failed',
      'swap not available',
    ]);
  });

  it('waits while the price cannot be looked at, and takes nothing unseen', async () => {
    const away = () => {
      throw new NotConnectedError('nobody listens');
    };
    const world = new KindWorld({ hub: { list: away }, swaps: { take: () => made } });
    const { id } = await world.ask(take, toTake);
    for (let minute = 0; minute < 5; minute++) {
      await submitInstruction(world.worker(), id);
      world.nowMs += 60_000;
    }
    expect(world.requests.every((name) => name === 'hub.list')).toBe(true);
    expect(await world.read(id)).toMatchObject({ state: 'accepted', attempts: { count: 0 } });
    world.answers = { hub, swaps: { take: () => made } };
    await submitInstruction(world.worker(), id);
    expect((await world.read(id)).state).toBe('pending');
  });

  it('that could not be looked at for a day is not sent any more', async () => {
    const away = () => {
      throw new NotConnectedError('nobody listens');
    };
    const world = new KindWorld({ hub: { list: away } });
    const { id } = await world.ask(take, toTake);
    await submitInstruction(world.worker(), id);
    world.nowMs += 24 * 3_600_000;
    world.answers = { hub, swaps: { take: () => made } };
    await submitInstruction(world.worker(), id);
    expect((await world.read(id)).state).toBe('expired');
  });

  it('whose answer was lost is asked for again although the quote is gone: it may be gone because we have it', async () => {
    let asked = 0;
    const loseFirst = () => {
      if (asked++ === 0) throw new ConnectionLostError('lost');
      return { txId: 'tx-1', status: 'existing' };
    };
    const world = new KindWorld({ hub, swaps: { take: loseFirst } });
    const { id } = await world.ask(take, toTake);
    await submitInstruction(world.worker(), id);
    world.answers = { hub: { list: () => [] }, swaps: { take: loseFirst } };
    world.nowMs += 60_000;
    await submitInstruction(world.worker(), id);
    expect(world.requests).toEqual(['hub.list', 'swaps.take', 'swaps.take']);
    expect(await world.read(id)).toMatchObject({ state: 'pending', txId: 'tx-1', toVerify: true });
  });

  it('found under our key with a worse price than agreed is an alarm, never completed', async () => {
    let status = 'new';
    const loseFirst = () => {
      if (status === 'new') {
        status = 'existing';
        throw new ConnectionLostError('lost');
      }
      return { txId: 'tx-1', status };
    };
    const swap = {
      sendAsset: 'ETH',
      sendAmountBaseUnits: 98_000_001n,
      receiveAsset: 'BTC',
      receiveAmountBaseUnits: 640_000n,
    };
    const world = new KindWorld({
      hub,
      swaps: { take: loseFirst, getTake: () => ({ txId: 'tx-1', status: 'approved', details: {}, swap }) },
      ledger: { page: () => ({ total: 0, entries: [] }) },
    });
    const { id } = await world.ask(take, toTake);
    await submitInstruction(world.worker(), id);
    world.nowMs += 60_000;
    await submitInstruction(world.worker(), id);
    world.nowMs += 60_000;
    await poll(world.worker(), 'fund:company/fund');
    expect(world.alarms).toContain('transaction_differs');
    expect((await world.read(id)).state).toBe('pending');
  });
});

describe('a quote', () => {
  it('is never put on the hub by being made, and always has a reference', async () => {
    const asked: unknown[] = [];
    const make = (...args: unknown[]) => {
      asked.push(args[1]);
      return made;
    };
    const world = new KindWorld({ swaps: { make } });
    const { id } = await world.ask(quote, toQuote);
    await submitInstruction(world.worker(), id);
    expect(asked).toMatchObject([{ addToLiquidityHub: false, reference: id, partnerTxId: id }]);
  });

  it('may go to and fro between a taker and none for ever, and still has room for its end', async () => {
    let status = 'taker_pending';
    const row = () => ({ txId: 'tx-1', status, asset: 'BTC', netAmountBaseUnits: 640_000n });
    const world = new KindWorld({
      swaps: { make: () => made },
      ledger: { page: () => ({ total: 1, entries: [row()] }) },
    });
    const { id } = await world.ask(quote, { ...toQuote, expiresAt: startMs / 1000 + 100_000 });
    await submitInstruction(world.worker(), id);
    for (let turn = 0; turn < 100; turn++) {
      status = turn % 2 === 0 ? 'taker_pending' : 'taker_approved';
      world.nowMs += 20_000;
      await poll(world.worker(), 'fund:company/fund');
    }
    expect((await world.read(id)).history.length).toBeLessThan(32);
    status = 'approved';
    world.nowMs += 20_000;
    await poll(world.worker(), 'fund:company/fund');
    const { state, history } = await world.read(id);
    expect([state, history.at(-1)?.state]).toEqual(['completed', 'completed']);
  });
});
