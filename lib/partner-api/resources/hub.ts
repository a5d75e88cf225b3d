import { checkedText } from '../check.ts';
import type { JsonObject } from '../json.ts';
import type { CallOptions, Calls } from '../operation.ts';
import * as read from '../read.ts';
import { path } from '../urls.ts';

/** A quote on the liquidity hub; the legs are named from the maker's side (reference 4.7, operation 33). */
export interface HubQuote {
  txId: string;
  sendAsset: string;
  sendAmountBaseUnits: bigint;
  receiveAsset: string;
  receiveAmountBaseUnits: bigint;
  /** The maker is the company asked for, or, without one, belongs to the calling key. */
  owner: boolean;
  addedAtSeconds: number;
  expiresAtSeconds: number;
}

/** The liquidity hub. */
export function hubResource({ call, callForStatus }: Calls) {
  return {
    /** Open quotes as a company sees them. `GET /company/{company_id}/liquidityhub` (33). */
    list: async (companyId: string, options?: CallOptions): Promise<HubQuote[]> =>
      call({ name: 'hub.list', method: 'GET', path: path`/company/${companyId}/liquidityhub` }, readHubQuotes, options),

    /**
     * Puts an own quote on the hub; shown once the maker's custody approved it. It may be repeated by the caller: a
     * quote is on the hub once. `POST /company/{company_id}/liquidityhub` (34).
     */
    publish: async (companyId: string, txId: string, options?: CallOptions): Promise<void> =>
      callForStatus(
        {
          name: 'hub.publish',
          method: 'POST',
          path: path`/company/${companyId}/liquidityhub`,
          body: { tx_id: checkedText(txId, 'txId') },
        },
        options,
      ),

    /** Open quotes, for no company in particular. `GET /liquidityhub` (35). */
    listAll: async (options?: CallOptions): Promise<HubQuote[]> =>
      call({ name: 'hub.listAll', method: 'GET', path: '/liquidityhub' }, readHubQuotes, options),
  };
}

function readHubQuotes(wire: JsonObject): HubQuote[] {
  return read.objects(wire, 'items').map((item) => ({
    txId: read.requiredText(item, 'tx_id', 'txID'),
    sendAsset: read.text(item, 'send_asset'),
    sendAmountBaseUnits: read.amount(item, 'send_amount'),
    receiveAsset: read.text(item, 'receive_asset'),
    receiveAmountBaseUnits: read.amount(item, 'receive_amount'),
    owner: read.flag(item, 'owner'),
    addedAtSeconds: read.integer(item, 'added'),
    expiresAtSeconds: read.integer(item, 'expires'),
  }));
}
