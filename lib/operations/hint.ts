import type { Hints, ItemStore, Route } from '../instructions/ports.ts';
import { fundOfGroup } from '../instructions/record.ts';
import type { Subject } from '../instructions/subject.ts';
import { InvalidRequest } from '../platform/http/errors.ts';
import { readHint } from '../quotes/strategy.ts';
import { findSubject } from './find.ts';

/** A hint that was sent. */
export interface SentHint {
  readonly route: Route;
  readonly id: string;
  /** A worker that gets the hint before this moment finds nothing due and leaves it; absent for what is looked at any time. */
  readonly dueAtMs?: number;
}

/**
 * Hints at a subject now, as `dispatch-due` would within a minute of its being due. It changes nothing and forces nothing:
 * what is not due yet, the worker leaves alone. Also takes `fund:<companyId>/<fundId>` and `strategy/<name>`.
 *
 * @throws InvalidRequest 404 for an id that names none of these, 409 when nothing is left to do
 */
export async function hintAt(
  { store, hints }: { readonly store: ItemStore; readonly hints: Hints },
  id: string,
): Promise<SentHint[]> {
  const wanted = await hintsFor(store, id);
  for (const { route, id: hinted } of wanted) await hints.send(route, [{ id: hinted }]);
  return wanted;
}

async function hintsFor(store: ItemStore, id: string): Promise<SentHint[]> {
  if (fundOfGroup(id) !== undefined) return [{ route: 'poll', id }];
  if (readHint(id)?.asks === 'now') return [{ route: 'quote', id }];
  const subject = await findSubject(store, id);
  const wanted = [...workHint(subject), ...tellHint(subject)];
  if (wanted.length === 0) throw new InvalidRequest(409, 'nothing is left to do for it', 'id');
  return wanted;
}

function workHint({ id, work, workAtMs, index }: Subject): SentHint[] {
  if (work === undefined || workAtMs === undefined) return [];
  // All open transactions of a fund are looked at together, whatever is due: their pace is the fund's.
  if (work === 'poll' && index.openIn !== undefined) return [{ route: 'poll', id: index.openIn }];
  return [{ route: work, id, dueAtMs: workAtMs }];
}

function tellHint({ id, tellAtMs }: Subject): SentHint[] {
  return tellAtMs === undefined ? [] : [{ route: 'tell', id, dueAtMs: tellAtMs }];
}
