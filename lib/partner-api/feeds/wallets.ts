import type { PartnerApi } from '../client.ts';
import type { JsonObject } from '../json.ts';
import * as read from '../read.ts';
import { readMovement, type WalletMovement } from '../resources/wallets.ts';
import { type SignedFeedOptions, signedAddress } from './address.ts';
import { type Feed, type FeedOptions, runFeed } from './run.ts';
import { createRemembered } from './seen.ts';

/** A settled movement of a connected wallet (W3). */
export interface ConnectedMovement extends WalletMovement {
  /** Whether it is a sweep; undefined when it was read by REST, which does not tell. */
  sweep?: boolean;
}

/** What the wallets feed can be told. */
export interface WalletsFeedOptions extends SignedFeedOptions, FeedOptions<ConnectedMovement> {
  /** Movements after this moment are told, also those from before the feed was opened; now by default. */
  sinceSeconds?: number | undefined;
}

/** Entries may appear late with an earlier time (design: deposits), so the catch-up begins this much before the last. */
const overlapSeconds = 24 * 60 * 60;

/**
 * Settled movements of wallets connected to the key's core clients (W3, `/wallets/feed`). The API does not replay: after
 * each connect the histories (operation 21) of all connected wallets are read. Two movements that are alike in every
 * member, as two equal outputs of one deposit are, are told once: take a message as a hint to look at the wallet.
 */
export function openWalletsFeed(options: WalletsFeedOptions): Feed {
  const { client } = options;
  const startSeconds = options.sinceSeconds ?? Math.floor(client.serverTimeMs() / 1000);
  let newestSeconds = startSeconds;
  const seen = createRemembered<true>();
  return runFeed(
    {
      address: () => signedAddress(options, '/wallets/feed'),
      read: (wire: JsonObject): ConnectedMovement => ({ ...readMovement(wire), sweep: read.flag(wire, 'sweep_tx') }),
      isNew: (movement) => seen.get(keyOf(movement)) === undefined,
      told(movement) {
        seen.set(keyOf(movement), true);
        newestSeconds = Math.max(newestSeconds, movement.timestampSeconds);
      },
      async *missed(signal) {
        const sinceSeconds = Math.max(startSeconds, newestSeconds - overlapSeconds);
        // `since` is strictly later and times are whole seconds.
        for (const walletId of await connectedWallets(client, signal)) {
          yield* await client.wallets.history(walletId, sinceSeconds - 1, { signal });
        }
      },
    },
    options,
  );
}

async function connectedWallets(client: PartnerApi, signal: AbortSignal): Promise<Set<string>> {
  const walletIds = new Set<string>();
  for (const { coreClientId } of await client.coreClients.list({ signal })) {
    for (const wallet of await client.coreClients.wallets(coreClientId, { signal })) {
      if (wallet.status === 'approved') walletIds.add(wallet.walletId);
    }
  }
  return walletIds;
}

function keyOf(movement: ConnectedMovement): string {
  const { walletId, txId, chainTxId, amountBaseUnits, timestampSeconds } = movement;
  return JSON.stringify([walletId, txId, chainTxId, amountBaseUnits.toString(), timestampSeconds]);
}
