import type { Clock, Hints, ItemStore, Reporter } from '../instructions/ports.ts';
import type { Subject, Telling } from '../instructions/subject.ts';
import { InvalidRequest } from '../platform/http/errors.ts';
import { withTelling } from './deliver.ts';

/** What a replay touches. */
export interface Replayer {
  readonly store: ItemStore;
  readonly hints: Hints;
  readonly clock: Clock;
  readonly report: Pick<Reporter, 'info'>;
}

/** What is to be told again. */
export interface Replay {
  /** The subject: an instruction, a deposit, an offer, a report. */
  readonly id: string;
  /** One endpoint of its client; all that were ever told anything when absent. */
  readonly endpoint?: string | undefined;
  /** The first sequence to tell again; when absent the first that was given up, or 0 when none was. */
  readonly fromSequence?: number | undefined;
}

/** From where each endpoint is told again, by its name. */
export type Replayed = Readonly<Record<string, number>>;

const maxTries = 8;

/**
 * Has the history of a subject told again, from a sequence to its end, in order, under the same `webhook-id`s: a partner
 * that has an event already drops it. What comes before the sequence is left as it is, and what was not told yet is never
 * passed over. The retry period of what is told again begins anew.
 *
 * A worker may be telling at this moment. Its record would move `announced` forward again; the count of replays tells it
 * that it has read an older version:
 *
 *     worker    read (announced 2, replays 0) ── POST 2 ──────────────── merges 3 only if replays is still 0 ✗
 *     operator       read ── write announced 0, replays 1 if unchanged ✓
 *
 * @throws InvalidRequest 404 for an id that names no subject or an endpoint that was never told of it, 400 for a sequence
 * that the history does not have, 409 when others kept on writing
 */
export async function replayEvents(replayer: Replayer, { id, endpoint, fromSequence }: Replay): Promise<Replayed> {
  for (let tries = 0; tries < maxTries; tries++) {
    const current = await replayer.store.get<Subject>(id);
    if (current?.history === undefined || current.telling === undefined) throw new InvalidRequest(404, 'subject', 'id');
    if (fromSequence !== undefined && fromSequence >= current.history.length) {
      throw new InvalidRequest(400, `the history ends with ${current.history.length - 1}`, 'from');
    }
    const again = Object.fromEntries(
      chosen(current, endpoint).map(([name, telling]) => [name, toldAgain(telling, fromSequence)]),
    );
    const next = withTelling(current, { ...current.telling, ...again }, replayer.clock.nowMs());
    if ((await replayer.store.replace<Subject>(current, next)) === undefined) continue;
    const replayed = Object.fromEntries(Object.entries(again).map(([name, { announced }]) => [name, announced]));
    replayer.report.info('to be told again', { subjectId: id, clientId: current.client, from: replayed });
    await replayer.hints.send('tell', [{ id }]);
    return replayed;
  }
  throw new InvalidRequest(409, 'changed by others again and again: try once more', 'id');
}

function chosen({ telling }: Subject, endpoint: string | undefined): [string, Telling][] {
  const all = Object.entries(telling).filter(([name]) => endpoint === undefined || name === endpoint);
  // Whoever was never told anything is told everything as it is; there is nothing to take back.
  if (all.length === 0) throw new InvalidRequest(404, 'no endpoint was told of it yet', 'endpoint');
  return all;
}

function toldAgain(telling: Telling, fromSequence: number | undefined): Telling {
  const { announced, givenUp = [], replays = 0 } = telling;
  const from = Math.min(announced, fromSequence ?? Math.min(...(givenUp.length > 0 ? givenUp : [0])));
  const stillGivenUp = givenUp.filter((sequence) => sequence < from);
  return {
    announced: from,
    failures: 0,
    replays: replays + 1,
    ...(stillGivenUp.length > 0 ? { givenUp: stillGivenUp } : {}),
  };
}
