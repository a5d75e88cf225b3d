import type { JsonObject } from './json.ts';
import { integerJson } from './json.ts';
import type { KindRules } from './kinds.ts';
import type { Action, Proposal, Transaction } from './model.ts';
import { releaseHold, settle } from './transactions.ts';
import type { World } from './world.ts';

/** Transfers between wallets of the network: custody by the tx policy, settled at the threshold (6.2, 6.3). */
export const transferRules: KindRules = {
  actionType: 'ApproveTransfer',
  agreed: (world: World, proposal: Proposal) => settle(world, proposal, 'transferIn'),
  closed: (world: World, proposal: Proposal) => releaseHold(world, proposal as Transaction),
  details: (action: Action) => ({
    ...movementDetails(action, 'transferOut'),
    recipientID: (action.proposal as Transaction).recipientAddress,
    recipientName: (action.proposal as Transaction).recipientName,
  }),
};

/** The `details` members that all movements of money share (4.8); `stage` marks an initiator's authorisation. */
export function movementDetails(action: Action, txType: string): JsonObject {
  const transaction = action.proposal as Transaction;
  return {
    txType,
    txID: transaction.id,
    walletID: transaction.wallet.id,
    asset: transaction.asset,
    amount: integerJson(transaction.netAmount + transaction.fees),
    fees: integerJson(transaction.fees),
    netAmount: integerJson(transaction.netAmount),
    reference: transaction.reference,
    benefitOf: transaction.benefitOf,
    accountNo: transaction.accountNo,
    companyID: transaction.company?.id ?? '',
    fundID: transaction.wallet.fund.id,
    initiatedTime: transaction.submittedAtSeconds,
    expires: transaction.expiresAtSeconds,
    initiatedBy: '',
    initiatorName: transaction.requestedBy,
    initiatorType: 'company',
    ...(action.role === 'initiator' ? { stage: 'initiator' } : {}),
  };
}
