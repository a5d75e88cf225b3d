import { describe, expect, it } from 'vitest';
import { type Facts, factsOf } from '../../../lib/approvals/facts.ts';
import { readStanding } from '../../../lib/approvals/hold.ts';
import { claimMatch, findMatch, matchWith as matchAt } from '../../../lib/approvals/match.ts';
import type { Instruction } from '../../../lib/instructions/record.ts';
import { instructionOfTransaction, noteTransaction } from '../../../lib/instructions/transactions.ts';
import type { ActionSubject } from '../../../lib/partner-api/index.ts';
import { ApprovalWorld, coreClientId, startMs, transferAction, transferInstruction, without } from './world.ts';

const ours = transferInstruction('i1', 'tx-a1') as Instruction;
const matchWith = (instruction: Instruction | undefined, facts: Facts) => matchAt(instruction, facts, startMs);

describe('an action and the instruction of its transaction', () => {
  it('match when everything is the same', () => {
    expect(matchWith(ours, factsOf(transferAction('a1')))).toEqual({
      is: 'matched',
      instructionId: 'i1',
    });
  });

  const changes: [string, Partial<ActionSubject>][] = [
    ['asset', { asset: 'ETH-TESTNET' }],
    ['net amount', { netAmountBaseUnits: 801n, feesBaseUnits: 0n }],
    ['net amount', { netAmountBaseUnits: 800n, feesBaseUnits: 5n }],
    ['wallet', { walletId: 'wallet-eth' }],
    ['recipient', { recipientId: 'wallet-thief' }],
    ['recipient', { recipientAddress: 'mzThief' }],
    ['reference', { reference: 'inv-2' }],
    ['company', { companyId: 'another' }],
    ['fund', { fundId: 'another' }],
  ];
  it.each(changes)('differ in %s: %o', (name, details) => {
    const match = matchWith(ours, factsOf(transferAction('a1', details)));
    expect(match).toEqual({ is: 'different', instructionId: 'i1', differences: [name] });
  });

  it.each(['asset', 'netAmountBaseUnits', 'walletId', 'recipientId', 'reference'] as const)(
    'do not match when %s is not told',
    (member) => {
      expect(matchWith(ours, factsOf(without(transferAction('a1'), member))).is).toBe('different');
    },
  );

  it('match although the API leaves company and fund blank, as it does for withdrawals', () => {
    expect(matchWith(ours, factsOf(transferAction('a1', { companyId: '', fundId: '' }))).is).toBe('matched');
  });

  it('do not match by the amount with the fee', () => {
    const greedy = transferInstruction('i1', 'tx-a1', {
      request: { counterpartyWalletId: 'wallet-out', amount: '801', reference: 'inv-1' },
    }) as Instruction;
    expect(matchWith(greedy, factsOf(transferAction('a1'))).is).toBe('different');
  });

  it('do not match once the instruction has ended, is being withdrawn, or is known to differ', () => {
    const facts = factsOf(transferAction('a1'));
    const unfit: Partial<Instruction>[] = [
      { state: 'cancelled' },
      { state: 'completed' },
      { cancelAskedAtMs: 1 },
      { differences: ['amount'] },
      { expiresAtSeconds: startMs / 1000 },
      { txId: 'another' },
      { state: 'expired', toVerify: true },
    ];
    for (const change of unfit) expect(matchWith({ ...ours, ...change }, facts).is).toBe('unfit');
  });

  it('are not known to match while the transaction is unverified or unnamed', () => {
    const facts = factsOf(transferAction('a1'));
    expect(matchWith({ ...ours, toVerify: true }, facts)).toEqual({ is: 'unknown' });
    const { txId: _unnamed, ...submitting } = ours;
    expect(matchWith({ ...submitting, state: 'submitting' }, facts)).toEqual({ is: 'unknown' });
    expect(matchWith(undefined, facts)).toEqual({ is: 'unknown' });
    expect(matchWith(ours, factsOf(without(transferAction('a1'), 'txId')))).toEqual({ is: 'untold' });
  });
});

