import type { Instruction } from '../../lib/instructions/record.ts';
import type { Subject } from '../../lib/instructions/subject.ts';
import { findSubject } from '../../lib/operations/find.ts';
import { findStrategy, type StrategyFound } from '../../lib/operations/strategy.ts';
import { waitsOf } from '../../lib/operations/waiting.ts';
import { loggable } from '../../lib/platform/redact.ts';
import { exitCodes } from '../partner-api/io.ts';
import { readOptions } from '../partner-api/options.ts';
import { cell, table } from '../partner-api/table.ts';
import { type Command, commonOptions, oneArgument, withStage } from './command.ts';
import { membersTable } from './members.ts';
import { momentText } from './words.ts';

/** One subject, with everything that is known of it. */
export const show: Command = {
  usage: `show ID
  One subject by its id, or an instruction by its txId: the record, its history, its last attempts, what each webhook
  endpoint has been told, and what it waits for. strategy/<name>: how many quotes it has made, how many came to nothing in
  a row, before when none is made, and the newest. --json prints the record as it is stored.`,

  async run(args, io, open) {
    const { values, positionals } = readOptions(args, commonOptions, true);
    const id = oneArgument(positionals, 'ID');
    return await withStage(values, { io, open }, async ({ store }) => {
      const strategy = await findStrategy(store, id);
      if (strategy !== undefined) {
        io.out(values.json ? JSON.stringify(loggable(strategy)) : strategyPage(strategy));
        return exitCodes.ok;
      }
      const subject = await findSubject(store, id);
      io.out(values.json ? JSON.stringify(loggable({ ...subject, waits: waitsOf(subject) })) : pageOf(subject));
      return exitCodes.ok;
    });
  },
};

/** Parts of the record that have a table of their own, or say nothing to a person. */
const apart = new Set(['history', 'telling', 'attempts', 'index', 'writeId', 'bodyHash']);

function pageOf(subject: Subject): string {
  const parts = [
    membersTable(subject, apart),
    historyTable(subject),
    attemptsTable(subject as Partial<Instruction>),
    tellingTable(subject),
    waitsTable(subject),
  ];
  return parts.filter((part) => part !== undefined).join('\n\n');
}

/** The strategy, and its newest quote, of which `show` with the id of that quote tells all. */
function strategyPage({ item, offer, isStopped }: StrategyFound): string {
  const strategy = membersTable({ ...item, isStopped }, apart);
  if (offer === undefined) return strategy;
  const { id, state, stateSinceMs, instructionId, withdrawReason } = offer;
  const reason = withdrawReason === undefined ? {} : { withdrawReason };
  return `${strategy}\n\nits newest quote\n${membersTable({ id, state, stateSinceMs, instructionId, ...reason }, apart)}`;
}

function historyTable({ history }: Subject): string {
  const rows = history.map((entry, sequence) => [
    sequence,
    momentText(entry.atMs),
    entry.state,
    entry.status,
    entry.txId,
    entry.reason,
  ]);
  return titled('history', ['sequence', 'at', 'state', 'status', 'txId', 'reason'], rows);
}

function attemptsTable({ attempts }: Partial<Instruction>): string | undefined {
  if (attempts === undefined || attempts.count === 0) return undefined;
  const rows = attempts.last.map(({ number, startedAtMs, effect, reason }) => [
    number,
    momentText(startedAtMs),
    effect ?? 'under way',
    reason,
  ]);
  return titled(`attempts (${attempts.count})`, ['number', 'started', 'effect', 'reason'], rows);
}

function tellingTable({ telling, history }: Subject): string | undefined {
  const rows = Object.entries(telling).map(([name, { announced, failures, nextAtMs, givenUp = [], replays = 0 }]) => [
    name,
    `${announced} of ${history.length}`,
    failures,
    nextAtMs === undefined ? '' : momentText(nextAtMs),
    givenUp.join(', '),
    replays,
  ]);
  if (rows.length === 0) return undefined;
  return titled('told', ['endpoint', 'events', 'failures', 'next try', 'given up', 'replays'], rows);
}

function waitsTable(subject: Subject): string | undefined {
  const rows = waitsOf(subject).map((wait) => [wait.for, wait.worker, momentText(wait.dueAtMs), wait.reason]);
  return rows.length === 0 ? undefined : titled('waits', ['for', 'worker', 'due', 'reason'], rows);
}

function titled(title: string, headings: readonly string[], rows: readonly (readonly unknown[])[]): string {
  return `${title}\n${table(
    headings,
    rows.map((row) => row.map(cell)),
  )}`;
}
