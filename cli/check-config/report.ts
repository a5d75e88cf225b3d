import { join } from 'node:path';
import { isError, type Problem, problemText } from '../../lib/platform/config/concern.ts';
import { exitCodes, type Io, UsageError } from '../partner-api/io.ts';

/** How the command is called. */
export const usage = `npm run check-config [-- FOLDER] [--live] [options]
  Prints every problem of the configuration in FOLDER (config/ when absent) with its file and path.

  --live  compares it with the Partner API as well: whether each wallet that is bound exists, is in that fund and company
          and holds that asset; wallets and recipients of sweeps; wallets and scales of strategies; the core clients that
          approve. Nothing is changed there.
    --base-url U    e.g. https://api.qredo.network/api/v1/p          (or PARTNER_API_BASE_URL)
    --api-key K, --key FILE | --secret-id ID     the key that initiates
    --approver-api-key K, --approver-key FILE | --approver-secret-id ID
                    the approver's; without it the core clients of approvals are not compared
    --ca-file FILE, --timeout-ms N

Exit codes: 0 valid, perhaps with warnings; 1 errors; 2 wrong usage; 3 the Partner API could not be asked.`;

/** The folder to check: the one argument, or the project's own. @throws UsageError for more than one */
export function folderOf([folder = join(import.meta.dirname, '..', '..', 'config'), ...more]: string[]): string {
  if (more.length > 0) throw new UsageError(`what is ${more[0]}?`);
  return folder;
}

/** Prints the problems and what they come to. @returns the exit code */
export function conclude(problems: readonly Problem[], io: Pick<Io, 'out' | 'err'>): number {
  for (const problem of problems) io.err(`${problem.severity}: ${problemText(problem)}`);
  const errors = problems.filter(isError).length;
  io.out(errors === 0 ? 'the configuration is valid' : `${errors} error${errors === 1 ? '' : 's'}`);
  return errors === 0 ? exitCodes.ok : exitCodes.refused;
}
