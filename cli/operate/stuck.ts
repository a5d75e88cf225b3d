import type { Instruction } from '../../lib/instructions/record.ts';
import { type Overdue, overdueSubjects } from '../../lib/operations/find.ts';
import { exitCodes } from '../partner-api/io.ts';
import { readOptions } from '../partner-api/options.ts';
import { cell, table } from '../partner-api/table.ts';
import { type Command, commonOptions, noArguments, withStage } from './command.ts';
import { momentText, spanMs, spanText, wholeNumberFrom } from './words.ts';

/** What is overdue, and what it waits for. */
export const stuck: Command = {
  usage: `stuck [--older-than 10m] [--limit N]
  Subjects for which something has been due for longer than that, the oldest first: what they wait for, and for which
  worker. Hints are sent every minute, so what is due for minutes is not being done.`,

  async run(args, io, open) {
    const own = { 'older-than': { type: 'string' }, limit: { type: 'string' } } as const;
    const { values, positionals } = readOptions(args, { ...commonOptions, ...own }, true);
    noArguments(positionals);
    const olderThanMs = spanMs(values['older-than'] ?? '10m', '--older-than');
    const limit = wholeNumberFrom(1, values.limit ?? '100', '--limit');
    return await withStage(values, { io, open }, async (context) => {
      const found = await overdueSubjects(context, { olderThanMs, limit });
      if (values.json) io.out(JSON.stringify(found.map(jsonOf)));
      else io.out(found.length === 0 ? `nothing is overdue by ${spanText(olderThanMs)}` : tableOf(found));
      return exitCodes.ok;
    });
  },
};

function jsonOf({ subject, overdueMs, waits }: Overdue): unknown {
  const { id, client, kind, state, txId } = subject as Partial<Instruction>;
  return {
    id,
    subject: subject.subject,
    client,
    kind,
    state,
    txId,
    overdueSeconds: Math.round(overdueMs / 1000),
    waits: waits.map(({ dueAtMs, ...wait }) => ({ ...wait, dueAt: momentText(dueAtMs) })),
  };
}

function tableOf(found: readonly Overdue[]): string {
  const rows = found.flatMap(({ subject, overdueMs, waits }) => {
    const { kind = '', state } = subject as Partial<Instruction>;
    return waits.map((wait, place) => [
      place === 0 ? spanText(overdueMs) : '',
      subject.id,
      subject.client,
      kind || subject.subject,
      state ?? subject.history.at(-1)?.state,
      wait.for,
      wait.worker,
      wait.reason,
    ]);
  });
  return table(
    ['overdue', 'id', 'client', 'what', 'state', 'waits for', 'worker', 'reason'],
    rows.map((row) => row.map(cell)),
  );
}
