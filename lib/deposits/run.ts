import { PartnerApiError } from '../partner-api/errors.ts';
import type { ClientConfig } from '../platform/config/clients.ts';
import type { WatchConfig } from '../platform/config/watches.ts';
import type { WatchedWallet } from './deposit.ts';
import { type Watcher, watchWallet } from './watch.ts';

/** Wallets looked at at the same time. */
const walletsAtOnce = 4;
/** No wallet is begun when less than this is left of the function's time. */
const reserveMs = 15_000;

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
    const bound = client === undefined ? [] : [...client.bindings, ...client.sweeps];
    return bound
      .filter(({ walletId }) => named === undefined || named.includes(walletId))
      .map((binding) => ({ wallet: { client: name, ...placeIn(binding) }, fromSeconds }));
  });
}

function placeIn(binding: { walletId: string } | ClientConfig['bindings'][number]): Omit<WatchedWallet, 'client'> {
  const { walletId } = binding;
  return 'fundId' in binding ? { walletId, companyId: binding.companyId, fundId: binding.fundId } : { walletId };
}

/** Looks at every watched wallet. One that cannot be read does not hold up the others; the next run reads it again. */
export async function watchDeposits(watcher: Watcher, settings: WatchSettings, deadlineMs: number): Promise<void> {
  const wallets = watchedWallets(settings);
  // Starting anywhere, a run that ends early does not leave out the same wallets each time.
  const start = Math.floor(watcher.random.fraction() * wallets.length);
  const inOrder = [...wallets.slice(start), ...wallets.slice(0, start)];
  for (let next = 0; next < inOrder.length; next += walletsAtOnce) {
    if (watcher.clock.nowMs() >= deadlineMs - reserveMs) {
      watcher.report.warn('no time left for every watched wallet', { left: inOrder.length - next });
      return;
    }
    await Promise.all(inOrder.slice(next, next + walletsAtOnce).map((watched) => watchOne(watcher, watched)));
  }
}

async function watchOne(watcher: Watcher, { wallet, fromSeconds }: Watched): Promise<void> {
  try {
    await watchWallet(watcher, wallet, fromSeconds);
  } catch (error) {
    watcher.report.warn('wallet not watched', { clientId: wallet.client, walletId: wallet.walletId, error });
    watcher.report.count('WalletsNotWatched', 1);
    if (error instanceof PartnerApiError && [401, 403, 405].includes(error.status ?? 0)) {
      watcher.report.alarm('partner_api_refuses_us', { status: error.status, reason: error.reason });
    }
  }
}