describe('the transaction of an instruction', () => {
  it('leads to it only once the instruction names it too', async () => {
    const { table } = new ApprovalWorld();
    await table.create<Instruction>(transferInstruction('i1', undefined));
    expect(await noteTransaction(table, 'tx-a1', 'i1')).toBe(true);
    expect(await instructionOfTransaction(table, 'tx-a1')).toBeUndefined();
    const stored = (await table.get<Instruction>('i1')) as Instruction;
    await table.replace<Instruction>(stored, { ...stored, txId: 'tx-a1' });
    expect((await instructionOfTransaction(table, 'tx-a1'))?.id).toBe('i1');
  });

  it('is noted for one instruction only, as often as it asks', async () => {
    const { table } = new ApprovalWorld();
    expect(await noteTransaction(table, 'tx', 'i1')).toBe(true);
    expect(await noteTransaction(table, 'tx', 'i1')).toBe(true);
    expect(await noteTransaction(table, 'tx', 'i2')).toBe(false);
  });

  it('matches one action of a core client, and one of each other', async () => {
    const world = new ApprovalWorld();
    await world.add(transferInstruction('i1', 'tx-a1'));
    const facts = factsOf(transferAction('a1'));
    expect(await claimMatch(world.table, { coreClientId, actionId: 'a1' }, 'tx-a1')).toBe(true);
    expect(await claimMatch(world.table, { coreClientId, actionId: 'a1' }, 'tx-a1')).toBe(true);
    expect(await claimMatch(world.table, { coreClientId, actionId: 'a2' }, 'tx-a1')).toBe(false);
    const standing = await readStanding(world.approver(), 'tx-a1');
    const find = async (coreClient: string, actionId: string) =>
      (await findMatch(world.table, { coreClientId: coreClient, actionId }, facts, standing)).is;
    expect(await find(coreClientId, 'a1')).toBe('matched');
    expect(await find(coreClientId, 'a2')).toBe('different');
    expect(await find('day-desk', 'a9')).toBe('matched');
  });
});

describe('the other kinds', () => {
  const swap = {
    txType: 'swap',
    txId: 'tx-s',
    asset: 'BTC-TESTNET',
    walletId: 'wallet-btc',
    receiveAsset: 'ETH-TESTNET',
    reference: 'q-1',
  };
  const of = (kind: string, request: Record<string, unknown>) =>
    ({ ...transferInstruction('i1', 'tx-s', { kind, request }), version: 1, writeId: 'w' }) as Instruction;
  const matches = (instruction: Instruction, details: Partial<ActionSubject>) =>
    matchWith(instruction, factsOf(transferAction('s', { ...swap, recipientId: '', ...details }))).is === 'matched';
  const amounts = (netAmountBaseUnits: bigint, receiveAmountBaseUnits: bigint) => ({
    netAmountBaseUnits,
    feesBaseUnits: 1n,
    amountBaseUnits: netAmountBaseUnits + 1n,
    receiveAmountBaseUnits,
  });

  it('quotes match by both legs', () => {
    const quote = of('quote', {
      sendAmount: '640',
      receiveAsset: 'ETH-TESTNET',
      receiveAmount: '98000',
      receiveWalletId: 'wallet-eth',
      reference: 'q-1',
    });
    expect(matches(quote, amounts(640n, 98000n))).toBe(true);
    expect(matches(quote, amounts(641n, 98000n))).toBe(false);
    expect(matches(quote, amounts(640n, 97999n))).toBe(false);
    expect(matches(quote, { ...amounts(640n, 98000n), receiveAsset: 'BTC' })).toBe(false);
  });

  it('takes match by the worst acceptable price, and only when both amounts are told', () => {
    const take = of('take', {
      quoteTxId: 'q',
      receiveAsset: 'ETH-TESTNET',
      receiveWalletId: 'wallet-eth',
      worstPrice: { sendAmount: '2', receiveAmount: '300' },
      reference: 'q-1',
    });
    expect(matches(take, amounts(640n, 96000n))).toBe(true);
    expect(matches(take, amounts(641n, 96000n))).toBe(false);
    const { receiveAmountBaseUnits: _untold, ...halfTold } = amounts(640n, 96000n);
    expect(matches(take, halfTold)).toBe(false);
  });

  it('withdrawals and sweeps match by where they go', () => {
    const withdrawal = of('withdrawal', { address: 'mzAddress', amount: '800' });
    const told = { reference: '', ...amounts(800n, 0n) };
    expect(matches(withdrawal, { ...told, recipientAddress: 'mzAddress' })).toBe(true);
    expect(matches(withdrawal, { ...told, recipientAddress: 'mzOther' })).toBe(false);
    expect(matches(withdrawal, told)).toBe(false);
    const sweep = of('sweep', { recipientWalletId: 'wallet-house', amount: '800' });
    expect(matches(sweep, { ...told, recipientId: 'wallet-house' })).toBe(true);
    expect(matches(sweep, { ...told, recipientId: 'wallet-other' })).toBe(false);
  });
});
