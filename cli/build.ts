/**
 * `npm run build`: one bundle and one zip per function in `.build/`. The packager does the same by itself
 * (cli/serverless-plugin.ts); this command is for looking at the result.
 */
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildFunctions } from './build/build.ts';
import { readConfigText } from './build/config.ts';
import { readHandlers } from './build/handlers.ts';

const { values: options } = parseArgs({ options: { help: { type: 'boolean' } } });
if (options.help) {
  console.log('npm run build\n  Writes one bundle and one zip per function to .build/.');
  process.exit(0);
}

const root = fileURLToPath(new URL('..', import.meta.url));
const built = await buildFunctions({ root, handlers: readHandlers(root), configText: readConfigText(root) });

const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(0)} kB`.padStart(8);
for (const { name, bundleBytes, zipBytes, zipFile } of built) {
  console.log(
    `${name.padEnd(20)} ${kilobytes(bundleBytes)} bundled ${kilobytes(zipBytes)} zipped  ${relative(root, zipFile)}`,
  );
}
