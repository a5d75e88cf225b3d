import type { JsonObject } from '../json.ts';
import * as read from '../read.ts';
import { type ActionStatus, shortStatus, type TransactionStatus } from '../status.ts';

/** What a creation is answered with: `existing` means an earlier call with the same `partnerTxId` had made it. */
export interface CreatedTransaction {
  txId: string;
  /** An unknown word is to be read as `new` (reference 7). */
  status: 'new' | 'existing' | (string & {});
}

/** Reads the answer of a creation. */
export function readCreated(wire: JsonObject): CreatedTransaction {
  return { txId: read.requiredText(wire, 'tx_id', 'txID'), status: read.text(wire, 'status') };
}

/** One approver of a transaction and what it decided. */
export interface Approval {
  actionId: string;
  /** The approver: a user id, or the core client's id. */
  userId: string;
  status: ActionStatus;
  timestampSeconds: number;
  firstName: string;
  lastName: string;
  username: string;
}

/**
 * A transaction of any kind (reference 4.7, `TxInfo`, and 4.8, `SweepInfo`). Amounts that the API did not tell are
 * undefined: whoever compares them must not take silence for zero.
 */
export interface Transaction {
  txId: string;
  /** In its short form, see `status.ts`. */
  status: TransactionStatus;
  approvedCount: number;
  thresholdRequired: number;
  expiresAtSeconds: number;
  /** When it was submitted. */
  initiatedAtSeconds: number;
  initiatorAuthorized: boolean;
  initiatorName: string;
  reference: string;
  approvals: Approval[];
  details: TransactionDetails;
  /** There for the two sides of a swap. */
  swap?: SwapDetails;
}

/** What is moved; `amount = netAmount + fees`, in base units of `asset`. */
export interface TransactionDetails {
  asset: string;
  amountBaseUnits: bigint | undefined;
  netAmountBaseUnits: bigint | undefined;
  feesBaseUnits: bigint | undefined;
  fundId: string;
  /** The paying wallet; told for sweeps only. */
  walletId: string;
  /** The receiving wallet's id or short code, or the L1 address of a withdrawal. */
  recipientAddress: string;
  reference: string;
  benefitOf: string;
  accountNo: string;
  requestedBy: string;
}

/** Both legs of a swap as its maker sees them; wallets are told to their owner only (reference 4.7, operation 29). */
export interface SwapDetails {
  sendAsset: string;
  sendAmountBaseUnits: bigint | undefined;
  receiveAsset: string;
  receiveAmountBaseUnits: bigint | undefined;
  sendWalletId: string;
  receiveWalletId: string;
  /** The transaction that took the quote, `''` if none. */
  takenBy: string;
  onLiquidityHub: boolean;
}

/** Reads a transaction or a sweep, in camel or snake case (K21, K26). */
export function readTransaction(wire: JsonObject): Transaction {
  const swap = read.optionalObject(wire, 'swap');
  return {
    txId: read.requiredText(wire, 'txID', 'tx_id'),
    status: shortStatus(read.requiredText(wire, 'txStatus', 'tx_status')),
    approvedCount: read.integer(wire, 'approvedCount', 'approver_count', 'approved_count', 'approverCount'),
    thresholdRequired: read.integer(wire, 'thresholdRequired', 'threshold_required'),
    expiresAtSeconds: read.integer(wire, 'expires'),
    initiatedAtSeconds: read.integer(wire, 'initiatedTimestamp', 'initiated_timestamp'),
    initiatorAuthorized: read.flag(wire, 'initiatorAuthorized', 'initiator_authorized'),
    initiatorName: read.text(wire, 'initiatorName', 'initiator_name'),
    reference: read.text(wire, 'reference'),
    approvals: read.objects(wire, 'status').map(readApproval),
    details: readDetails(read.object(wire, 'statusDetails', 'status_details')),
    ...(swap === undefined ? {} : { swap: readSwap(swap) }),
  };
}

function readApproval(wire: JsonObject): Approval {
  return {
    actionId: read.text(wire, 'actionID', 'action_id'),
    userId: read.text(wire, 'userID', 'user_id', 'entity'),
    status: read.text(wire, 'status'),
    timestampSeconds: read.integer(wire, 'timestamp'),
    firstName: read.text(wire, 'firstName', 'first_name'),
    lastName: read.text(wire, 'lastName', 'last_name'),
    username: read.text(wire, 'username', 'userName'),
  };
}

function readDetails(wire: JsonObject): TransactionDetails {
  return {
    asset: read.text(wire, 'asset'),
    amountBaseUnits: read.optionalAmount(wire, 'amount'),
    netAmountBaseUnits: read.optionalAmount(wire, 'netAmount', 'net_amount'),
    feesBaseUnits: read.optionalAmount(wire, 'fees', 'fee'),
    fundId: read.text(wire, 'fundID', 'fund_id'),
    walletId: read.text(wire, 'walletID', 'wallet_id'),
    recipientAddress: read.text(wire, 'recipientAddress', 'recipient_address', 'recipient_wallet_id'),
    reference: read.text(wire, 'reference'),
    benefitOf: read.text(wire, 'benefitOf', 'benefit_of'),
    accountNo: read.text(wire, 'accountNo', 'account_no'),
    requestedBy: read.text(wire, 'requestedBy', 'requested_by'),
  };
}

function readSwap(wire: JsonObject): SwapDetails {
  const send = read.object(wire, 'send');
  const receive = read.object(wire, 'receive');
  return {
    sendAsset: read.text(send, 'symbol', 'asset'),
    sendAmountBaseUnits: read.optionalAmount(send, 'amount'),
    receiveAsset: read.text(receive, 'symbol', 'asset'),
    receiveAmountBaseUnits: read.optionalAmount(receive, 'amount'),
    sendWalletId: read.text(wire, 'sendWalletID', 'send_wallet_id'),
    receiveWalletId: read.text(wire, 'receiveWalletID', 'receive_wallet_id'),
    takenBy: read.text(wire, 'takenBy', 'taken_by'),
    onLiquidityHub: read.flag(wire, 'liquidityHub', 'liquidity_hub'),
  };
}
