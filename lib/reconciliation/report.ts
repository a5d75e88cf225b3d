import { derivedId } from '../instructions/ids.ts';
import type { Draft, ItemStore } from '../instructions/ports.ts';
import { dueAtOf, type HistoryEntry, listKeyOf, type Subject } from '../instructions/subject.ts';
import { InvalidRequest } from '../platform/http/errors.ts';
import type { Event } from '../webhooks/events.ts';

/** What one side says of a transaction. Amounts are net, decimal text in base units. */
export interface Side {
  /** The Partner API's status, or our state. */
  readonly status: string;
  readonly asset?: string;
  readonly amount?: string;
}

/** Something on which the ledger of a fund and our instructions do not agree. */
export interface Difference {
  /** `ledgerOnly`: no instruction of ours made it. `instructionOnly`: the API does not know it. `differs`: see `members`. */
  readonly what: 'ledgerOnly' | 'instructionOnly' | 'differs';
  readonly companyId: string;
  readonly fundId: string;
  readonly txId: string;
  readonly instructionId?: string;
  /** In what they differ: `status`, `amount`, `asset`, and what else a kind compares. */
  readonly members?: readonly string[];
  readonly ledger?: Side;
  readonly ours?: Side;
}

/** What came of one fund. */
export interface FundResult {
  readonly companyId: string;
  readonly fundId: string;
  /** Outgoing rows of the ledger within the window. */
  readonly rows: number;
  /** Instructions that were looked for in the ledger. */
  readonly instructions: number;
  readonly differences: number;
  /** There was more than one run can read: what was not read was not compared. */
  readonly truncated: boolean;
}

/** The daily comparison of one client's funds with its instructions. It grows fund by fund, and is told when complete. */
export interface Reconciliation extends Subject {
  readonly subject: 'reconciliation';
  /** The day it was made for, `2026-01-07`, UTC. */
  readonly day: string;
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly funds: readonly FundResult[];
  /** The first of them; `differencesFound` counts all. */
  readonly differences: readonly Difference[];
  readonly differencesFound: number;
}

/** At most this many differences are kept, so that a report never outgrows what the table can store. */
export const keptDifferences = 100;

const dayMs = 24 * 3_600_000;
/** What is still settling at midnight has settled by then. */
const settlingMs = 15 * 60_000;
/** Two days in each report: entries of a ledger may come a day late. */
const windowDays = 2;

/** The report that is due now: the two days up to the last midnight, UTC. */
export function newReport(stage: string, client: string, nowMs: number): Draft<Reconciliation> {
  const toMs = Math.floor((nowMs - settlingMs) / dayMs) * dayMs;
  const day = new Date(toMs).toISOString().slice(0, 10);
  return {
    id: derivedId(stage, 'reconciliation', client, day),
    index: {},
    subject: 'reconciliation',
    client,
    day,
    fromSeconds: (toMs - windowDays * dayMs) / 1000,
    toSeconds: toMs / 1000,
    funds: [],
    differences: [],
    differencesFound: 0,
    createdAtMs: nowMs,
    history: [],
    telling: {},
  };
}

/** The report with one more fund in it. */
export function withFund(
  report: Reconciliation,
  result: Omit<FundResult, 'differences'>,
  found: readonly Difference[],
): Reconciliation {
  return {
    ...report,
    funds: [...report.funds, { ...result, differences: found.length }],
    differences: [...report.differences, ...found].slice(0, keptDifferences),
    differencesFound: report.differencesFound + found.length,
  };
}

/** The complete report: from here on it is listed, and its client is told. */
export function completed(report: Reconciliation, nowMs: number): Reconciliation {
  const { client, id } = report;
  return {
    ...report,
    history: [{ state: 'completed', atMs: nowMs }],
    tellAtMs: nowMs,
    index: { ...dueAtOf({ tellAtMs: nowMs }), listIn: reportsOf(client), listKey: listKeyOf(nowMs, id) },
  };
}

function reportsOf(client: string): string {
  return `reconciliations/${client}`;
}

/** A client's last complete report. @throws InvalidRequest 404 when there is none yet */
export async function latestReport(door: { readonly store: ItemStore }, client: string): Promise<Reconciliation> {
  const { items } = await door.store.list<Reconciliation>(reportsOf(client), { limit: 1 });
  const [latest] = items;
  if (latest === undefined) throw new InvalidRequest(404, 'reconciliation');
  return latest;
}

/** A report as our HTTP API and the event show it. */
export function viewOfReport(report: Reconciliation): Record<string, unknown> {
  const { id, day, fromSeconds, toSeconds, funds, differences, differencesFound, history } = report;
  const completedAtMs = history[0]?.atMs;
  return {
    id,
    day,
    from: new Date(fromSeconds * 1000).toISOString(),
    to: new Date(toSeconds * 1000).toISOString(),
    ...(completedAtMs === undefined ? {} : { completedAt: new Date(completedAtMs).toISOString() }),
    complete: funds.every(({ truncated }) => !truncated),
    funds,
    differencesFound,
    differences,
  };
}

/** The event `reconciliation.completed`. It names the first few differences; the report itself has more. */
export function reportEvent(subject: Subject, entry: HistoryEntry, sequence: number): Event {
  const { differences, ...summary } = viewOfReport(subject as Reconciliation) as { differences: readonly Difference[] };
  return {
    type: `reconciliation.${entry.state}`,
    timestamp: new Date(entry.atMs).toISOString(),
    data: { ...summary, sequence, differences: differences.slice(0, 20) },
  };
}
