import type { Instruction } from '../../lib/instructions/record.ts';
import { viewOf } from '../../lib/instructions/view.ts';
import { findInstructions } from '../../lib/operations/find.ts';
import { exitCodes, UsageError } from '../partner-api/io.ts';
import { readOptions } from '../partner-api/options.ts';
import { cell, table } from '../partner-api/table.ts';
import { type Command, commonOptions, noArguments, withStage } from './command.ts';
import { momentText, wholeNumberFrom } from './words.ts';

const text = { type: 'string' } as const;

/** Instructions, newest first. */
export const list: Command = {
  usage: `list [--client C] [--state S] [--kind K] [--limit N] [--cursor X]
  Instructions, newest first: of one client, or of all that config/clients.json names; 50 unless told.`,

  async run(args, io, open) {
    const own = { client: text, state: text, kind: text, limit: text, cursor: text };
    const { values, positionals } = readOptions(args, { ...commonOptions, ...own }, true);
    noArguments(positionals);
    const limit = wholeNumberFrom(1, values.limit ?? '50', '--limit');
    const { state, kind, cursor } = values;
    if (cursor !== undefined && values.client === undefined) throw new UsageError('--cursor needs --client');
    return await withStage(values, { io, open }, async ({ store, known }) => {
      const clients = values.client === undefined ? known.clients : [values.client];
      if (clients === undefined) throw new UsageError('say --client: there is no config/clients.json here');
      const asked = Object.fromEntries(
        Object.entries({ state, kind, cursor }).filter(([, value]) => value !== undefined),
      );
      const found = await findInstructions(store, clients, { ...asked, limit });
      if (values.json) {
        const instructions = found.instructions.map((one) => ({ client: one.client, ...viewOf(one) }));
        io.out(JSON.stringify({ ...found, instructions }));
        return exitCodes.ok;
      }
      io.out(tableOf(found.instructions));
      if (found.more) io.err(`there are more${found.cursor === undefined ? '' : `: --cursor ${found.cursor}`}`);
      return exitCodes.ok;
    });
  },
};

function tableOf(instructions: readonly Instruction[]): string {
  const rows = instructions.map(({ id, createdAtMs, client, kind, state, request, place, txId, reason }) => [
    momentText(createdAtMs),
    client,
    kind,
    state,
    request['amount'] ?? '',
    place.asset,
    id,
    txId,
    reason,
  ]);
  return table(
    ['created', 'client', 'kind', 'state', 'amount', 'asset', 'id', 'txId', 'reason'],
    rows.map((row) => row.map(cell)),
  );
}
