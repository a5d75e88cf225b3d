import { checkedAmount, checkedText } from '../check.ts';
import type { JsonObject } from '../json.ts';
import type { CallOptions, Calls } from '../operation.ts';
import * as read from '../read.ts';

/** What is to be moved (reference 4.2, operation 2). */
export interface FeeRequest {
  type: 'withdraw' | 'transferOut' | 'swap' | (string & {});
  asset: string;
  /** What the recipient shall get. */
  netAmountBaseUnits: bigint;
}

/** What a movement costs: `amountToSend = netAmount + fees`. */
export interface Fees {
  netAmountBaseUnits: bigint;
  feesBaseUnits: bigint;
  /** What leaves the wallet. */
  amountToSendBaseUnits: bigint;
}

/** Fee quotes. */
export function feesResource({ call }: Calls) {
  return {
    /** The fee of a movement; nothing is stored, so it may be repeated. `POST /fees` (2). */
    quote: async (request: FeeRequest, options?: CallOptions): Promise<Fees> =>
      call(
        {
          name: 'fees.quote',
          method: 'POST',
          path: '/fees',
          body: {
            type: request.type,
            asset: checkedText(request.asset, 'asset'),
            amount: checkedAmount(request.netAmountBaseUnits, 'netAmountBaseUnits'),
          },
          repeatable: true,
        },
        readFees,
        options,
      ),
  };
}

/** Reads a fee quote; also the answer of operation 22. */
export function readFees(wire: JsonObject): Fees {
  return {
    netAmountBaseUnits: read.amount(wire, 'netAmount', 'net_amount'),
    feesBaseUnits: read.amount(wire, 'fees', 'fee'),
    amountToSendBaseUnits: read.amount(wire, 'amountToSend', 'amount_to_send'),
  };
}
