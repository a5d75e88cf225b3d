import { describe, expect, it } from 'vitest';
import type { Kind } from '../../../../lib/instructions/kinds/kind.ts';
import { quote } from '../../../../lib/instructions/kinds/quote.ts';
import { sweep } from '../../../../lib/instructions/kinds/sweep.ts';
import { take } from '../../../../lib/instructions/kinds/take.ts';
import { transfer } from '../../../../lib/instructions/kinds/transfer.ts';
import { withdrawal } from '../../../../lib/instructions/kinds/withdrawal.ts';
import { poll } from '../../../../lib/instructions/poll.ts';
import { submitInstruction } from '../../../../lib/instructions/submit.ts';
import { KindWorld, listed } from './world.ts';

const amount = '640000';
const toTransfer = { companyId: 'company', walletId: 'btc', counterpartyWalletId: 'theirs', amount };
const toWithdraw = { companyId: 'company', walletId: 'btc', address: 'mmEMpkxQ6WQPFiksu', amount };
const toSweep = { coreClientId: 'exchange', walletId: 'customer', recipientWalletId: 'btc', amount };
const btc = { amount, walletId: 'btc' };
const eth = { amount: '98000000', walletId: 'eth' };
const toQuote = {
  companyId: 'company',
  sendWalletId: btc.walletId,
  sendAmount: btc.amount,
  receiveWalletId: eth.walletId,
  receiveAmount: eth.amount,
};
const toTake = {
  txId: 'quote-1',
  companyId: 'company',
  sendWalletId: eth.walletId,
  receiveWalletId: btc.walletId,
  worstPrice: { sendAmount: eth.amount, receiveAmount: btc.amount },
};

/** What the Partner API tells of a movement. */
function movement(changes: object) {
  return { details: { asset: 'BTC', netAmountBaseUnits: 640_000n, fundId: 'fund', ...changes } };
}

const transferred = (changes: object = {}) => movement({ recipientAddress: 'theirs', ...changes });
const withdrawn = (changes: object = {}) => movement({ recipientAddress: toWithdraw.address, ...changes });
const swept = (changes: object = {}) =>
  movement({ fundId: 'the customer’s', walletId: 'customer', recipientAddress: 'btc', ...changes });

/** What it tells of a swap, from the side that pays ETH or BTC. */
const quoted = (changes: object = {}, details: object = {}) => ({
  details,
  swap: { ...listed, sendWalletId: 'btc', receiveWalletId: 'eth', ...changes },
});
const taken = (changes: object = {}) => ({
  details: { fundId: 'fund' },
  swap: {
    sendAsset: 'ETH',
    sendAmountBaseUnits: 98_000_000n,
    receiveAsset: 'BTC',
    receiveAmountBaseUnits: 640_000n,
    sendWalletId: 'eth',
    receiveWalletId: 'btc',
    ...changes,
  },
});

/** What becomes of an instruction whose key already had a transaction, of which the Partner API tells this. */
async function found(kind: Kind, body: Record<string, unknown>, told: object) {
  const create = () => ({ txId: 'tx-1', status: 'existing' });
  const get = () => ({ txId: 'tx-1', status: 'approved', ...told });
  const world = new KindWorld({
    transfers: { create, get },
    withdrawals: { create, get },
    sweeps: { create, get },
    swaps: { make: create, get, take: create, getTake: get },
    hub: { list: () => [listed] },
    ledger: { page: () => ({ total: 0, entries: [], unreadable: 0 }) },
  });
  const { id } = await world.ask(kind, body);
  await submitInstruction(world.worker(), id);
  world.nowMs += 60_000;
  await poll(world.worker(), (await world.read(id)).index.openIn ?? id);
  return { state: (await world.read(id)).state, alarms: world.alarms };
}

type Case = [what: string, kind: Kind, body: Record<string, unknown>, told: object];

describe('a transaction found under our key, made by whoever else has the API key,', () => {
  it.each<Case>([
    ['a transfer', transfer, toTransfer, transferred()],
    ['a withdrawal', withdrawal, toWithdraw, withdrawn()],
    ['a sweep', sweep, toSweep, swept()],
    ['a sweep named by a short code', sweep, toSweep, swept({ walletId: 'amber otter lantern' })],
    ['a quote', quote, toQuote, quoted({}, { fundId: 'fund' })],
    ['a quote whose wallets are not told', quote, toQuote, quoted({ sendWalletId: '', receiveWalletId: '' })],
    ['a take', take, toTake, taken()],
    ['a take told from its maker’s side', take, toTake, quoted({ sendWalletId: 'x', receiveWalletId: 'y' })],
  ])('is believed when it is what was asked for: %s', async (_what, kind, body, told) => {
    expect(await found(kind, body, told)).toEqual({ state: 'completed', alarms: [] });
  });

  it.each<Case>([
    ['a transfer out of another fund', transfer, toTransfer, transferred({ fundId: 'other' })],
    ['a transfer out of another wallet', transfer, toTransfer, transferred({ walletId: 'other' })],
    ['a transfer to another wallet', transfer, toTransfer, transferred({ recipientAddress: 'other' })],
    ['a withdrawal out of another fund', withdrawal, toWithdraw, withdrawn({ fundId: 'other' })],
    ['a withdrawal to another address', withdrawal, toWithdraw, withdrawn({ recipientAddress: 'other' })],
    ['a sweep out of another wallet', sweep, toSweep, swept({ walletId: 'other' })],
    ['a sweep into another wallet', sweep, toSweep, swept({ recipientAddress: 'other' })],
    ['a quote out of another fund', quote, toQuote, quoted({}, { fundId: 'other' })],
    ['a quote out of another wallet', quote, toQuote, quoted({ sendWalletId: 'other' })],
    ['a quote into another wallet', quote, toQuote, quoted({ receiveWalletId: 'other' })],
    ['a take out of another wallet', take, toTake, taken({ sendWalletId: 'other' })],
    ['a take into another wallet', take, toTake, taken({ receiveWalletId: 'other' })],
  ])('is an alarm and never completed when it is not: %s', async (_what, kind, body, told) => {
    expect(await found(kind, body, told)).toEqual({ state: 'pending', alarms: ['transaction_differs'] });
  });
});
