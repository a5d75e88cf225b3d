import { checkedInteger, checkedText } from '../check.ts';
import type { JsonObject } from '../json.ts';
import * as read from '../read.ts';
import { type NewPolicy, type Policy, readPolicy, writeNewPolicy } from './policy.ts';

/** The kinds of wallets this API makes, by their numbers on the wire (reference 5.4). */
export const walletTypes = { standard: 0, dedicated: 1, multiCounterparty: 2 } as const;

/** A wallet: one asset, in one fund, for ever (reference 4.6, operation 20). */
export interface Wallet {
  walletId: string;
  name: string;
  asset: string;
  /** See {@link walletTypes}; others are outside this API. */
  type: number;
  status: 'pending' | 'ready' | 'rejected' | 'expired' | (string & {});
  /** For deposits from outside only; inside the network wallets are named by id or short code. */
  address: string;
  addressType: string;
  /** Three words that stand for the wallet id. */
  shortCode: string;
  /** The settled balance; holds of open transactions are not taken off. */
  balanceBaseUnits: bigint;
  transferPolicyId: string;
  withdrawPolicyId: string;
  transferPolicy?: Policy;
  withdrawPolicy?: Policy;
  connections: WalletConnection[];
}

/** An exchange a wallet is connected to, or asked to be (reference 6.8). */
export interface WalletConnection {
  /** The customer's id at the exchange. */
  clientId: string;
  /** The exchange. */
  counterpartyId: string;
  name: string;
  status: 'initiated' | 'connected' | 'rejected' | 'expired' | (string & {});
}

/** Reads a wallet; `connected` may be a list, one object or null (K16). */
export function readWallet(wire: JsonObject): Wallet {
  const transferPolicy = read.optionalObject(wire, 'policy_tx');
  const withdrawPolicy = read.optionalObject(wire, 'policy_withdraw');
  return {
    walletId: read.requiredText(wire, 'wallet_id', 'walletID'),
    name: read.text(wire, 'name'),
    asset: read.text(wire, 'asset'),
    type: read.integer(wire, 'type'),
    status: read.text(wire, 'status'),
    address: read.text(wire, 'address'),
    addressType: read.text(wire, 'address_type'),
    shortCode: read.text(wire, 'short_code'),
    balanceBaseUnits: read.amount(wire, 'balance'),
    transferPolicyId: read.text(wire, 'custodygroup_tx'),
    withdrawPolicyId: read.text(wire, 'custodygroup_withdraw'),
    ...(transferPolicy === undefined ? {} : { transferPolicy: readPolicy(transferPolicy) }),
    ...(withdrawPolicy === undefined ? {} : { withdrawPolicy: readPolicy(withdrawPolicy) }),
    connections: read.objects(wire, 'connected').map((connection) => ({
      clientId: read.text(connection, 'client_id'),
      counterpartyId: read.text(connection, 'counterparty_id'),
      name: read.text(connection, 'name'),
      status: read.text(connection, 'status'),
    })),
  };
}

/** A wallet to be made (reference 4.5); a policy that is absent is inherited from the fund. */
export interface NewWallet {
  name: string;
  asset: string;
  /** 0 by default; see {@link walletTypes}. */
  type?: number;
  transferPolicy?: NewPolicy;
  withdrawPolicy?: NewPolicy;
  /** Exchanges to connect; further members are named after the fields the exchange asks for (reference 5.10). */
  connect?: readonly ({ counterpartyId: string; clientId: string } & Record<string, string>)[];
}

/** The wire form of a new wallet. */
export function writeNewWallet(wallet: NewWallet, field: string): JsonObject {
  const { transferPolicy, withdrawPolicy } = wallet;
  return {
    name: checkedText(wallet.name, `${field}.name`),
    asset: checkedText(wallet.asset, `${field}.asset`),
    type: checkedInteger(wallet.type ?? walletTypes.standard, `${field}.type`, 0, 5),
    custodygroup_tx:
      transferPolicy === undefined ? undefined : writeNewPolicy(transferPolicy, `${field}.transferPolicy`),
    custodygroup_withdraw:
      withdrawPolicy === undefined ? undefined : writeNewPolicy(withdrawPolicy, `${field}.withdrawPolicy`),
    connect: wallet.connect?.map(({ counterpartyId, clientId, ...fields }) => ({
      ...fields,
      counterparty_id: checkedText(counterpartyId, `${field}.connect.counterpartyId`),
      client_id: clientId,
    })),
  };
}
