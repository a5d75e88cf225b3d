import type { Asset, ConnectedWallet, Fund, PartnerApi, Wallet } from '../../partner-api/index.ts';
import { NotFoundError } from '../../partner-api/index.ts';

/** What the comparison asks of the Partner API. It only reads. */
export type LiveApi = Pick<PartnerApi, 'assets' | 'companies' | 'coreClients' | 'funds' | 'wallets'>;

/** What the Partner API knows, each thing asked once however often it is needed. `undefined`: it knows no such thing. */
export interface LiveFacts {
  hasCompany(companyId: string): Promise<boolean>;
  fund(companyId: string, fundId: string): Promise<Fund | undefined>;
  /** A wallet of this key, or one that is connected to a core client of it, by id or short code. */
  wallet(walletId: string): Promise<Wallet | undefined>;
  /** The wallets connected to a core client of this key. */
  connected(coreClientId: string): Promise<ConnectedWallet[] | undefined>;
  /** The ids of all core clients of this key. */
  coreClientIds(): Promise<ReadonlySet<string>>;
  /** The assets of the environment, by code. */
  assets(): Promise<ReadonlyMap<string, Asset>>;
}

/** Asks `api` as it goes. @throws PartnerApiError for everything but a 404 */
export function factsFrom(api: LiveApi): LiveFacts {
  return {
    hasCompany: remembered(async (companyId) => (await known(api.companies.get(companyId))) !== undefined),
    fund: remembered((companyId, fundId) => known(api.funds.get(companyId, fundId))),
    wallet: remembered((walletId) => known(api.wallets.get(walletId))),
    connected: remembered((coreClientId) => known(api.coreClients.wallets(coreClientId))),
    coreClientIds: remembered(async () => new Set((await api.coreClients.list()).map((one) => one.coreClientId))),
    assets: remembered(async () => new Map((await api.assets.list()).map((asset) => [asset.code, asset]))),
  };
}

async function known<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

function remembered<Arguments extends string[], T>(
  ask: (...args: Arguments) => Promise<T>,
): (...args: Arguments) => Promise<T> {
  const answers = new Map<string, Promise<T>>();
  return (...args) => {
    const key = JSON.stringify(args);
    const answer = answers.get(key) ?? ask(...args);
    answers.set(key, answer);
    return answer;
  };
}
