import { InvalidRequest } from '../platform/http/errors.ts';
import type { Limit } from './limits.ts';
import type { Place } from './record.ts';

/** A wallet of somebody else, connected to a core client of ours, that a client may sweep (reference 8.3). */
export interface SweepBinding {
  readonly coreClientId: string;
  readonly walletId: string;
  readonly asset: string;
  /** The only wallets its assets may be swept to. */
  readonly recipientWalletIds: readonly string[];
}

/** What one client may use, from configuration. What it may not use does not exist for it. */
export interface Bindings {
  /** Wallets of companies of ours. */
  readonly bindings: readonly Place[];
  readonly sweeps?: readonly SweepBinding[] | undefined;
  readonly limits?: readonly Limit[] | undefined;
}

/**
 * The binding of a company's wallet.
 * @param field the member of the request that named the wallet
 * @throws InvalidRequest 404 `company` or `wallet`
 */
export function boundPlace(
  { bindings }: Bindings,
  { companyId, walletId }: Pick<Place, 'companyId' | 'walletId'>,
  field = 'walletId',
): Place {
  const ofCompany = bindings.filter((binding) => binding.companyId === companyId);
  if (ofCompany.length === 0) throw new InvalidRequest(404, 'company', 'companyId');
  const bound = ofCompany.find((binding) => binding.walletId === walletId);
  if (bound === undefined) throw new InvalidRequest(404, 'wallet', field);
  return { companyId, fundId: bound.fundId, walletId, asset: bound.asset };
}

/**
 * The binding of a connected wallet.
 * @throws InvalidRequest 404 `core client`, or `wallet` naming which of the two wallets
 */
export function boundSweep(
  { sweeps = [] }: Bindings,
  wanted: { coreClientId: string; walletId: string; recipientWalletId: string },
): SweepBinding {
  const ofCoreClient = sweeps.filter((binding) => binding.coreClientId === wanted.coreClientId);
  if (ofCoreClient.length === 0) throw new InvalidRequest(404, 'core client', 'coreClientId');
  const bound = ofCoreClient.find((binding) => binding.walletId === wanted.walletId);
  if (bound === undefined) throw new InvalidRequest(404, 'wallet', 'walletId');
  if (!bound.recipientWalletIds.includes(wanted.recipientWalletId)) {
    throw new InvalidRequest(404, 'wallet', 'recipientWalletId');
  }
  return bound;
}
