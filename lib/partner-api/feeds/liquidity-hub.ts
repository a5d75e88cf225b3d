import type { JsonObject } from '../json.ts';
import * as read from '../read.ts';
import { isFinalStatus, shortStatus, type TransactionStatus } from '../status.ts';
import { type SignedFeedOptions, signedAddress } from './address.ts';
import { type Feed, type FeedOptions, runFeed } from './run.ts';
import { createRemembered } from './seen.ts';

/** A change on the liquidity hub (W2). */
export interface HubUpdate {
  txId: string;
  /**
   * `taker_pending` for an open quote. `''` when the API did not say: an early server never did, and a quote that left the
   * hub while the feed was down is known to be gone but not why.
   */
  status: TransactionStatus;
}

/**
 * Changes of the liquidity hub as they happen (W2, `/liquidityhub/feed`). The API does not replay: after each connect
 * the open quotes are read by operation 35, and those that left meanwhile are told with status `''`.
 */
export function openLiquidityHubFeed(options: SignedFeedOptions & FeedOptions<HubUpdate>): Feed {
  const last = createRemembered<TransactionStatus>();
  return runFeed(
    {
      address: () => signedAddress(options, '/liquidityhub/feed'),
      read: readUpdate,
      // A quote may come back to the hub after a refused take, so only the repetition of its last word is old news.
      isNew: ({ txId, status }) => last.get(txId) !== status,
      told: ({ txId, status }) => last.set(txId, status),
      async *missed(signal) {
        const open = new Set((await options.client.hub.listAll({ signal })).map((quote) => quote.txId));
        for (const txId of open) yield { txId, status: 'taker_pending' };
        for (const [txId, status] of [...last.entries()]) {
          if (!open.has(txId) && status !== '' && !isFinalStatus(status)) yield { txId, status: '' };
        }
      },
    },
    options,
  );
}

function readUpdate(wire: JsonObject): HubUpdate {
  // `txID` here, `tx_id` in the lists (K34).
  return { txId: read.requiredText(wire, 'txID', 'tx_id'), status: shortStatus(read.text(wire, 'status', 'Status')) };
}
