import { checkedText } from '../check.ts';
import type { Calls } from '../operation.ts';
import { movementsResource, type NewMovement } from './movements.ts';

/** A transfer to another wallet of the network (reference 4.7, operation 24). */
export interface NewTransfer extends NewMovement {
  /** The receiving wallet, by id or short code, never an L1 address. */
  counterpartyWalletId: string;
}

/** Transfers of a company: `POST /company/{company_id}/transfer` (24) and `GET …/transfer/{tx_id}` (25). */
export function transfersResource(calls: Calls) {
  return movementsResource<NewTransfer>(calls, {
    name: 'transfers',
    segment: 'transfer',
    recipient: ({ counterpartyWalletId }) => ({
      counterparty_wallet_address: checkedText(counterpartyWalletId, 'counterpartyWalletId'),
    }),
  });
}
