import { type Action, readAction } from '../models/action.ts';
import type { ZkpTokenSource } from '../operation.ts';
import { parseFeedUrl, path } from '../urls.ts';
import { type SignedFeedOptions, signedAddress } from './address.ts';
import { type Feed, type FeedOptions, runFeed } from './run.ts';
import { createRemembered } from './seen.ts';

/**
 * Pending actions of one core client as they arise (W1, `/coreclient/{client_id}/feed`). Each action is told once; after
 * every connect, pending ones are sent again by the API and read by operation 38, so none is missed.
 */
export function openCoreClientFeed(options: SignedFeedOptions & FeedOptions<Action> & { coreClientId: string }): Feed {
  const { client, coreClientId } = options;
  return runFeed(
    {
      ...actionsOnce(),
      address: () => signedAddress(options, path`/coreclient/${coreClientId}/feed`),
      async *missed(signal) {
        yield* await client.coreClients.actions(coreClientId, { signal });
      },
    },
    options,
  );
}

/**
 * The same for a Signing Agent (49, `/coreclient/feed`, or W1 by the address its registration returned): a fresh
 * zero-knowledge token is the only header. An agent cannot list its actions; the API sends pending ones after each
 * connect (reference 9.2).
 * @param options.feedUrl e.g. `wss://api.qredo.network/api/v1/p/coreclient/feed`; plain `ws` on loopback only.
 * @throws {InvalidRequestError} at once for any other address.
 */
export function openAgentFeed(options: FeedOptions<Action> & { feedUrl: string; zkpToken: ZkpTokenSource }): Feed {
  const url = parseFeedUrl(options.feedUrl);
  return runFeed(
    {
      ...actionsOnce(),
      address: async () => ({ url, headers: { 'x-api-zkp': await options.zkpToken() } }),
      async *missed() {},
    },
    options,
  );
}

function actionsOnce() {
  const seen = createRemembered<true>();
  return {
    read: readAction,
    isNew: (action: Action) => seen.get(action.actionId) === undefined,
    told: (action: Action) => seen.set(action.actionId, true),
  };
}
