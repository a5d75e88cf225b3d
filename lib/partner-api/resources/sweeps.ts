import { checkedAmount, checkedPartnerTxId, checkedSeconds, checkedText } from '../check.ts';
import { type CreatedTransaction, readCreated, readTransaction, type Transaction } from '../models/transaction.ts';
import type { CallOptions, Calls } from '../operation.ts';
import { path } from '../urls.ts';

/** A sweep: an exchange moves assets out of a wallet connected to it (reference 4.8, operation 43). */
export interface NewSweep {
  /** The connected wallet. */
  walletId: string;
  /** Any wallet of the network. */
  recipientWalletId: string;
  asset: string;
  /** What the recipient gets; the fee comes on top. */
  amountBaseUnits: bigint;
  expiresAtSeconds: number;
  /** The idempotency key, stored by the caller before this call. */
  partnerTxId: string;
  reference?: string | undefined;
}

/** Sweeps of a core client. */
export function sweepsResource({ call }: Calls) {
  return {
    /**
     * Submits a sweep; the core client itself must still approve its action. It is sent once; the same `partnerTxId` may
     * be sent again. `POST /coreclient/{client_id}/sweep` (43).
     */
    create: async (coreClientId: string, sweep: NewSweep, options?: CallOptions): Promise<CreatedTransaction> =>
      call(
        {
          name: 'sweeps.create',
          method: 'POST',
          path: path`/coreclient/${coreClientId}/sweep`,
          body: {
            wallet_id: checkedText(sweep.walletId, 'walletId'),
            recipient_wallet_id: checkedText(sweep.recipientWalletId, 'recipientWalletId'),
            reference: sweep.reference,
            partner_txID: checkedPartnerTxId(sweep.partnerTxId),
            expires: checkedSeconds(sweep.expiresAtSeconds, 'expiresAtSeconds'),
            send: {
              symbol: checkedText(sweep.asset, 'asset'),
              amount: checkedAmount(sweep.amountBaseUnits, 'amountBaseUnits'),
            },
          },
        },
        readCreated,
        options,
      ),

    /** One sweep. `GET …/sweep/{tx_id}` (44). */
    get: async (coreClientId: string, txId: string, options?: CallOptions): Promise<Transaction> =>
      call(
        { name: 'sweeps.get', method: 'GET', path: path`/coreclient/${coreClientId}/sweep/${txId}` },
        readTransaction,
        options,
      ),
  };
}
