import { describe, expect, it } from 'vitest';
import { cancelInstruction } from '../../../../lib/instructions/cancel.ts';
import { quote } from '../../../../lib/instructions/kinds/quote.ts';
import { transfer } from '../../../../lib/instructions/kinds/transfer.ts';
import { poll } from '../../../../lib/instructions/poll.ts';
import { submitInstruction } from '../../../../lib/instructions/submit.ts';
import { BadRequestError, ConnectionLostError, NotConnectedError } from '../../../../lib/partner-api/errors.ts';
import { KindWorld, startMs } from './world.ts';

const toQuote = {
  companyId: 'company',
  sendWalletId: 'btc',
  receiveWalletId: 'eth',
  sendAmount: '640000',
  receiveAmount: '98000000',
  expiresAt: startMs / 1000 + 86_400,
};
const toTransfer = { companyId: 'company', walletId: 'btc', counterpartyWalletId: 'x', amount: '1' };

/** A world with one quote at the Partner API, and how the service feels about it. */
function withQuote() {
  const service = { status: 'taker_pending', takeIsOpen: false, losesAnswers: 0 };
  const world = new KindWorld({
    swaps: {
      make: () => ({ txId: 'tx-1', status: 'new' }),
      get: () => ({ txId: 'tx-1', status: service.status, details: { asset: 'BTC' } }),
      cancel: () => {
        const isOpen = service.status === 'taker_pending' && !service.takeIsOpen;
        if (!isOpen) throw new BadRequestError('no', { status: 400, reason: 'swap not available' });
        service.status = 'initiate_rejected';
        if (service.losesAnswers-- > 0) throw new ConnectionLostError('lost');
      },
    },
    transfers: { create: () => ({ txId: 'tx-2', status: 'new' }) },
    ledger: { page: () => ({ total: 1, entries: [{ txId: 'tx-1', status: service.status, asset: 'BTC' }] }) },
  });
  return { world, service };
}

async function openQuote() {
  const { world, service } = withQuote();
  const { id } = await world.ask(quote, toQuote);
  await submitInstruction(world.worker(), id);
  world.nowMs += 5_000;
  await poll(world.worker(), 'fund:company/fund');
  expect((await world.read(id)).state).toBe('open');
  return { world, service, id };
}

describe('calling off', () => {
  it('before submission is certain, and nothing is ever sent', async () => {
    const { world } = withQuote();
    const { id } = await world.ask(quote, toQuote);
    expect((await cancelInstruction(world.worker(), 'desk', id)).state).toBe('cancelled');
    await submitInstruction(world.worker(), id);
    expect(world.requests).toEqual([]);
  });

  it('an open quote stores the wish, and a worker cancels it at the Partner API', async () => {
    const { world, id } = await openQuote();
    const wished = await cancelInstruction(world.worker(), 'desk', id);
    expect([wished.state, wished.cancelAskedAtMs]).toEqual(['open', world.nowMs]);
    const again = await cancelInstruction(world.worker(), 'desk', id);
    expect(again.version).toBe(wished.version);
    await submitInstruction(world.worker(), id);
    expect(await world.read(id)).toMatchObject({ state: 'cancelled', status: 'initiate_rejected' });
  });

  it('looks at the status when the answer is lost', async () => {
    const { world, service, id } = await openQuote();
    service.losesAnswers = 1;
    await cancelInstruction(world.worker(), 'desk', id);
    await submitInstruction(world.worker(), id);
    expect((await world.read(id)).state).toBe('cancelled');
    expect(world.requests.filter((name) => name === 'swaps.cancel')).toHaveLength(1);
  });

  it('waits while a take is open, and is done once that has come to nothing', async () => {
    const { world, service, id } = await openQuote();
    service.takeIsOpen = true;
    await cancelInstruction(world.worker(), 'desk', id);
    for (let turn = 0; turn < 5; turn++) {
      await submitInstruction(world.worker(), id);
      world.nowMs += 60_000;
    }
    expect(await world.read(id)).toMatchObject({ state: 'open', work: 'submit' });
    service.takeIsOpen = false;
    await submitInstruction(world.worker(), id);
    expect((await world.read(id)).state).toBe('cancelled');
  });

  it('comes too late for a quote that was taken', async () => {
    const { world, service, id } = await openQuote();
    service.takeIsOpen = true;
    await cancelInstruction(world.worker(), 'desk', id);
    await submitInstruction(world.worker(), id);
    service.status = 'approved';
    world.nowMs += 60_000;
    await submitInstruction(world.worker(), id);
    expect((await world.read(id)).state).toBe('completed');
    await expect(cancelInstruction(world.worker(), 'desk', id)).rejects.toMatchObject({ status: 409 });
  });

  it('while an attempt may have acted is a wish for a quote, and is carried out once the transaction is known', async () => {
    const { world } = withQuote();
    let isLost = true;
    const { make } = world.answers['swaps'] as { make: () => unknown };
    (world.answers['swaps'] as Record<string, unknown>)['make'] = () => {
      if (!isLost) return make();
      isLost = false;
      throw new ConnectionLostError('lost');
    };
    const { id } = await world.ask(quote, toQuote);
    await submitInstruction(world.worker(), id);
    expect((await cancelInstruction(world.worker(), 'desk', id)).state).toBe('submitting');
    world.nowMs += 60_000;
    await submitInstruction(world.worker(), id);
    await submitInstruction(world.worker(), id);
    expect((await world.read(id)).state).toBe('cancelled');
  });

  it('is certain after all when the attempt under way turns out not to have been sent', async () => {
    const { world } = withQuote();
    const { id } = await world.ask(quote, toQuote);
    (world.answers['swaps'] as Record<string, unknown>)['make'] = async () => {
      await cancelInstruction(world.worker(), 'desk', id);
      throw new NotConnectedError('nobody listens');
    };
    await submitInstruction(world.worker(), id);
    expect((await world.read(id)).cancelAskedAtMs).toBeDefined();
    world.nowMs += 60_000;
    await submitInstruction(world.worker(), id);
    expect((await world.read(id)).state).toBe('cancelled');
    expect(world.requests).toEqual(['swaps.make']);
  });

  it('a transfer that was sent is refused with its state, and stores no wish', async () => {
    const { world } = withQuote();
    const { id } = await world.ask(transfer, toTransfer);
    await submitInstruction(world.worker(), id);
    const refused = cancelInstruction(world.worker(), 'desk', id);
    await expect(refused).rejects.toMatchObject({ status: 409, reason: 'not cancellable: pending' });
    expect((await world.read(id)).cancelAskedAtMs).toBeUndefined();
  });

  it("somebody else's is a 404, whatever its state", async () => {
    const { world, id } = await openQuote();
    await expect(cancelInstruction(world.worker(), 'other', id)).rejects.toMatchObject({ status: 404 });
    expect((await world.read(id)).cancelAskedAtMs).toBeUndefined();
  });
});
