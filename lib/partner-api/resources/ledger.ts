import { checkedInteger } from '../check.ts';
import { UnreadableAnswerError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { CallOptions, Calls } from '../operation.ts';
import * as read from '../read.ts';
import { shortStatus, type TransactionStatus } from '../status.ts';
import { path } from '../urls.ts';

/** What a row stands for (reference 5.7). */
export type LedgerType =
  | 'none'
  | 'deposit'
  | 'withdraw'
  | 'transferIn'
  | 'transferOut'
  | 'swap'
  | 'swapIn'
  | 'swapOut'
  | (string & {});

/** One row of a fund's ledger. Amounts are positive in both directions; `amount = netAmount + fees`. */
export interface LedgerEntry {
  /** `''` for deposits. */
  txId: string;
  /** `''` until settlement. */
  chainTxId: string;
  fundId: string;
  /** Submission while open, settlement once settled, credit for deposits. */
  timestampSeconds: number;
  /** 0 for deposits. */
  expiresAtSeconds: number;
  /** In its short form; `''` for deposits. */
  status: TransactionStatus;
  type: LedgerType;
  asset: string;
  /** Undefined when the server does not tell it; never read as zero. */
  amountBaseUnits: bigint | undefined;
  feesBaseUnits: bigint | undefined;
  netAmountBaseUnits: bigint | undefined;
  counterpartyId: string;
  counterpartyName: string;
  address: string;
  reference: string;
  benefitOf: string;
  accountNo: string;
}

/** Which rows are wanted. */
export interface LedgerFilter {
  asset?: string;
  /** A wallet's short code; most servers take the id too. */
  walletId?: string;
  direction?: 'all' | 'in' | 'out';
}

/** Some rows, newest first, and how many there are in all (undefined when the server does not tell). */
export interface LedgerPage {
  total: number | undefined;
  entries: LedgerEntry[];
  /** Rows that could not be read; they count for the next page's offset. One of them must not hide the others. */
  unreadable: number;
}

/** The most rows one page can have (reference 4.5, operation 18). */
export const largestLedgerPage = 1000;

/** The ledger of a fund. */
export function ledgerResource({ call }: Calls) {
  const page = async (
    companyId: string,
    fundId: string,
    query: LedgerFilter & { offset?: number; limit?: number } = {},
    options?: CallOptions,
  ): Promise<LedgerPage> =>
    call(
      {
        name: 'ledger.page',
        method: 'GET',
        path: path`/company/${companyId}/fund/${fundId}/ledger`,
        query: {
          asset: query.asset,
          wallet_id: query.walletId,
          direction: query.direction,
          offset: query.offset === undefined ? undefined : checkedInteger(query.offset, 'offset', 0, 2 ** 31),
          limit: query.limit === undefined ? undefined : checkedInteger(query.limit, 'limit', 1, largestLedgerPage),
        },
      },
      readPage,
      options,
    );

  return {
    /** One page of the ledger, newest first. `GET …/ledger` (18). */
    page,

    /**
     * The rows newest first, page by page, `most` at most. Rows that are added or settle meanwhile come in at the top,
     * so one may be seen twice, and one that settles while it is read may be missed: read again for a full picture.
     */
    async *entries(
      companyId: string,
      fundId: string,
      query: LedgerFilter & { pageSize?: number; most?: number } = {},
      options?: CallOptions,
    ): AsyncGenerator<LedgerEntry, void, undefined> {
      const { pageSize = 100, most = 100_000, ...filter } = query;
      // Each turn but the last moves on by a row at least, so `most` bounds the requests as well. A server may give fewer
      // rows than were asked for; only an empty page, or the total, tells the end.
      for (let offset = 0; offset < most; ) {
        const { total, entries, unreadable } = await page(
          companyId,
          fundId,
          { ...filter, offset, limit: pageSize },
          options,
        );
        if (unreadable > 0) throw new UnreadableAnswerError(`ledger.page: ${unreadable} rows cannot be read`);
        yield* entries.slice(0, most - offset);
        offset += entries.length;
        if (entries.length === 0 || (total !== undefined && offset >= total)) return;
      }
    },
  };
}

function readPage(wire: JsonObject): LedgerPage {
  const total = read.member(wire, ['Total', 'total']);
  const rows = read.objects(wire, 'List', 'list');
  const entries = rows.flatMap(readableEntry);
  return {
    total: total === undefined ? undefined : read.integer(wire, 'Total', 'total'),
    entries,
    unreadable: rows.length - entries.length,
  };
}

function readableEntry(wire: JsonObject): LedgerEntry[] {
  try {
    return [readEntry(wire)];
  } catch {
    return [];
  }
}

function readEntry(wire: JsonObject): LedgerEntry {
  return {
    txId: read.text(wire, 'TxID', 'txID', 'tx_id'),
    chainTxId: read.text(wire, 'chainTxID', 'chain_tx_id'),
    fundId: read.text(wire, 'fundID', 'fund_id'),
    timestampSeconds: read.integer(wire, 'timestamp'),
    expiresAtSeconds: read.integer(wire, 'expireTime', 'expires'),
    status: shortStatus(read.text(wire, 'status')),
    type: read.text(wire, 'type'),
    asset: read.text(wire, 'asset'),
    amountBaseUnits: read.optionalAmount(wire, 'amount'),
    feesBaseUnits: read.optionalAmount(wire, 'fees', 'fee'),
    netAmountBaseUnits: read.optionalAmount(wire, 'netAmount', 'net_amount'),
    counterpartyId: read.text(wire, 'counterpartyID', 'counterparty_id'),
    counterpartyName: read.text(wire, 'counterpartyName', 'counterparty_name'),
    address: read.text(wire, 'address'),
    reference: read.text(wire, 'reference'),
    benefitOf: read.text(wire, 'benefitOf', 'benefit_of'),
    accountNo: read.text(wire, 'accountNo', 'account_no'),
  };
}
