import type { Fund, LedgerRow, Wallet } from './model.ts';
import { OrderedRows } from './ordered-rows.ts';

/** The `direction` filter of operation 18. */
export type Direction = 'all' | 'in' | 'out';

/** Ledger rows of one scope (fund, asset of a fund, wallet) by direction, so that each filter pages equally fast. */
export type RowIndex = Record<Direction, OrderedRows<LedgerRow>>;

/** An empty index. */
export function newRowIndex(): RowIndex {
  return { all: new OrderedRows(), in: new OrderedRows(), out: new OrderedRows() };
}

/** The ledger rows as operations 18 and 21 show them, newest first. */
export class Statement {
  #order = 0;

  /** Adds a row at the given moment. */
  add(row: Omit<LedgerRow, 'timestampSeconds' | 'order'>, atSeconds: number): LedgerRow {
    const placed: LedgerRow = { ...row, timestampSeconds: atSeconds, order: this.#order++ };
    for (const index of scopesOf(placed.wallet)) {
      index.all.add(placed);
      index[placed.direction].add(placed);
    }
    return placed;
  }

  /** Marks a row settled and moves it to the moment of settlement (5.7). */
  settle(row: LedgerRow, atSeconds: number): void {
    for (const index of scopesOf(row.wallet)) {
      index.all.remove(row);
      index[row.direction].remove(row);
    }
    row.settled = true;
    row.timestampSeconds = atSeconds;
    row.order = this.#order++;
    for (const index of scopesOf(row.wallet)) {
      index.all.add(row);
      index[row.direction].add(row);
    }
  }
}

function scopesOf(wallet: Wallet): RowIndex[] {
  return [wallet.rows, wallet.fund.rows, assetRows(wallet.fund, wallet.asset)];
}

function assetRows(fund: Fund, asset: string): RowIndex {
  const known = fund.rowsByAsset.get(asset);
  if (known !== undefined) return known;
  const index = newRowIndex();
  fund.rowsByAsset.set(asset, index);
  return index;
}
