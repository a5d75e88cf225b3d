import { checkedText } from '../check.ts';
import type { JsonObject } from '../json.ts';
import { type NewPolicy, writeNewPolicy } from '../models/policy.ts';
import { readWallet, type Wallet } from '../models/wallet.ts';
import type { CallOptions, Calls } from '../operation.ts';
import * as read from '../read.ts';
import { path } from '../urls.ts';
import { type Fees, readFees } from './fees.ts';

/** One settled movement of a wallet: outgoing amounts are negative, `amount = netAmount + fee`, `fee` is 0 or less (K13). */
export interface WalletMovement {
  walletId: string;
  /** `''` for deposits. */
  txId: string;
  chainTxId: string;
  asset: string;
  amountBaseUnits: bigint;
  feeBaseUnits: bigint;
  netAmountBaseUnits: bigint;
  /** When it settled. */
  timestampSeconds: number;
}

/** A counterparty wallets can connect to (reference 5.10). */
export interface Exchange {
  id: string;
  name: string;
  url: string;
  logoUrl: string;
  /** What the exchange wants to know about its customer; some servers do not tell (K15). */
  clientFields: { id: string; type: string; name: string }[];
}

/** A change of a wallet's policy; in force when the current policy has approved it (reference 6.7). */
export interface PolicyChange extends NewPolicy {
  /** The wallet's current policy of that kind. */
  policyId: string;
  type: 'policy-tx' | 'policy-withdraw';
}

/** Wallets, by id or short code. */
export function walletsResource({ call, callForStatus }: Calls) {
  return {
    /** One wallet, of this key or connected to an exchange of it. `GET /wallet/{wallet_id}` (20). */
    get: async (walletId: string, options?: CallOptions): Promise<Wallet> =>
      call({ name: 'wallets.get', method: 'GET', path: path`/wallet/${walletId}` }, readWallet, options),

    /**
     * Settled movements, strictly later than `sinceSeconds` when it is given. `GET /wallet/{wallet_id}/history` (21).
     * Times are whole seconds and entries may come late: ask again from an earlier time and de-duplicate.
     */
    history: async (walletId: string, sinceSeconds?: number, options?: CallOptions): Promise<WalletMovement[]> =>
      call(
        {
          name: 'wallets.history',
          method: 'GET',
          path: path`/wallet/${walletId}/history`,
          query: { since: sinceSeconds },
        },
        (wire) => read.objects(wire, 'history').map(readMovement),
        options,
      ),

    /**
     * The largest amount that can leave the wallet. With `afterPending` open transactions are taken into account.
     * `GET /wallet/{wallet_id}/max` (22).
     */
    max: async (
      walletId: string,
      query: { type?: 'transfer' | 'withdraw' | 'swap'; afterPending?: boolean } = {},
      options?: CallOptions,
    ): Promise<Fees> =>
      call(
        {
          name: 'wallets.max',
          method: 'GET',
          path: path`/wallet/${walletId}/max`,
          query: { pending: query.afterPending === true ? 1 : undefined, tx_type: query.type },
        },
        readFees,
        options,
      ),

    /** Exchanges wallets can connect to. `GET /exchanges` (23). */
    exchanges: async (options?: CallOptions): Promise<Exchange[]> =>
      call(
        { name: 'wallets.exchanges', method: 'GET', path: '/exchanges' },
        (wire) => read.objects(wire, 'exchanges').map(readExchange),
        options,
      ),

    /** Asks for another policy of a wallet. `PUT …/wallet/{wallet_id}/policy` (53). */
    setPolicy: async (
      wallet: { companyId: string; fundId: string; walletId: string },
      change: PolicyChange,
      options?: CallOptions,
    ): Promise<void> =>
      callForStatus(
        {
          name: 'wallets.setPolicy',
          method: 'PUT',
          path: path`/company/${wallet.companyId}/fund/${wallet.fundId}/wallet/${wallet.walletId}/policy`,
          body: {
            policy_id: checkedText(change.policyId, 'policyId'),
            ...writeNewPolicy(change, 'policy'),
            type: change.type,
          },
        },
        options,
      ),
  };
}

/** Reads one movement; also the messages of the wallets feed, which have the same members. */
export function readMovement(wire: JsonObject): WalletMovement {
  return {
    walletId: read.text(wire, 'wallet_id', 'walletID'),
    txId: read.text(wire, 'tx_id', 'txID'),
    chainTxId: read.text(wire, 'chain_tx_id', 'chainTxID'),
    asset: read.text(wire, 'asset'),
    amountBaseUnits: read.amount(wire, 'amount'),
    feeBaseUnits: read.amount(wire, 'fee', 'fees'),
    netAmountBaseUnits: read.amount(wire, 'net_amount', 'netAmount'),
    timestampSeconds: read.integer(wire, 'timestamp'),
  };
}

function readExchange(wire: JsonObject): Exchange {
  return {
    id: read.requiredText(wire, 'id'),
    name: read.text(wire, 'name'),
    url: read.text(wire, 'url'),
    logoUrl: read.text(wire, 'logourl'),
    clientFields: read.objects(read.object(wire, 'client'), 'fields').map((field) => ({
      id: read.text(field, 'id'),
      type: read.text(field, 'type'),
      name: read.text(field, 'name'),
    })),
  };
}
