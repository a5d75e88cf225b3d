import { checkedAmount, checkedPartnerTxId, checkedSeconds, checkedText } from '../check.ts';
import { type CreatedTransaction, readCreated, readTransaction, type Transaction } from '../models/transaction.ts';
import type { CallOptions, Calls } from '../operation.ts';
import { path } from '../urls.ts';

/** A transfer to another wallet of the network (reference 4.7, operation 24). */
export interface NewTransfer {
  /** The paying wallet, by id or short code. */
  walletId: string;
  /** The receiving wallet, by id or short code, never an L1 address. */
  counterpartyWalletId: string;
  asset: string;
  /** What the recipient gets; the fee comes on top. */
  amountBaseUnits: bigint;
  expiresAtSeconds: number;
  /** The idempotency key, stored by the caller before this call. */
  partnerTxId: string;
  reference?: string | undefined;
  benefitOf?: string | undefined;
  accountNo?: string | undefined;
  /** A core client that must authorise before the custodians. */
  authorizeId?: string | undefined;
}

/** Transfers of a company. */
export function transfersResource({ call }: Calls) {
  return {
    /**
     * Submits a transfer. It is sent once; after a `notSent` or `unknown` error the same `partnerTxId` may be sent again
     * and answers `existing` with the first transaction. `POST /company/{company_id}/transfer` (24).
     */
    create: async (companyId: string, transfer: NewTransfer, options?: CallOptions): Promise<CreatedTransaction> =>
      call(
        {
          name: 'transfers.create',
          method: 'POST',
          path: path`/company/${companyId}/transfer`,
          body: writeTransfer(transfer),
        },
        readCreated,
        options,
      ),

    /** One transfer; other kinds of transactions too, where the server allows it. `GET …/transfer/{tx_id}` (25). */
    get: async (companyId: string, txId: string, options?: CallOptions): Promise<Transaction> =>
      call(
        { name: 'transfers.get', method: 'GET', path: path`/company/${companyId}/transfer/${txId}` },
        readTransaction,
        options,
      ),
  };
}

function writeTransfer(transfer: NewTransfer): object {
  return {
    wallet_id: checkedText(transfer.walletId, 'walletId'),
    counterparty_wallet_address: checkedText(transfer.counterpartyWalletId, 'counterpartyWalletId'),
    expires: checkedSeconds(transfer.expiresAtSeconds, 'expiresAtSeconds'),
    benefit_of: transfer.benefitOf,
    account_no: transfer.accountNo,
    reference: transfer.reference,
    authorize_id: transfer.authorizeId,
    partner_txID: checkedPartnerTxId(transfer.partnerTxId),
    send: {
      symbol: checkedText(transfer.asset, 'asset'),
      amount: checkedAmount(transfer.amountBaseUnits, 'amountBaseUnits'),
    },
  };
}
