import { type Control, readControl, viewOfControl } from '../../lib/instructions/control.ts';
import { resume, type StopScope, stop } from '../../lib/operations/stop.ts';
import { exitCodes, type Io, UsageError } from '../partner-api/io.ts';
import { readOptions, required } from '../partner-api/options.ts';
import { render } from '../partner-api/table.ts';
import { type Command, commonOptions, noArguments, type Open, withStage } from './command.ts';
import type { Context } from './context.ts';

const text = { type: 'string' } as const;
const scopeOptions = { all: { type: 'boolean' }, client: text, strategy: text, reason: text } as const;

/** What is stopped now. */
export const control: Command = {
  usage: `control
  What is stopped, by whom, since when and why.`,

  async run(args, io, open) {
    const { values, positionals } = readOptions(args, commonOptions, true);
    noArguments(positionals);
    return await withStage(values, { io, open }, async (context) =>
      answer(await readControl(context.store), context, values.json === true, io),
    );
  },
};

/** The stop button. */
export const stopCommand: Command = {
  usage: `stop --all | --client C | --strategy S  --reason TEXT
  From the moment this is answered nothing is sent, published or approved in that scope. What was sent goes on to its
  end; requests are still taken in and kept. Other stops stay.`,
  run: (args, io, open) => change(args, { io, open }, 'stop'),
};

/** Lets go what was stopped. */
export const resumeCommand: Command = {
  usage: `resume --all | --client C | --strategy S  [--reason TEXT]
  Takes back a stop of just that scope: --all does not release clients and strategies that are stopped by name.`,
  run: (args, io, open) => change(args, { io, open }, 'resume'),
};

async function change(args: string[], outside: { io: Io; open: Open }, what: 'stop' | 'resume'): Promise<number> {
  const { values, positionals } = readOptions(args, { ...commonOptions, ...scopeOptions }, true);
  noArguments(positionals);
  const { io } = outside;
  const scope = scopeOf(values);
  const reason = what === 'stop' ? required(values.reason, '--reason') : values.reason;
  return await withStage(values, outside, async (context) => {
    warnOfUnknown(scope, context, io);
    const changed =
      what === 'stop'
        ? await stop(context, scope, reason ?? '', context.operator)
        : await resume(context, scope, reason, context.operator);
    return answer(changed, context, values.json === true, io);
  });
}

function scopeOf({ all, client, strategy }: { all?: boolean; client?: string; strategy?: string }): StopScope {
  const scopes: StopScope[] = [
    ...(all === true ? [{ all } as const] : []),
    ...(client === undefined ? [] : [{ client }]),
    ...(strategy === undefined ? [] : [{ strategy }]),
  ];
  const [only, ...more] = scopes;
  if (only === undefined || more.length > 0) throw new UsageError('say one of --all, --client C and --strategy S');
  return only;
}

/** A name that is misspelt stops nothing, and in a hurry nobody would notice. */
function warnOfUnknown(scope: StopScope, { known }: Context, io: Io): void {
  const isUnknown = (names: readonly string[] | undefined, name: string) => names?.includes(name) === false;
  if ('client' in scope && isUnknown(known.clients, scope.client))
    io.err(`WARNING: config/clients.json names no client "${scope.client}"`);
  if ('strategy' in scope && isUnknown(known.strategies, scope.strategy))
    io.err(`WARNING: config/strategies.json names no strategy "${scope.strategy}"`);
}

function answer(changed: Control, { known }: Context, json: boolean, io: Io): number {
  const view = viewOfControl(changed, known);
  io.out(json ? JSON.stringify(view) : render(view));
  return exitCodes.ok;
}
