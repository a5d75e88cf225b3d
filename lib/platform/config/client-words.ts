import { kinds } from '../../instructions/kinds/index.ts';
import { eventTypes } from '../../webhooks/event-types.ts';
import type { ClientConfig } from './clients.ts';
import { error, type ProblemInFile } from './concern.ts';

/**
 * That the kinds and types of events which clients name exist. Not a check of `clients.ts` itself: every door loads that
 * file, and with it would load the schemas of all kinds, 7 ms of a cold start.
 */
export function checkWords(clients: readonly ClientConfig[]): ProblemInFile[] {
  return clients.flatMap(({ queueSenders, webhooks }, client) => [
    ...queueSenders.flatMap((sender, place) =>
      unknown(sender.kinds, [...kinds.keys()], `clients[${client}].queueSenders[${place}].kinds`),
    ),
    ...webhooks.flatMap(({ events = [] }, place) =>
      unknown(events, eventTypes, `clients[${client}].webhooks[${place}].events`),
    ),
  ]);
}

function unknown(words: readonly string[], known: readonly string[], path: string): ProblemInFile[] {
  return words.flatMap((word, place) =>
    known.includes(word) ? [] : [error(`${path}[${place}]`, `is none of ${known.join(', ')}`)],
  );
}
