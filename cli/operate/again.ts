import { hintAt } from '../../lib/operations/hint.ts';
import { workerOf } from '../../lib/operations/waiting.ts';
import { replayEvents } from '../../lib/webhooks/replay.ts';
import { exitCodes } from '../partner-api/io.ts';
import { readOptions } from '../partner-api/options.ts';
import { table } from '../partner-api/table.ts';
import { type Command, commonOptions, oneArgument, withStage } from './command.ts';
import { momentText, wholeNumberFrom } from './words.ts';

/** Webhooks once more. */
export const replay: Command = {
  usage: `replay ID [--endpoint E] [--from SEQUENCE]
  Tells the history of a subject again, from that sequence to its end, under the same webhook-ids; to one endpoint, or to
  all that were told of it. Without --from: from the first event that was given up, or from the beginning when none was.`,

  async run(args, io, open) {
    const own = { endpoint: { type: 'string' }, from: { type: 'string' } } as const;
    const { values, positionals } = readOptions(args, { ...commonOptions, ...own }, true);
    const id = oneArgument(positionals, 'ID');
    const fromSequence = values.from === undefined ? undefined : wholeNumberFrom(0, values.from, '--from');
    return await withStage(values, { io, open }, async (context) => {
      const replayed = await replayEvents(context, { id, endpoint: values.endpoint, fromSequence });
      if (values.json) io.out(JSON.stringify({ id, from: replayed }));
      else {
        const rows = Object.entries(replayed).map(([endpoint, from]) => [endpoint, String(from)]);
        io.out(table(['endpoint', 'told again from'], rows));
      }
      if (context.notSent() > 0) io.err('it is due, and will be told with the next run of dispatch-due');
      return exitCodes.ok;
    });
  },
};

/** A look now. */
export const hint: Command = {
  usage: `hint ID
  Has the workers look at a subject now instead of within a minute; also at fund:<companyId>/<fundId> and strategy/<name>.
  What is not due yet they leave alone.`,

  async run(args, io, open) {
    const { values, positionals } = readOptions(args, commonOptions, true);
    const id = oneArgument(positionals, 'ID');
    return await withStage(values, { io, open }, async (context) => {
      const sent = await hintAt(context, id);
      const nowMs = context.clock.nowMs();
      const rows = sent.map(({ route, id: hinted, dueAtMs = 0 }) => [
        workerOf[route],
        hinted,
        dueAtMs > nowMs ? `not due before ${momentText(dueAtMs)}` : '',
      ]);
      io.out(values.json ? JSON.stringify(sent.map(jsonOf)) : table(['worker', 'hint', ''], rows));
      return context.notSent() > 0 ? exitCodes.failed : exitCodes.ok;
    });
  },
};

function jsonOf({ route, id, dueAtMs }: Awaited<ReturnType<typeof hintAt>>[number]): unknown {
  return { worker: workerOf[route], id, ...(dueAtMs === undefined ? {} : { dueAt: momentText(dueAtMs) }) };
}
