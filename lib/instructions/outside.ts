import type { PartnerApi } from '../partner-api/index.ts';
import type { Clock, Hints, ItemStore, Random, Reporter } from './ports.ts';

/** What the doors touch. None of it signs, reads a key or reaches the Partner API. */
export interface Door {
  readonly stage: string;
  readonly store: ItemStore;
  readonly hints: Hints;
  readonly clock: Clock;
  readonly random: Random;
  readonly report: Reporter;
}

/** What a worker that talks to the Partner API touches. */
export interface Worker extends Door {
  readonly api: PartnerApi;
}
