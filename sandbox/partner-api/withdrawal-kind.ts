import type { KindRules } from './kinds.ts';
import type { Transaction } from './model.ts';
import { releaseHold, settle } from './transactions.ts';
import { movementDetails } from './transfer-kind.ts';

/** Withdrawals to whitelisted addresses: custody by the withdraw policy, settled into the outside (6.2, 6.3). */
export const withdrawalRules: KindRules = {
  actionType: 'ApproveWithdraw',
  agreed: (world, proposal) => settle(world, proposal, undefined),
  closed: (world, proposal) => releaseHold(world, proposal as Transaction),
  details: (action) => ({
    ...movementDetails(action, 'withdraw'),
    // The documents note that it is blank for withdrawals (4.8).
    companyID: '',
    recipientAddress: (action.proposal as Transaction).recipientAddress,
    recipientAddressName: (action.proposal as Transaction).recipientName,
  }),
};
