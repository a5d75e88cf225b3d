import { checkedAmount, checkedPartnerTxId, checkedSeconds, checkedText } from '../check.ts';
import { type CreatedTransaction, readCreated, readTransaction, type Transaction } from '../models/transaction.ts';
import type { CallOptions, Calls } from '../operation.ts';
import * as read from '../read.ts';
import { path } from '../urls.ts';

/** One leg of a swap. */
export interface SwapLeg {
  asset: string;
  /** Net of the fee, which the sender of the leg pays on top. */
  amountBaseUnits: bigint;
}

/** A quote (reference 4.7, operation 28); both wallets are the maker's. */
export interface NewQuote {
  sendWalletId: string;
  receiveWalletId: string;
  send: SwapLeg;
  receive: SwapLeg;
  expiresAtSeconds: number;
  reference: string;
  /** The idempotency key, stored by the caller before this call. */
  partnerTxId: string;
  /** Publish it as soon as the maker's custody approved; false by default. */
  addToLiquidityHub?: boolean;
}

/** What a quote is answered with: also a link a person can open. */
export interface CreatedQuote extends CreatedTransaction {
  txUrl: string;
}

/** A take (reference 4.7, operation 31); both wallets are the taker's. */
export interface NewTake {
  /** The maker's `txId`. */
  swapId: string;
  sendWalletId: string;
  receiveWalletId: string;
  reference: string;
  /** The idempotency key, stored by the caller before this call. */
  partnerTxId: string;
}

/** Atomic swaps: quotes and takes. */
export function swapsResource({ call, callForStatus }: Calls) {
  return {
    /** Makes a quote; sent once, the same `partnerTxId` may be sent again. `POST …/atomicswap/make` (28). */
    make: async (companyId: string, quote: NewQuote, options?: CallOptions): Promise<CreatedQuote> =>
      call(
        {
          name: 'swaps.make',
          method: 'POST',
          path: path`/company/${companyId}/atomicswap/make`,
          body: writeQuote(quote),
        },
        (wire) => ({ ...readCreated(wire), txUrl: read.text(wire, 'tx_url') }),
        options,
      ),

    /** A quote, for its maker and, with their own company, for takers. `GET …/atomicswap/make/{tx_id}` (29). */
    get: async (companyId: string, txId: string, options?: CallOptions): Promise<Transaction> =>
      call(
        { name: 'swaps.get', method: 'GET', path: path`/company/${companyId}/atomicswap/make/${txId}` },
        readTransaction,
        options,
      ),

    /** Withdraws a quote; refused while a take is open. `DELETE …/atomicswap/make/{tx_id}` (30). */
    cancel: async (companyId: string, txId: string, options?: CallOptions): Promise<void> =>
      callForStatus(
        { name: 'swaps.cancel', method: 'DELETE', path: path`/company/${companyId}/atomicswap/make/${txId}` },
        options,
      ),

    /** Takes a quote; the take has a `txId` of its own. Sent once, may be sent again. `POST …/atomicswap/take` (31). */
    take: async (companyId: string, take: NewTake, options?: CallOptions): Promise<CreatedTransaction> =>
      call(
        {
          name: 'swaps.take',
          method: 'POST',
          path: path`/company/${companyId}/atomicswap/take`,
          body: {
            swap_id: checkedText(take.swapId, 'swapId'),
            send_wallet_id: checkedText(take.sendWalletId, 'sendWalletId'),
            receive_wallet_id: checkedText(take.receiveWalletId, 'receiveWalletId'),
            reference: take.reference,
            partner_txID: checkedPartnerTxId(take.partnerTxId),
          },
        },
        readCreated,
        options,
      ),

    /** A take. `GET …/atomicswap/take/{tx_id}` (32). */
    getTake: async (companyId: string, txId: string, options?: CallOptions): Promise<Transaction> =>
      call(
        { name: 'swaps.getTake', method: 'GET', path: path`/company/${companyId}/atomicswap/take/${txId}` },
        readTransaction,
        options,
      ),
  };
}

function writeQuote(quote: NewQuote): object {
  return {
    send_wallet_id: checkedText(quote.sendWalletId, 'sendWalletId'),
    receive_wallet_id: checkedText(quote.receiveWalletId, 'receiveWalletId'),
    expires: checkedSeconds(quote.expiresAtSeconds, 'expiresAtSeconds'),
    reference: quote.reference,
    partner_txID: checkedPartnerTxId(quote.partnerTxId),
    send: writeLeg(quote.send, 'send'),
    receive: writeLeg(quote.receive, 'receive'),
    add_to_liquidity_hub: quote.addToLiquidityHub ?? false,
  };
}

function writeLeg(leg: SwapLeg, field: string): object {
  return {
    symbol: checkedText(leg.asset, `${field}.asset`),
    amount: checkedAmount(leg.amountBaseUnits, `${field}.amountBaseUnits`),
  };
}
