import {
  base58,
  equal,
  fits,
  flag,
  integer,
  ksuid,
  listOf,
  type Matcher,
  matches,
  shortCode,
  someText,
  text,
} from './expect.ts';

/** The fee of an amount: ten basis points, rounded up, on top (reference 5.8). */
export function feeOf(netAmount: number): number {
  return Math.floor((netAmount * 10 + 9999) / 10_000);
}

/** The most that can leave a wallet, fee included: the largest amount whose fee still fits (operation 22). */
export function mayLeave(available: number): number {
  // A net amount and its fee make at least 1001/1000 of it, so the answer is at or just below this.
  let netAmount = Math.ceil((available * 1000) / 1001) + 1;
  while (netAmount > 0 && netAmount + feeOf(netAmount) > available) netAmount -= 1;
  return netAmount + feeOf(netAmount);
}

/** `FeesResponse`. */
export function feesResponse(netAmount: number): object {
  const fees = feeOf(netAmount);
  return { netAmount, fees, amountToSend: netAmount + fees };
}

/** `Entity` of reference 5.3: the member beside the type says more, and ids relate as the reference says. */
export const entity: Matcher = (value, path) => {
  const type = (value as { type?: unknown } | null)?.type;
  const common = { accountCode: base58, name: someText, initials: text, type };
  if (type === 'user') {
    const user = { firstName: text, lastName: text, email: someText, username: text };
    matches(value, { id: base58, ...common, user }, path);
  } else if (type === 'company') {
    matches(value, { id: ksuid, ...common, company: { name: someText } }, path);
  } else {
    matches(value, { id: base58, ...common, type: 'core-client', coreClient: { name: someText } }, path);
    const { id, accountCode } = value as { id: string; accountCode: string };
    equal(accountCode, id, `${path}.accountCode`);
  }
};

/** `Policy` of reference 5.5 with some members known. */
export function policy(known: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: ksuid,
    entityID: text,
    name: someText,
    locked: flag,
    lockedTxID: text,
    threshold: integer,
    membersCount: integer,
    walletCount: integer,
    dedicatedWalletCount: integer,
    fundsCount: integer,
    funds: null,
    members: listOf({ dedicated: flag, entity }),
    ...known,
  };
}

/** The address a wallet of an asset is paid at from outside. */
export function addressOf(asset: string): Matcher {
  if (asset.startsWith('ETH')) return fits(/^0x[0-9a-fA-F]{40}$/);
  return asset === 'BTC' ? someText : fits(/^[mn2][1-9A-HJ-NP-Za-km-z]{25,39}$/);
}

/** A wallet without connections shows null or an empty list (K16). */
const notConnected: Matcher = (value, path) => matches(value, Array.isArray(value) ? [] : null, path);

/** `FundWalletInfo` (operation 20) with some members known. */
export function walletInfo(known: { asset: string } & Record<string, unknown>): Record<string, unknown> {
  return {
    wallet_id: base58,
    name: someText,
    type: 0,
    status: 'ready',
    address: addressOf(known.asset),
    address_type: known.asset.startsWith('BTC') ? 'P2PKH' : someText,
    short_code: shortCode,
    balance: 0,
    custodygroup_withdraw: ksuid,
    custodygroup_tx: ksuid,
    policy_withdraw: policy(),
    policy_tx: policy(),
    connected: notConnected,
    ...known,
  };
}

/** What `TxInfo.status` says of one approver. */
export function approver(known: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    actionID: ksuid,
    firstName: '',
    lastName: '',
    status: 'pending',
    timestamp: integer,
    userID: base58,
    username: '',
    ...known,
  };
}

/** `TxInfo` in camelCase (operation 25, K21): members common to all kinds, and `statusDetails`. */
export function txInfo(known: Record<string, unknown>, details: Record<string, unknown>): Record<string, unknown> {
  return {
    txID: ksuid,
    txStatus: 'pending',
    approvedCount: 0,
    thresholdRequired: 1,
    expires: integer,
    initiatedTimestamp: integer,
    initiatorAuthorized: true,
    initiatorName: someText,
    reference: '',
    status: listOf(approver()),
    statusDetails: {
      accountNo: '',
      amount: integer,
      asset: someText,
      benefitOf: '',
      expires: integer,
      fees: integer,
      fundID: ksuid,
      netAmount: integer,
      recipientAddress: text,
      recipientEmail: '',
      recipientFirstName: '',
      recipientLastName: '',
      recipientUsername: '',
      reference: '',
      requestedBy: someText,
      ...details,
    },
    ...known,
  };
}

/** `ActionInfo` (operation 38). */
export function actionInfo(known: Record<string, unknown> = {}): Record<string, unknown> {
  return { id: ksuid, type: someText, status: 'pending', timestamp: integer, expireTime: integer, ...known };
}
