import { checkConfig } from '../../lib/platform/config/assemble.ts';
import { exitCodes, type Io, UsageError } from '../partner-api/io.ts';
import { readOptions } from '../partner-api/options.ts';
import { conclude, folderOf, usage } from './report.ts';

/** Runs one command line and resolves with its exit code. */
export async function runCheckConfig(args: string[], io: Io): Promise<number> {
  if (args.includes('--help')) {
    io.out(usage);
    return exitCodes.ok;
  }
  try {
    // The client of the Partner API is loaded only where it is needed: without it this is twice as fast.
    if (args.includes('--live')) return await (await import('./live.ts')).checkLiveCommand(args, io);
    const { positionals } = readOptions(args, {}, true);
    return conclude(checkConfig(folderOf(positionals)), io);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    io.err(`${error.message}\n(--help shows how it is used)`);
    return exitCodes.usage;
  }
}
