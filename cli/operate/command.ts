import { type Io, UsageError } from '../partner-api/io.ts';
import { type Context, openContext } from './context.ts';
import { type StageValues, stageOptions } from './stage.ts';

/** Opens the stage that the options name; tests put their own in its place. */
export type Open = (values: StageValues, io: Io) => Promise<Context>;

/** One command: how it is called, and what it does. Resolves with the exit code. */
export interface Command {
  readonly usage: string;
  run(args: string[], io: Io, open: Open): Promise<number>;
}

/** The options every command has. */
export const commonOptions = { ...stageOptions, json: { type: 'boolean' } } as const;

/** Opens the stage, does something with it, and closes it whatever happened. */
export async function withStage(
  values: StageValues,
  { io, open }: { readonly io: Io; readonly open: Open },
  act: (context: Context) => Promise<number>,
): Promise<number> {
  const context = await open(values, io);
  try {
    return await act(context);
  } finally {
    context.close();
  }
}

/** The way to a real stage. */
export const openReal: Open = openContext;

/** The one argument of a command. @throws UsageError when it is missing or there are more */
export function oneArgument(positionals: readonly string[], name: string): string {
  const [only, ...more] = positionals;
  if (only === undefined || more.length > 0) throw new UsageError(`say one ${name}`);
  return only;
}

/** A command that takes no argument. @throws UsageError */
export function noArguments(positionals: readonly string[]): void {
  if (positionals.length > 0) throw new UsageError(`what is ${positionals[0]}?`);
}
