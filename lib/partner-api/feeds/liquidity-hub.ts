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
  // The list is older than a message that came while it was read. What it says of a quote counts only if nothing was told
  // of that quote since the question was asked.
  const knownBefore = new WeakMap<HubUpdate, { status: TransactionStatus | undefined }>();
  return runFeed(
    {
      address: () => signedAddress(options, '/liquidityhub/feed'),
      read: readUpdate,
      isNew(update) {
        const before = knownBefore.get(update);
        if (before !== undefined && before.status !== last.get(update.txId)) return false;
        // A quote may come back to the hub after a refused take, so only the repetition of its last word is old news.
        return last.get(update.txId) !== update.status;
      },
      told: ({ txId, status }) => last.set(txId, status),
      async *missed(signal) {
        const known = new Map(last.entries());
        const open = new Set((await options.client.hub.listAll({ signal })).map((quote) => quote.txId));
        const gone = [...known].filter(([txId, status]) => !open.has(txId) && status !== '' && !isFinalStatus(status));
        const updates = [
          ...[...open].map((txId) => ({ txId, status: 'taker_pending' })),
          ...gone.map(([txId]) => ({ txId, status: '' })),
        ];
        for (const update of updates) {
          knownBefore.set(update, { status: known.get(update.txId) });
          yield update;
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
