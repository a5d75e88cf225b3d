import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openApiText } from '../lib/openapi/document.ts';

/**
 * `npm run openapi`: writes the description of our HTTP API to `docs/openapi.json`, made of the schemas that validate it.
 * `npm run openapi -- --check` writes nothing and exits 1 when the file is out of date.
 */
const { values: options } = parseArgs({ options: { check: { type: 'boolean' }, help: { type: 'boolean' } } });
if (options.help) {
  console.log(
    'npm run openapi -- [--check]\n  Writes docs/openapi.json. With --check: exits 1 when it is out of date.',
  );
  process.exit(0);
}
const root = join(import.meta.dirname, '..');
const file = join(root, 'docs', 'openapi.json');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const text = openApiText(version);

if (!options.check) writeFileSync(file, text);
else if (readFileSync(file, 'utf8') !== text) {
  console.error('docs/openapi.json is out of date: npm run openapi');
  process.exitCode = 1;
}
