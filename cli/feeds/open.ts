import { hintOfAction, hintOfHubUpdate, hintOfMovement, type Listener } from '../../lib/feeds/hints.ts';
import {
  type Feed,
  type FeedReport,
  openCoreClientFeed,
  openLiquidityHubFeed,
  openWalletsFeed,
} from '../../lib/partner-api/feeds.ts';
import { config } from '../../lib/platform/config/load.ts';
import { environment } from '../../lib/platform/environment.ts';
import { door } from '../../lib/platform/outside/door.ts';
import { credentialsIn, partnerApiAs } from '../../lib/platform/outside/partner-api.ts';
import { reporter } from '../../lib/platform/reporter.ts';

/** The sorts of feed there are (reference 9). */
export const sorts = ['coreclient', 'hub', 'wallets'] as const;

/** One of them. */
export type Sort = (typeof sorts)[number];

/** Those that the initiator's key may listen to. */
export const sortsByDefault: readonly Sort[] = ['hub', 'wallets'];

/**
 * Opens the feeds and keeps them open until `close()`. Core client feeds are signed with the approver's key, since only
 * the key a core client belongs to may listen for it, the others with the initiator's. A process listens to the one sort
 * or to the others and reads that one key: who could take over a process with both could initiate and approve.
 */
export function openFeeds(wanted: readonly Sort[]): { close(): Promise<void> } {
  const listener: Listener = { ...door(), places: config().clients.flatMap(({ bindings }) => bindings) };
  const feeds: Feed[] = [];
  if (wanted.includes('coreclient')) feeds.push(...coreClientFeeds(listener));
  if (wanted.includes('hub') || wanted.includes('wallets')) {
    const signed = signedWith(environment.signingSecretId);
    const { onState } = signed;
    if (wanted.includes('hub')) {
      const onMessage = (update: Parameters<typeof hintOfHubUpdate>[1]) => hintOfHubUpdate(listener, update);
      feeds.push(openLiquidityHubFeed({ ...signed, onState: onState('hub'), onMessage }));
    }
    if (wanted.includes('wallets')) {
      const onMessage = (movement: Parameters<typeof hintOfMovement>[1]) => hintOfMovement(listener, movement);
      feeds.push(openWalletsFeed({ ...signed, onState: onState('wallets'), onMessage }));
    }
  }
  return { close: async () => void (await Promise.all(feeds.map((feed) => feed.close()))) };
}

function coreClientFeeds(listener: Listener): Feed[] {
  const approvers = config().approvals;
  if (approvers.length === 0)
    throw new Error('config/approvals.json names no core client: there is nothing to listen to');
  const signed = signedWith(environment.approverSecretId);
  return approvers.map(({ coreClientId }) =>
    openCoreClientFeed({
      ...signed,
      coreClientId,
      onState: signed.onState(`coreclient ${coreClientId}`),
      onMessage: (action) => hintOfAction(listener, coreClientId, action),
    }),
  );
}

/** What a feed is opened with, and what tells of its ups and downs. */
function signedWith(secretId: string) {
  const credentials = credentialsIn(secretId);
  return { credentials, client: partnerApiAs(credentials), onState: tellState };
}

function tellState(feed: string): (report: FeedReport) => void {
  return ({ state, waitMs, error }) => {
    if (error === undefined) reporter().info('feed', { feed, state });
    else reporter().warn('feed lost', { feed, state, waitMs, reason: error.reason ?? error.code });
  };
}
