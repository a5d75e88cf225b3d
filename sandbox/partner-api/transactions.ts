import { closeActions, closeProposal, newCustody, putToVote } from './custody.ts';
import { badRequest } from './errors.ts';
import { type FeeType, feeOf } from './fee-schedule.ts';
import type {
  Electorate,
  LedgerRow,
  LedgerRowType,
  Policy,
  PolicyKind,
  Proposal,
  Transaction,
  Voter,
  Wallet,
} from './model.ts';
import type { World } from './world.ts';

/** What a kind says about a transaction it submits; the rest is the same for all that move money. */
export type TransactionRequest = Pick<
  Transaction,
  | 'kind'
  | 'company'
  | 'wallet'
  | 'recipientWallet'
  | 'recipientAddress'
  | 'recipientName'
  | 'netAmount'
  | 'expiresAtSeconds'
  | 'reference'
  | 'benefitOf'
  | 'accountNo'
  | 'partnerTxId'
  | 'requestedBy'
> & { feeType: FeeType; rowType: LedgerRowType; electorate: Electorate };

/** The policy that applies to a wallet: its own of that kind, else the fund's (5.5). */
export function effectivePolicy(wallet: Wallet, kind: PolicyKind): Policy | undefined {
  return wallet.policies[kind] ?? wallet.fund.policies[kind];
}

/** Who must agree to money leaving a wallet: its policy, and the exchange of a dedicated wallet (5.4). */
export function electorateOf(wallet: Wallet, kind: PolicyKind, initiator?: Voter): Electorate {
  const policy = effectivePolicy(wallet, kind);
  const exchange = wallet.type === 1 ? wallet.connections.find((item) => item.status === 'connected') : undefined;
  return {
    members: policy?.members ?? [],
    threshold: policy?.threshold ?? 0,
    dedicated: exchange?.exchange,
    initiator,
  };
}

/**
 * Submits a transaction: checks that the wallet can pay amount and fee, holds both, writes the open ledger row and
 * asks the voters (6.2, 6.3). 400 `insufficient balance` changes nothing.
 */
export function submit(world: World, request: TransactionRequest): Transaction {
  const { feeType, rowType, electorate, ...given } = request;
  const fees = feeOf(world.settings.feesBps, feeType, given.netAmount);
  const amount = given.netAmount + fees;
  if (given.wallet.available.balance < amount) throw badRequest('insufficient balance');
  world.ledger.post([
    { account: given.wallet.available, amount: -amount },
    { account: given.wallet.held, amount },
  ]);
  const transaction: Transaction = {
    ...given,
    id: world.newId(),
    status: 'pending',
    submittedAtSeconds: world.nowSeconds,
    custody: newCustody(electorate),
    asset: given.wallet.asset,
    fees,
    chainTxId: '',
    outgoingRow: undefined,
  };
  world.transactions.set(transaction.id, transaction);
  transaction.outgoingRow = addRow(world, transaction, given.wallet, 'out', rowType);
  putToVote(world, transaction, electorate);
  return transaction;
}

function addRow(
  world: World,
  transaction: Transaction,
  wallet: Wallet,
  direction: 'in' | 'out',
  type: LedgerRowType,
): LedgerRow {
  return world.statement.add(
    {
      wallet,
      direction,
      type,
      netAmount: transaction.netAmount,
      fees: direction === 'out' ? transaction.fees : 0n,
      transaction,
      deposit: undefined,
      settled: direction === 'in',
    },
    world.nowSeconds,
  );
}

/** Gives the hold back; called by kinds when a transaction ends without settlement. */
export function releaseHold(world: World, transaction: Transaction): void {
  const amount = transaction.netAmount + transaction.fees;
  world.ledger.post([
    { account: transaction.wallet.held, amount: -amount },
    { account: transaction.wallet.available, amount },
  ]);
}

/**
 * Settles a one-sided movement in one step (6.3): hold out, recipient (or the outside) and fee account in, ledger
 * rows and feed messages with it. The chain may refuse it when a fault says so.
 */
export function settle(world: World, proposal: Proposal, incomingType: LedgerRowType | undefined): void {
  const transaction = proposal as Transaction;
  if (chainRefuses(world, transaction)) {
    closeProposal(world, transaction, 'chain_rejected');
    return;
  }
  const { wallet, recipientWallet, asset, netAmount, fees } = transaction;
  world.ledger.post([
    { account: wallet.held, amount: -(netAmount + fees) },
    { account: recipientWallet?.available ?? world.ledger.shared('outside', asset), amount: netAmount },
    { account: world.ledger.shared('fees', asset), amount: fees },
  ]);
  transaction.status = 'approved';
  transaction.chainTxId = world.ids.base58();
  closeActions(world, transaction);
  const isSweep = transaction.kind === 'sweep';
  if (transaction.outgoingRow !== undefined) {
    world.statement.settle(transaction.outgoingRow, world.nowSeconds);
    world.emit({ kind: 'movement', row: transaction.outgoingRow, isSweep });
  }
  if (recipientWallet !== undefined && incomingType !== undefined) {
    world.emit({
      kind: 'movement',
      row: addRow(world, transaction, recipientWallet, 'in', incomingType),
      isSweep,
    });
  }
}

/** Whether a planted fault makes the chain refuse this settlement; uses up one of its hits. */
export function chainRefuses(world: World, transaction: Transaction): boolean {
  for (const fault of world.chainFaults) {
    if (fault.remaining <= 0) continue;
    if (fault.walletId !== undefined && fault.walletId !== transaction.wallet.id) continue;
    if (fault.share < 1 && world.ids.stream.fraction() >= fault.share) continue;
    fault.remaining -= 1;
    return true;
  }
  return false;
}

/** Credits a wallet from outside (6.3), with its ledger row. Deposits are free (5.8). */
export function creditDeposit(world: World, wallet: Wallet, amount: bigint, from: string): LedgerRow {
  world.ledger.post([
    { account: world.ledger.shared('outside', wallet.asset), amount: -amount },
    { account: wallet.available, amount },
  ]);
  const row = world.statement.add(
    {
      wallet,
      direction: 'in',
      type: 'deposit',
      netAmount: amount,
      fees: 0n,
      transaction: undefined,
      deposit: { chainTxId: world.ids.base58(), netAmount: amount, address: from },
      settled: true,
    },
    world.nowSeconds,
  );
  world.emit({ kind: 'movement', row, isSweep: false });
  return row;
}
