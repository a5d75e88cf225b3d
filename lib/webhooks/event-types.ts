import { states } from '../instructions/record.ts';

/**
 * Every type of event, by the sort of subject whose history it tells. The one list: the description of our API, the check of
 * the configuration and the documentation follow from it, and a test renders each.
 */
export const eventTypesOf = {
  instruction: states.map((state) => `instruction.${state}` as const),
  deposit: ['deposit.received'],
  offer: ['quote.published', 'quote.taken', 'quote.withdrawn'],
  'hub-quote': ['hub.quote_available'],
  reconciliation: ['reconciliation.completed'],
} as const;

/** A sort of subject whose history is told. */
export type ToldSubject = keyof typeof eventTypesOf;

/** The types of events that an endpoint may ask for. */
export const eventTypes: readonly string[] = Object.values(eventTypesOf).flat();
