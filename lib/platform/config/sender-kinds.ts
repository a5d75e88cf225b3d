import { kinds } from '../../instructions/kinds/index.ts';
import type { ClientConfig } from './clients.ts';
import type { ProblemInFile } from './concern.ts';

/**
 * That queue senders are given kinds that exist. Not a check of `clients.ts` itself: every door loads that file, and with
 * it would load the schemas of all kinds, 7 ms of a cold start.
 */
export function checkSenderKinds(clients: readonly ClientConfig[]): ProblemInFile[] {
  return clients.flatMap(({ queueSenders }, client) =>
    queueSenders.flatMap((sender, place) =>
      sender.kinds.flatMap((kind, each) => checkKind(kind, `clients[${client}].queueSenders[${place}].kinds[${each}]`)),
    ),
  );
}

function checkKind(kind: string, path: string): ProblemInFile[] {
  if (kinds.has(kind)) return [];
  return [{ path, message: `is none of ${[...kinds.keys()].join(', ')}`, severity: 'error' }];
}
