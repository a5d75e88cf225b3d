import type { KindRules } from './kinds.ts';
import type { Transaction } from './model.ts';
import { releaseHold, settle } from './transactions.ts';
import { movementDetails } from './transfer-kind.ts';

/** Sweeps: the exchange's core client alone decides; the wallet's own approvers take no part (6.5, K54). */
export const sweepRules: KindRules = {
  actionType: 'ApproveSweep',
  agreed: (world, proposal) => settle(world, proposal, 'transferIn'),
  closed: (world, proposal) => releaseHold(world, proposal as Transaction),
  details: (action) => ({
    ...movementDetails(action, 'sweep'),
    initiatorType: 'core-client',
    recipientID: (action.proposal as Transaction).recipientAddress,
    recipientName: (action.proposal as Transaction).recipientName,
  }),
};
