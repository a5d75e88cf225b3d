import type { CallOptions, Calls } from '../operation.ts';
import * as read from '../read.ts';
import { path } from '../urls.ts';

/** What a company holds of one asset, over all its funds (reference 4.4). */
export interface Holding {
  asset: string;
  amountBaseUnits: bigint;
}

/** Balances of a company. */
export function holdingsResource({ call }: Calls) {
  return {
    /** One row per asset. `GET /company/{company_id}/holding` (10). */
    list: async (companyId: string, options?: CallOptions): Promise<Holding[]> =>
      call(
        { name: 'holdings.list', method: 'GET', path: path`/company/${companyId}/holding` },
        (wire) =>
          read.objects(wire, 'holdings').map((row) => ({
            // Called `code` in every example and `symbol` in one schema (K9).
            asset: read.requiredText(row, 'code', 'symbol'),
            amountBaseUnits: read.amount(row, 'amount'),
          })),
        options,
      ),
  };
}
