import { checkedAmount, checkedPartnerTxId, checkedSeconds, checkedText } from '../check.ts';
import { type CreatedTransaction, readCreated, readTransaction, type Transaction } from '../models/transaction.ts';
import type { CallOptions, Calls } from '../operation.ts';
import { path } from '../urls.ts';

/** A withdrawal to an external address (reference 4.7, operation 26). */
export interface NewWithdrawal {
  /** The paying wallet, by id or short code. */
  walletId: string;
  /** An L1 address that is whitelisted for the asset in the wallet's fund. */
  address: string;
  asset: string;
  /** What arrives; the fee comes on top. */
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

/** Withdrawals of a company. */
export function withdrawalsResource({ call }: Calls) {
  return {
    /**
     * Submits a withdrawal. It is sent once; the same `partnerTxId` may be sent again.
     * `POST /company/{company_id}/withdraw` (26).
     */
    create: async (companyId: string, withdrawal: NewWithdrawal, options?: CallOptions): Promise<CreatedTransaction> =>
      call(
        {
          name: 'withdrawals.create',
          method: 'POST',
          path: path`/company/${companyId}/withdraw`,
          body: writeWithdrawal(withdrawal),
        },
        readCreated,
        options,
      ),

    /** One withdrawal. `GET …/withdraw/{tx_id}` (27). */
    get: async (companyId: string, txId: string, options?: CallOptions): Promise<Transaction> =>
      call(
        { name: 'withdrawals.get', method: 'GET', path: path`/company/${companyId}/withdraw/${txId}` },
        readTransaction,
        options,
      ),
  };
}

function writeWithdrawal(withdrawal: NewWithdrawal): object {
  return {
    wallet_id: checkedText(withdrawal.walletId, 'walletId'),
    address: checkedText(withdrawal.address, 'address'),
    expires: checkedSeconds(withdrawal.expiresAtSeconds, 'expiresAtSeconds'),
    benefit_of: withdrawal.benefitOf,
    account_no: withdrawal.accountNo,
    reference: withdrawal.reference,
    authorize_id: withdrawal.authorizeId,
    partner_txID: checkedPartnerTxId(withdrawal.partnerTxId),
    send: {
      symbol: checkedText(withdrawal.asset, 'asset'),
      amount: checkedAmount(withdrawal.amountBaseUnits, 'amountBaseUnits'),
    },
  };
}
