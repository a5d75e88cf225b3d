/**
 * The feeds of the Partner API (reference 9), apart from the client because they need a web socket.
 *
 * ```ts
 * const feed = openCoreClientFeed({ client, credentials, coreClientId, onMessage: (action) => look(action.actionId) });
 * await feed.close();
 * ```
 */
export type { SignedFeedOptions } from './feeds/address.ts';
export { openAgentFeed, openCoreClientFeed } from './feeds/core-client.ts';
export { type HubUpdate, openLiquidityHubFeed } from './feeds/liquidity-hub.ts';
export type { Feed, FeedOptions, FeedReport } from './feeds/run.ts';
export { type ConnectedMovement, openWalletsFeed, type WalletsFeedOptions } from './feeds/wallets.ts';
