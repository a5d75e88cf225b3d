import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkConfig } from '../lib/platform/config/assemble.ts';
import { problemText } from '../lib/platform/config/concern.ts';

/**
 * `npm run check-config [-- FOLDER]`: prints every problem of the configuration with its file and path. Exits 1 when one
 * of them is an error, 0 when there are none or only warnings.
 */
const { positionals } = parseArgs({ allowPositionals: true, options: {} });
const folder = positionals[0] ?? join(import.meta.dirname, '..', 'config');
const problems = checkConfig(folder);
const errors = problems.filter((problem) => problem.severity === 'error');

for (const problem of problems) console.error(`${problem.severity}: ${problemText(problem)}`);
console.log(
  errors.length === 0 ? 'the configuration is valid' : `${errors.length} error${errors.length === 1 ? '' : 's'}`,
);
process.exitCode = errors.length === 0 ? 0 : 1;
