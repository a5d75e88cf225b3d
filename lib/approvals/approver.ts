import type { Clock, Hints, ItemStore, Random, Reporter } from '../instructions/ports.ts';
import type { PartnerApi } from '../partner-api/index.ts';

/** What approving touches. The API is entered with the approver's own key, which no other function may read. */
export interface Approver {
  readonly store: ItemStore;
  readonly hints: Hints;
  readonly clock: Clock;
  readonly random: Random;
  readonly report: Reporter;
  readonly api: { readonly coreClients: Pick<PartnerApi['coreClients'], 'actions' | 'action' | 'approve' | 'reject'> };
}
