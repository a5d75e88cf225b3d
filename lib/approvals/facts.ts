import type { ActionDetails, ActionSubject } from '../partner-api/index.ts';

/**
 * What an action says of itself, in the form that is kept with a decision: amounts as decimal text in base units. A member
 * that the Partner API did not tell is absent, and meets no condition.
 */
export interface Facts {
  readonly actionType: string;
  /** When the action was made; absent when it does not say. */
  readonly askedAtSeconds?: number;
  readonly expiresAtSeconds?: number;
  readonly txType?: string;
  readonly txId?: string;
  readonly companyId?: string;
  readonly fundId?: string;
  readonly walletId?: string;
  readonly asset?: string;
  /** What the recipient gets; the fee comes on top. */
  readonly netAmount?: string;
  readonly fees?: string;
  /** Net amount and fee together. */
  readonly amount?: string;
  /** Wallet id or L1 address; both when an action names both. */
  readonly recipients: readonly string[];
  readonly reference?: string;
  readonly receiveAsset?: string;
  readonly receiveAmount?: string;
  /** The customer's data of a wallet connection, by the exchange's own field ids. */
  readonly customer?: Readonly<Record<string, string>>;
  /** There is more customer data than `customer` holds. No rule may approve what it cannot see whole. */
  readonly customerCut?: true;
}

/** Neither text nor a set of customer data may let a stored decision outgrow what the table can hold. */
const longestText = 255;
const mostCustomerFields = 32;

/** The facts of an action. */
export function factsOf(action: ActionDetails): Facts {
  const { details } = action;
  const { wallet } = details;
  const facts = {
    actionType: text(action.type) ?? '',
    askedAtSeconds: action.timestampSeconds || undefined,
    expiresAtSeconds: action.expiresAtSeconds || undefined,
    txType: text(details.txType),
    txId: text(details.txId),
    companyId: text(details.companyId),
    fundId: text(details.fundId),
    walletId: text(details.walletId ?? wallet?.walletId),
    asset: text(details.asset ?? wallet?.asset),
    netAmount: details.netAmountBaseUnits?.toString(),
    fees: details.feesBaseUnits?.toString(),
    amount: details.amountBaseUnits?.toString(),
    recipients: [text(details.recipientId), text(details.recipientAddress)].filter((one) => one !== undefined),
    reference: details.reference === undefined ? undefined : details.reference.slice(0, longestText + 1),
    receiveAsset: text(details.receiveAsset),
    receiveAmount: details.receiveAmountBaseUnits?.toString(),
    ...customerOf(details),
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as unknown as Facts;
}

/** An empty text says nothing. One that is too long is cut to a length no rule and no record of ours can have. */
function text(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value.slice(0, longestText + 1);
}

/** An empty value says nothing. A list or an object is nothing that a rule could ask for: it is left out, and counts as cut. */
function customerOf({ clientData }: ActionSubject): Pick<Facts, 'customer' | 'customerCut'> {
  if (clientData === undefined) return {};
  const told = Object.entries(clientData).filter(([, value]) => value !== '' && value !== null && value !== undefined);
  const fields = told
    .filter(([, value]) => typeof value !== 'object')
    .slice(0, mostCustomerFields)
    .map(([field, value]): [string, string] => [field, String(value)]);
  const isWhole = fields.length === told.length && !fields.flat().some(isTooLong);
  const customer = Object.fromEntries(fields.map((texts) => texts.map((one) => one.slice(0, longestText + 1))));
  return isWhole ? { customer } : { customer, customerCut: true };
}

/** Longer than any text of a rule or a record of ours. What was cut still is. */
export function isTooLong(text: string): boolean {
  return text.length > longestText;
}

/** The only actions that move nothing; a type nobody knows yet is taken to move assets. */
const movesNothing: ReadonlySet<string> = new Set(['ApproveNewWalletConnect', 'ApproveUpdatePolicy']);

/**
 * Whether the action moves assets: by its type, or because it tells an amount. The amount must then be known before it may be
 * approved, so that totals can count it.
 */
export function movesAssets({ actionType, netAmount = '0', amount = '0' }: Facts): boolean {
  return !movesNothing.has(actionType) || netAmount !== '0' || amount !== '0';
}

/**
 * What an approval adds to the total of its asset; `undefined` when that is not told, not positive, or contradicts itself:
 * `amount` is net amount and fee together (reference 4.7), and a fee that is not told beside it is none.
 */
export function countable(facts: Facts): { asset: string; baseUnits: bigint } | undefined {
  const { asset, netAmount, fees = '0', amount } = facts;
  if (asset === undefined || netAmount === undefined || BigInt(netAmount) <= 0n) return undefined;
  if (BigInt(fees) < 0n) return undefined;
  if (amount !== undefined && BigInt(amount) !== BigInt(netAmount) + BigInt(fees)) return undefined;
  return { asset, baseUnits: BigInt(netAmount) };
}
