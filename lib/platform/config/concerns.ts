import { approvals } from './approvals.ts';
import { checkWords } from './client-words.ts';
import { clients } from './clients.ts';

import { standing } from './standing.ts';
import { strategies } from './strategies.ts';
import { watches } from './watches.ts';

/** Every concern of the configuration, by the name of its file and of the key in it. */
export const concerns = {
  clients: { ...clients, checkWithClients: checkWords },
  standing,
  strategies,
  approvals,
  watches,
} as const;

/** The name of a concern. */
export type ConcernName = keyof typeof concerns;

/** The whole configuration: one key per concern. */
export type Config = { readonly [Name in ConcernName]: (typeof concerns)[Name]['whenAbsent'] };
