import type { Item, ItemIndex, Route } from './ports.ts';

/** At most this many entries stand in one history, so that an item can never outgrow what the table can store. */
export const maxHistoryEntries = 32;

/** One change of state. Its place in the history, counted from 0, is the `sequence` of the event that tells of it. */
export interface HistoryEntry {
  readonly state: string;
  readonly atMs: number;
  /** Why, in a word of ours or of the Partner API. */
  readonly reason?: string;
  /** The transaction, as far as it was known then. */
  readonly txId?: string;
  /** The Partner API's word that led to this state. */
  readonly status?: string;
}

/** How far one webhook endpoint has been told. */
export interface Telling {
  /** Entries of the history below this sequence have been told, or given up. */
  readonly announced: number;
  /** Failed attempts to tell the entry at `announced`. */
  readonly failures: number;
  /** When the entry at `announced` was first tried, epoch milliseconds: its retry period counts from here. */
  readonly firstTriedAtMs?: number;
  /** Not to be tried again before this moment. */
  readonly nextAtMs?: number;
  /** Sequences given up after the retry period; the replay command tells them again. */
  readonly givenUp?: readonly number[];
  /** How often an operator has had it told again: a worker that was telling meanwhile sees that its word is out of date. */
  readonly replays?: number;
}

/** Anything with a history that is told to somebody. */
export interface Subject extends Item {
  /** What it is; decides how its history is rendered as events. */
  readonly subject: string;
  /** The client who is told. */
  readonly client: string;
  readonly createdAtMs: number;
  readonly history: readonly HistoryEntry[];
  /** By the name of the webhook endpoint. An endpoint not named here has been told nothing yet. */
  readonly telling: Readonly<Record<string, Telling>>;
  /** When somebody should be told next; absent when everybody knows everything. */
  readonly tellAtMs?: number;
  /** When its worker should act next, and the queue that worker reads; absent when there is nothing left to do. */
  readonly workAtMs?: number;
  readonly work?: Route;
}

/** The earliest moment at which anything is left to do, for the due index. */
export function dueAtOf(subject: Pick<Subject, 'workAtMs' | 'tellAtMs'>): Pick<ItemIndex, 'dueAtMs'> {
  const moments = [subject.workAtMs, subject.tellAtMs].filter((moment) => moment !== undefined);
  return moments.length > 0 ? { dueAtMs: Math.min(...moments) } : {};
}

/** A list key that sorts by time of creation, newest last. */
export function listKeyOf(createdAtMs: number, id: string): string {
  return `${new Date(createdAtMs).toISOString()}/${id}`;
}
