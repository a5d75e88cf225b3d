import { closeActions, closeProposal, newCustody, putToVote } from './custody.ts';
import { badRequest } from './errors.ts';
import { type FeeType, feeOf } from './fee-schedule.ts';
import type { Leg } from './ledger.ts';
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
  | 'swap'
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
  const { feeType, rowType, electorate, wallet, netAmount } = request;
  const fees = feeOf(world.settings.feesBps, feeType, netAmount);
  const amount = netAmount + fees;
  if (wallet.available.balance < amount) throw badRequest('insufficient balance');
  world.ledger.post([
    { account: wallet.available, amount: -amount },
    { account: wallet.held, amount },
  ]);
  // Member by member: copying the rest of an object takes several times as long, and this is done for every transaction.
  const transaction: Transaction = {
    id: world.newId(),
    kind: request.kind,
    status: 'pending',
    submittedAtSeconds: world.nowSeconds,
    expiresAtSeconds: request.expiresAtSeconds,
    custody: newCustody(electorate),
    company: request.company,
    wallet,
    recipientWallet: request.recipientWallet,
    recipientAddress: request.recipientAddress,
    recipientName: request.recipientName,
    asset: wallet.asset,
    netAmount,
    fees,
    reference: request.reference,
    benefitOf: request.benefitOf,
    accountNo: request.accountNo,
    partnerTxId: request.partnerTxId,
    requestedBy: request.requestedBy,
    chainTxId: '',
    outgoingRow: undefined,
    ...(request.swap === undefined ? {} : { swap: request.swap }),
  };
  world.transactions.set(transaction.id, transaction);
  transaction.outgoingRow = addRow(world, transaction, { wallet, direction: 'out', type: rowType, netAmount });
  putToVote(world, transaction, electorate);
  return transaction;
}

/** Writes a ledger row of a transaction: outgoing ones open, incoming ones settled, for which no fee is taken (5.7). */
export function addRow(
  world: World,
  transaction: Transaction,
  row: Pick<LedgerRow, 'wallet' | 'direction' | 'type' | 'netAmount'>,
): LedgerRow {
  const isIncoming = row.direction === 'in';
  const fees = isIncoming ? 0n : transaction.fees;
  return world.statement.add({ ...row, fees, transaction, deposit: undefined, settled: isIncoming }, world.nowSeconds);
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
  if (chainRefuses(world, [transaction.wallet])) {
    closeProposal(world, transaction, 'chain_rejected');
    return;
  }
  const { recipientWallet: wallet, netAmount } = transaction;
  world.ledger.post(outgoingLegs(world, transaction, wallet));
  markSettled(world, transaction, world.ids.base58());
  if (wallet === undefined || incomingType === undefined) return;
  const row = addRow(world, transaction, { wallet, direction: 'in', type: incomingType, netAmount });
  world.emit({ kind: 'movement', row, isSweep: transaction.kind === 'sweep' });
}

/** What settlement moves for one side: out of its hold, to the recipient (the outside if there is none) and to the fees. */
export function outgoingLegs(world: World, transaction: Transaction, recipient: Wallet | undefined): Leg[] {
  const { wallet, asset, netAmount, fees } = transaction;
  return [
    { account: wallet.held, amount: -(netAmount + fees) },
    { account: recipient?.available ?? world.ledger.shared('outside', asset), amount: netAmount },
    { account: world.ledger.shared('fees', asset), amount: fees },
  ];
}

/** Makes a transaction `approved` and moves its outgoing ledger row to now, after the money has moved. */
export function markSettled(world: World, transaction: Transaction, chainTxId: string): void {
  transaction.status = 'approved';
  transaction.chainTxId = chainTxId;
  closeActions(world, transaction);
  const row = transaction.outgoingRow;
  if (row === undefined) return;
  world.statement.settle(row, world.nowSeconds);
  world.emit({ kind: 'movement', row, isSweep: transaction.kind === 'sweep' });
}

/** Whether a planted fault makes the chain refuse a settlement that pays from these wallets; uses up one of its hits. */
export function chainRefuses(world: World, payers: readonly Wallet[]): boolean {
  for (const fault of world.chainFaults) {
    if (fault.remaining <= 0) continue;
    if (fault.walletId !== undefined && !payers.some((wallet) => wallet.id === fault.walletId)) continue;
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
