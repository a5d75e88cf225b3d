import { depositEvent } from '../deposits/deposit.ts';
import type { Instruction } from '../instructions/record.ts';
import type { HistoryEntry, Subject } from '../instructions/subject.ts';
import { hubQuoteEvent, offerEvent } from '../quotes/events.ts';
import { reportEvent } from '../reconciliation/report.ts';
import type { ToldSubject } from './event-types.ts';

/** An event as partners receive it: rendered from the history when it is delivered, never stored. */
export interface Event {
  /** `<subject>.<state>`, such as `instruction.completed`. */
  readonly type: string;
  /** When the state was entered, ISO 8601. */
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

type Renderer = (subject: Subject, entry: HistoryEntry, sequence: number) => Event;

/**
 * How each sort of subject tells its history. An event holds only what its entry and the unchanging part of its subject
 * say, so that every retry sends the same bytes.
 */
const renderers: Readonly<Record<ToldSubject, Renderer>> = {
  deposit: depositEvent,
  reconciliation: reportEvent,
  'hub-quote': hubQuoteEvent,
  offer: offerEvent,
  instruction: (subject, entry, sequence) => {
    const { id, kind, place, request, key } = subject as Instruction;
    return {
      type: `instruction.${entry.state}`,
      timestamp: iso(entry.atMs),
      data: { id, kind, idempotencyKey: key, sequence, ...stated(entry), ...place, ...request },
    };
  },
};

/** The event that tells of one entry. @throws when nobody knows how to tell of such a subject */
export function render(subject: Subject, sequence: number): Event {
  const entry = subject.history[sequence];
  if (entry === undefined || !Object.hasOwn(renderers, subject.subject)) {
    throw new Error(`${subject.id}: no event ${sequence} of a ${subject.subject}`);
  }
  return renderers[subject.subject as ToldSubject](subject, entry, sequence);
}

/** The id under which one event is always sent, so that a partner can tell a retry from news. */
export function webhookId(subject: Pick<Subject, 'id'>, sequence: number): string {
  return `${subject.id}_${sequence}`;
}

/** What an entry says beyond its moment. */
export function stated({ atMs: _at, ...rest }: HistoryEntry): Omit<HistoryEntry, 'atMs'> {
  return rest;
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
