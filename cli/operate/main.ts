import { InvalidRequest } from '../../lib/platform/http/errors.ts';
import { loggable } from '../../lib/platform/redact.ts';
import { exitCodes, type Io, UsageError } from '../partner-api/io.ts';
import { hint, replay } from './again.ts';
import { type Command, type Open, openReal } from './command.ts';
import { control, resumeCommand, stopCommand } from './control.ts';
import { list } from './list.ts';
import { show } from './show.ts';
import { stuck } from './stuck.ts';

const commands: Readonly<Record<string, Command>> = {
  list,
  show,
  stuck,
  control,
  stop: stopCommand,
  resume: resumeCommand,
  replay,
  hint,
};

/** What is printed for `--help` and after wrong usage. */
export const usage = `npm run operate -- COMMAND [options]

${Object.values(commands)
  .map((command) => command.usage)
  .join('\n\n')}

Which stage, for every command:
  --stage S        the stage it was deployed as                      (or STAGE; dev when neither is given)
  --region R       its AWS region                                    (or AWS_REGION; eu-west-1 when neither is given)
  --table T        the table, where the stage's name leads to several
  --local-env FILE settings of a local run: npm start prints the name of the file
  --json           for programs
AWS credentials are found where the AWS SDK looks for them.

Exit codes: 0 done; 1 there is no such thing, or it is refused; 2 wrong usage; 3 failed.`;

/** Runs one command line and resolves with its exit code; nothing is thrown. */
export async function runOperate(args: string[], io: Io, open: Open = openReal): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || rest.includes('--help')) {
    io.out(Object.hasOwn(commands, name ?? '') ? (commands[name ?? ''] as Command).usage : usage);
    return name === undefined ? exitCodes.usage : exitCodes.ok;
  }
  try {
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (command === undefined) throw new UsageError(`there is no command ${name}`);
    return await command.run(rest, io, open);
  } catch (error) {
    return explain(error, io);
  }
}

/** Messages only: a stack says nothing to an operator, and an error of the SDK may carry more than it should. */
function explain(error: unknown, io: Io): number {
  const said = String(loggable(error instanceof Error ? error.message : String(error)));
  if (error instanceof UsageError) {
    io.err(`${said}\n(--help shows how it is used)`);
    return exitCodes.usage;
  }
  if (error instanceof InvalidRequest) {
    io.err(said);
    return error.status === 400 ? exitCodes.usage : exitCodes.refused;
  }
  const name = error instanceof Error && error.name !== 'Error' ? `${error.name}: ` : '';
  io.err(`failed: ${name}${said}`);
  return exitCodes.failed;
}
