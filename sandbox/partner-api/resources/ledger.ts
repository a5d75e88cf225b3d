import { invalidField } from '../errors.ts';
import { integerJson } from '../json.ts';
import type { Company, Fund, LedgerRow, Wallet } from '../model.ts';
import { answer, type Context, type Operation, readOperation } from '../operation.ts';
import { type Direction, newRowIndex, type RowIndex } from '../statement.ts';
import { fundOf } from './lookups.ts';

const defaultPageSize = 100;
const largestPageSize = 1000;

function countOf(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name);
  if (text === null || text === '') return otherwise;
  if (!/^\d{1,15}$/.test(text)) throw invalidField(name);
  return Number(text);
}

function directionOf(query: URLSearchParams): Direction {
  const text = query.get('direction') || 'all';
  if (text !== 'all' && text !== 'in' && text !== 'out') throw invalidField('direction');
  return text;
}

const nothing: RowIndex = newRowIndex();

/** The rows a query names. A wallet has one asset, so wallet and asset together are the wallet's rows or none. */
function rowsFor(fund: Fund, wallet: Wallet | null | undefined, asset: string | null): RowIndex {
  if (wallet === null) return nothing;
  if (wallet !== undefined) return wallet.fund === fund && (!asset || wallet.asset === asset) ? wallet.rows : nothing;
  return asset ? (fund.rowsByAsset.get(asset) ?? nothing) : fund.rows;
}

function readLedger(context: Context) {
  const fund = fundOf(context);
  const { query, world } = context;
  const direction = directionOf(query);
  const offset = countOf(query, 'offset', 0);
  const limit = Math.min(countOf(query, 'limit', defaultPageSize), largestPageSize);
  const walletText = query.get('wallet_id');
  const wallet = walletText ? (world.findWallet(walletText) ?? null) : undefined;
  const rows = rowsFor(fund, wallet, query.get('asset'))[direction];
  return answer({ Total: rows.size, List: rows.page(offset, limit).map(rowBody) });
}

/**
 * Who a movement came from or went to. The hub names nobody, so neither does an open swap; once it is settled, both sides
 * know whom they swapped with, but never through which wallets.
 */
function otherSide({ transaction, deposit, direction }: LedgerRow): { company?: Company | undefined; address: string } {
  if (transaction === undefined) return { address: deposit?.address ?? '' };
  const { swap, status, wallet, recipientWallet, recipientAddress } = transaction;
  if (swap !== undefined) {
    return { company: status === 'approved' ? (swap.quote ?? swap.take)?.company : undefined, address: '' };
  }
  if (direction === 'in') return { company: wallet.fund.company, address: wallet.id };
  return { company: recipientWallet?.fund.company, address: recipientAddress };
}

/** `TxHistoryItem` (operation 18): amounts positive, status read from the transaction as it is now (5.7). */
function rowBody(row: LedgerRow): object {
  const { transaction, deposit } = row;
  const { company, address } = otherSide(row);
  return {
    TxID: transaction?.id ?? '',
    chainTxID: transaction?.chainTxId ?? deposit?.chainTxId ?? '',
    fundID: row.wallet.fund.id,
    timestamp: row.timestampSeconds,
    expireTime: transaction?.expiresAtSeconds ?? 0,
    status: transaction?.status ?? '',
    type: row.type,
    asset: row.wallet.asset,
    amount: integerJson(row.netAmount + row.fees),
    fees: integerJson(row.fees),
    netAmount: integerJson(row.netAmount),
    counterpartyID: company?.id ?? '',
    counterpartyName: company?.name ?? '',
    address,
    reference: transaction?.reference ?? '',
    benefitOf: transaction?.benefitOf ?? '',
    accountNo: transaction?.accountNo ?? '',
  };
}

/** 18: the transaction ledger of a fund, newest first (4.5, 5.7). */
export const ledgerOperations: readonly Operation[] = [
  readOperation('18', '/company/{company_id}/fund/{fund_id}/ledger', readLedger),
];
