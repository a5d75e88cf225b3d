import { checkedText } from '../check.ts';
import type { Calls } from '../operation.ts';
import { movementsResource, type NewMovement } from './movements.ts';

/** A withdrawal to an external address (reference 4.7, operation 26). */
export interface NewWithdrawal extends NewMovement {
  /** An L1 address that is whitelisted for the asset in the wallet's fund. */
  address: string;
}

/** Withdrawals of a company: `POST /company/{company_id}/withdraw` (26) and `GET …/withdraw/{tx_id}` (27). */
export function withdrawalsResource(calls: Calls) {
  return movementsResource<NewWithdrawal>(calls, {
    name: 'withdrawals',
    segment: 'withdraw',
    recipient: ({ address }) => ({ address: checkedText(address, 'address') }),
  });
}
