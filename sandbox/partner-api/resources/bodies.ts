import { addressType } from '../assets.ts';
import { announcedId, approvedCount } from '../custody.ts';
import type { FeeQuote } from '../fee-schedule.ts';
import { integerJson } from '../json.ts';
import type { Action, Company, Policy, SwapSide, Transaction, Voter, Wallet } from '../model.ts';
import { effectivePolicy } from '../transactions.ts';

/** `FeesResponse` (operations 2 and 22). */
export function feesBody(quote: FeeQuote): object {
  return {
    netAmount: integerJson(quote.netAmount),
    fees: integerJson(quote.fees),
    amountToSend: integerJson(quote.amountToSend),
  };
}

/** A person's or client's name as lists show it. */
export function voterName(voter: Voter): string {
  return voter.type === 'user' ? `${voter.firstName} ${voter.lastName}`.trim() : voter.name;
}

/** `Entity` of a voter (5.3). */
export function voterEntity(voter: Voter): object {
  if (voter.type === 'core-client') {
    const name = voter.name;
    return { id: voter.id, accountCode: voter.id, name, initials: 'C', type: 'core-client', coreClient: { name } };
  }
  const { firstName, lastName, email, username } = voter;
  return {
    id: voter.id,
    accountCode: voter.accountCode,
    name: voterName(voter),
    initials: `${firstName.slice(0, 1)}${lastName.slice(0, 1)}`.toUpperCase(),
    type: 'user',
    user: { firstName, lastName, email, username },
  };
}

/** `Entity` of a company (5.3). */
export function companyEntity(company: Company): object {
  const { id, accountCode, name } = company;
  return { id, accountCode, name, initials: name.slice(0, 1).toUpperCase(), type: 'company', company: { name } };
}

/** `Policy` (5.5), or null where none applies. A lock is that of the wallet for which the policy is shown. */
export function policyBody(policy: Policy | undefined, lockedTxId = ''): object | null {
  if (policy === undefined) return null;
  const candidates = policy.wallet === undefined ? policy.fund.wallets : [policy.wallet];
  const users = candidates.filter((wallet) => effectivePolicy(wallet, policy.kind) === policy);
  const dedicated = users.filter((wallet) => wallet.type === 1);
  const exchange = policy.wallet?.type === 1 ? policy.wallet.connections[0]?.exchange : undefined;
  const members = policy.members.map((voter) => ({ dedicated: false, entity: voterEntity(voter) }));
  if (exchange !== undefined) members.push({ dedicated: true, entity: voterEntity(exchange) });
  return {
    id: policy.id,
    entityID: '',
    name: policy.name,
    locked: lockedTxId !== '',
    lockedTxID: lockedTxId,
    threshold: policy.threshold,
    membersCount: policy.members.length,
    walletCount: users.length,
    dedicatedWalletCount: dedicated.length,
    fundsCount: 1,
    funds: null,
    members,
  };
}

/** `FundWalletInfo` of all wallets of a fund; a policy that many inherit is rendered once. */
export function walletBodies(wallets: readonly Wallet[]): object[] {
  const rendered = new Map<Policy | undefined, object | null>();
  const render: typeof policyBody = (policy, lockedTxId) => {
    if (lockedTxId) return policyBody(policy, lockedTxId);
    if (!rendered.has(policy)) rendered.set(policy, policyBody(policy));
    return rendered.get(policy) ?? null;
  };
  return wallets.map((wallet) => walletBody(wallet, render));
}

/** `FundWalletInfo` (operation 20). */
export function walletBody(wallet: Wallet, render: typeof policyBody = policyBody): object {
  const withdraw = effectivePolicy(wallet, 'withdraw');
  const tx = effectivePolicy(wallet, 'tx');
  const connected = wallet.connections.map((item) => ({
    client_id: item.clientId,
    counterparty_id: item.exchange.id,
    name: item.exchange.exchange?.name ?? item.exchange.name,
    status: item.status,
  }));
  return {
    wallet_id: wallet.id,
    name: wallet.name,
    asset: wallet.asset,
    type: wallet.type,
    status: wallet.status,
    address: wallet.address,
    address_type: addressType(wallet.asset),
    short_code: wallet.shortCode,
    balance: integerJson(settledBalance(wallet)),
    custodygroup_withdraw: withdraw?.id ?? '',
    custodygroup_tx: tx?.id ?? '',
    policy_withdraw: render(withdraw, wallet.policyLocks.withdraw),
    policy_tx: render(tx, wallet.policyLocks.tx),
    connected: connected.length === 0 ? null : connected,
  };
}

/** The settled balance, holds included (6.3). */
export function settledBalance(wallet: Wallet): bigint {
  return wallet.available.balance + wallet.held.balance;
}

/** An approver's line in `TxInfo.status`. */
function approverBody(action: Action): object {
  const user = action.voter.type === 'user' ? action.voter : undefined;
  return {
    actionID: announcedId(action),
    firstName: user?.firstName ?? '',
    lastName: user?.lastName ?? '',
    status: action.status,
    timestamp: action.decidedAtSeconds || action.createdAtSeconds,
    userID: action.voter.id,
    username: user?.username ?? '',
  };
}

/**
 * `TxInfo` in its canonical camelCase (operations 25, 27 and the swap getters; K21), with the swap part for either side of
 * a swap. Wallets are shown to their owner only.
 */
export function transactionBody(transaction: Transaction, isOwner = true): object {
  const { custody } = transaction;
  const initiator = custody.initiator?.status;
  const asked = custody.dedicated === undefined ? custody.actions : [...custody.actions, custody.dedicated];
  return {
    txID: transaction.id,
    txStatus: transaction.status,
    approvedCount: approvedCount(custody),
    thresholdRequired: custody.threshold,
    expires: transaction.expiresAtSeconds,
    initiatedTimestamp: transaction.submittedAtSeconds,
    // Without `authorize_id` the signed call itself is the authorisation (6.2).
    initiatorAuthorized: initiator === undefined || initiator === 'approved',
    initiatorName: transaction.requestedBy,
    reference: transaction.reference,
    status: asked.map(approverBody),
    statusDetails: {
      accountNo: transaction.accountNo,
      amount: integerJson(transaction.netAmount + transaction.fees),
      asset: transaction.asset,
      benefitOf: transaction.benefitOf,
      expires: 0,
      fees: integerJson(transaction.fees),
      fundID: transaction.wallet.fund.id,
      netAmount: integerJson(transaction.netAmount),
      recipientAddress: transaction.recipientAddress,
      recipientEmail: '',
      recipientFirstName: '',
      recipientLastName: '',
      recipientUsername: '',
      reference: transaction.reference,
      requestedBy: transaction.requestedBy,
    },
    ...(transaction.swap === undefined ? {} : { swap: swapBody(transaction, transaction.swap, isOwner) }),
  };
}

/** The `swap` part (operation 29), seen from the side whose transaction it is. */
function swapBody(transaction: Transaction, swap: SwapSide, isOwner: boolean): object {
  const quote = swap.quote?.swap ?? swap;
  return {
    send: { symbol: transaction.asset, amount: integerJson(transaction.netAmount) },
    receive: { symbol: swap.receiveWallet.asset, amount: integerJson(swap.receiveAmount) },
    sendWalletID: isOwner ? transaction.wallet.id : '',
    receiveWalletID: isOwner ? swap.receiveWallet.id : '',
    takenBy: quote.take?.id ?? '',
    liquidityHub: quote.listedAtSeconds !== undefined,
  };
}
