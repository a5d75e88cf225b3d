import type { HistoryEntry, Subject } from '../instructions/subject.ts';
import type { HubQuoteSubject } from './followed.ts';
import type { Offer } from './strategy.ts';

interface QuoteEvent {
  readonly type: string;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** `quote.published`, `quote.taken`, `quote.withdrawn`: what became of a quote of a strategy. */
export function offerEvent(subject: Subject, { atMs, ...entry }: HistoryEntry, sequence: number): QuoteEvent {
  const { id, strategy, generation, instructionId, terms } = subject as Offer;
  return {
    type: `quote.${entry.state}`,
    timestamp: iso(atMs),
    data: { id, sequence, ...entry, strategy, generation, instructionId, ...terms },
  };
}

/** `hub.quote_available`: a quote of somebody else, of a pair the client follows. */
export function hubQuoteEvent(subject: Subject, { atMs, ...entry }: HistoryEntry, sequence: number): QuoteEvent {
  const { id, quote } = subject as HubQuoteSubject;
  return { type: `hub.quote_${entry.state}`, timestamp: iso(atMs), data: { id, sequence, ...entry, ...quote } };
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
