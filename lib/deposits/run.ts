import { rotated } from '../instructions/rotated.ts';
import { alarmWhenTurnedAway } from '../instructions/turned-away.ts';
import type { ClientConfig } from '../platform/config/clients.ts';
import type { WatchConfig } from '../platform/config/watches.ts';
import { lastReadMs } from '../platform/patience.ts';
import type { WatchedWallet } from './deposit.ts';
import { firstMark, type Turn, type Watcher, watchWallet } from './watch.ts';
import { noteFailure } from './watermark.ts';

/** Wallets looked at at the same time. */
const walletsAtOnce = 4;
/** A wallet that could not be read for this long raises an alarm. */
const failingSeconds = 600;

/** What is watched, from configuration. */
export interface WatchSettings {
  readonly watches: readonly WatchConfig[];
  readonly clients: readonly Pick<ClientConfig, 'id' | 'bindings' | 'sweeps'>[];
}

/** A wallet with the moment from which on its arrivals are told. */
export interface Watched {
  readonly wallet: WatchedWallet;
  readonly fromSeconds: number | undefined;
}

/** Every wallet that is watched. The client who is told is the one whose binding names the wallet. */
export function watchedWallets({ watches, clients }: WatchSettings): Watched[] {
  return watches.flatMap(({ client: name, wallets: named, from }) => {
    const client = clients.find(({ id }) => id === name);
    const fromSeconds = from === undefined ? undefined : Math.ceil(Date.parse(from) / 1000);
    // A wallet that the client is bound to twice is watched once, in its fund if one of them says so.
    const places = new Map(
      [...(client?.sweeps ?? []), ...(client?.bindings ?? [])].map((bound) => [bound.walletId, bound]),
    );
    return [...places.values()]
      .filter(({ walletId }) => named === undefined || named.includes(walletId))
      .map((bound) => ({ wallet: { client: name, ...placeIn(bound) }, fromSeconds }));
  });
}

function placeIn(binding: { walletId: string } | ClientConfig['bindings'][number]): Omit<WatchedWallet, 'client'> {
  const { walletId } = binding;
  return 'fundId' in binding ? { walletId, companyId: binding.companyId, fundId: binding.fundId } : { walletId };
}

/**
 * Looks at every watched wallet. One that cannot be read does not hold up the others, and one that is slow or busy takes
 * no more than its share of the time: the next run goes on with it.
 */
export async function watchDeposits(watcher: Watcher, settings: WatchSettings, deadlineMs: number): Promise<void> {
  const { clock, random, report } = watcher;
  const waiting = inTurns(watchedWallets(settings), random);
  const lastAskMs = lastReadMs(deadlineMs);
  const canAsk = () => clock.nowMs() < lastAskMs;
  const lane = async () => {
    while (canAsk()) {
      const watched = waiting.shift();
      if (watched === undefined) return;
      const nowMs = clock.nowMs();
      const lanesPerWallet = Math.min(1, walletsAtOnce / (waiting.length + 1));
      const endsMs = nowMs + (lastAskMs - nowMs) * lanesPerWallet;
      await watchOne(watcher, watched, { isOn: () => clock.nowMs() < endsMs, canAsk });
    }
  };
  await Promise.all(Array.from({ length: walletsAtOnce }, lane));
  if (waiting.length > 0) report.warn('no time left for every watched wallet', { left: waiting.length });
}

/**
 * One wallet of each client after the other, so that a client with many slow ones does not keep out the rest; and starting
 * anywhere, so that a run that ends early does not leave out the same ones each time.
 */
function inTurns(wallets: readonly Watched[], random: Watcher['random']): Watched[] {
  const byClient = Map.groupBy(rotated(random, wallets), ({ wallet }) => wallet.client);
  const clients = rotated(random, [...byClient.values()]);
  const rounds = Math.max(0, ...clients.map(({ length }) => length));
  return Array.from({ length: rounds }, (_, round) => clients.flatMap((own) => own[round] ?? [])).flat();
}

async function watchOne(watcher: Watcher, watched: Watched, turn: Turn): Promise<void> {
  const { wallet, fromSeconds } = watched;
  try {
    await watchWallet(watcher, wallet, { fromSeconds, turn });
  } catch (error) {
    const facts = { clientId: wallet.client, walletId: wallet.walletId, error };
    watcher.report.warn('wallet not watched', facts);
    watcher.report.count('WalletsNotWatched', 1);
    alarmWhenTurnedAway(watcher.report, error, { walletId: wallet.walletId });
    if (await isFailingForLong(watcher, watched)) watcher.report.alarm('wallet_not_watched', facts);
  }
}

/** Notes since when a wallet cannot be read. Where not even that can be done, it counts as long. */
async function isFailingForLong(watcher: Watcher, { wallet, fromSeconds }: Watched): Promise<boolean> {
  const nowSeconds = Math.floor(watcher.clock.nowMs() / 1000);
  try {
    const since = await noteFailure(watcher.store, wallet, firstMark(fromSeconds, nowSeconds), nowSeconds);
    return nowSeconds - since >= failingSeconds;
  } catch (error) {
    watcher.report.warn('the failure could not be noted', { walletId: wallet.walletId, error });
    return true;
  }
}
