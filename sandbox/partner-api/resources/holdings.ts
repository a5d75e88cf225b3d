import { integerJson } from '../json.ts';
import { answer, type Context, type Operation, readOperation } from '../operation.ts';
import { settledBalance } from './bodies.ts';
import { companyOf } from './lookups.ts';

function readHoldings(context: Context) {
  const sums = new Map<string, bigint>();
  for (const fund of companyOf(context).funds.values()) {
    for (const wallet of fund.wallets) {
      sums.set(wallet.asset, (sums.get(wallet.asset) ?? 0n) + settledBalance(wallet));
    }
  }
  const holdings = [...sums].map(([code, amount]) => ({ code, amount: integerJson(amount) }));
  return answer({ total_count: holdings.length, holdings });
}

/** 10: balances per asset over all wallets of all funds, zero included (4.4). */
export const holdingOperations: readonly Operation[] = [
  readOperation('10', '/company/{company_id}/holding', readHoldings),
];
