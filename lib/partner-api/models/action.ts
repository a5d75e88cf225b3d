import type { JsonObject } from '../json.ts';
import * as read from '../read.ts';
import type { ActionStatus } from '../status.ts';

/** What an action asks for (reference 4.8); any other word must be expected. */
export type ActionType =
  | 'ApproveTransfer'
  | 'ApproveWithdraw'
  | 'ApproveSwap'
  | 'ApproveSwapTake'
  | 'ApproveSweep'
  | 'ApproveUpdatePolicy'
  | 'ApproveNewWalletConnect'
  | (string & {});

/** A pending or past approval, as lists and feeds tell it. */
export interface Action {
  actionId: string;
  type: ActionType;
  status: ActionStatus;
  timestampSeconds: number;
  expiresAtSeconds: number;
  /** `''` where the server does not tell (K33). */
  coreClientId: string;
}

/** An action with what it is about. */
export interface ActionDetails extends Action {
  details: ActionSubject;
}

/**
 * What an action is about. A member the API did not tell is undefined, so that a rule cannot take silence for a match.
 * `amount` includes the fee, `netAmount` does not.
 */
export interface ActionSubject {
  txType?: string;
  txId?: string;
  walletId?: string;
  asset?: string;
  amountBaseUnits?: bigint;
  feesBaseUnits?: bigint;
  netAmountBaseUnits?: bigint;
  reference?: string;
  benefitOf?: string;
  accountNo?: string;
  companyId?: string;
  fundId?: string;
  initiatedAtSeconds?: number;
  expiresAtSeconds?: number;
  initiatedBy?: string;
  initiatorName?: string;
  initiatorType?: string;
  /** The L1 address of a withdrawal, and its name in the whitelist. */
  recipientAddress?: string;
  recipientAddressName?: string;
  /** The receiving wallet of a transfer, and the company behind it. */
  recipientId?: string;
  recipientName?: string;
  /** The other leg of a swap. */
  receiveAsset?: string;
  receiveAmountBaseUnits?: bigint;
  /** A wallet that asks to be connected, and its owner's data at the exchange. */
  wallet?: { walletId: string; name: string; asset: string; type: number; typeCode: string };
  clientData?: Record<string, unknown>;
  /** All members as they came, for what is not named above. */
  raw: JsonObject;
}

/** Reads an action of a list or a feed. */
export function readAction(wire: JsonObject): Action {
  return {
    actionId: read.requiredText(wire, 'id', 'actionID', 'action_id'),
    type: read.text(wire, 'type'),
    status: read.text(wire, 'status'),
    timestampSeconds: read.integer(wire, 'timestamp'),
    expiresAtSeconds: read.integer(wire, 'expireTime', 'expire_time', 'expires'),
    coreClientId: read.text(wire, 'coreClientID', 'clientID', 'core_client_id'),
  };
}

/** Reads an action with its details. */
export function readActionDetails(wire: JsonObject): ActionDetails {
  return { ...readAction(wire), details: readSubject(read.object(wire, 'details')) };
}

function readSubject(wire: JsonObject): ActionSubject {
  const text = (...names: [string, ...string[]]) => read.optionalText(wire, ...names);
  const seconds = (name: string) => (read.member(wire, [name]) === undefined ? undefined : read.integer(wire, name));
  return defined<ActionSubject>({
    txType: text('txType', 'tx_type'),
    txId: text('txID', 'tx_id'),
    walletId: text('walletID', 'wallet_id'),
    asset: text('asset'),
    amountBaseUnits: read.optionalAmount(wire, 'amount'),
    feesBaseUnits: read.optionalAmount(wire, 'fees', 'fee'),
    netAmountBaseUnits: read.optionalAmount(wire, 'netAmount', 'net_amount'),
    reference: text('reference'),
    benefitOf: text('benefitOf', 'benefit_of'),
    accountNo: text('accountNo', 'account_no'),
    companyId: text('companyID', 'company_id'),
    fundId: text('fundID', 'fund_id'),
    initiatedAtSeconds: seconds('initiatedTime'),
    expiresAtSeconds: seconds('expires'),
    initiatedBy: text('initiatedBy'),
    initiatorName: text('initiatorName'),
    initiatorType: text('initiatorType'),
    recipientAddress: text('recipientAddress'),
    recipientAddressName: text('recipientAddressName'),
    recipientId: text('recipientID'),
    recipientName: text('recipientName'),
    receiveAsset: text('receiveAsset'),
    receiveAmountBaseUnits: read.optionalAmount(wire, 'receiveAmount'),
    wallet: readConnectingWallet(read.optionalObject(wire, 'wallet')),
    clientData: read.optionalObject(wire, 'clientData'),
    raw: wire,
  });
}

function readConnectingWallet(wire: JsonObject | undefined): ActionSubject['wallet'] | undefined {
  if (wire === undefined) return undefined;
  return {
    walletId: read.text(wire, 'walletID', 'wallet_id'),
    name: read.text(wire, 'name'),
    asset: read.text(wire, 'asset'),
    type: read.integer(wire, 'type'),
    typeCode: read.text(wire, 'typeCode'),
  };
}

/** The same object without the members that are undefined. */
function defined<T extends object>(members: { [Name in keyof T]: T[Name] | undefined }): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
}
