import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** The handler of each function that serverless.yml of the project in `root` names. */
export function readHandlers(root: string): Record<string, string> {
  const file = parse(readFileSync(join(root, 'serverless.yml'), 'utf8'), { logLevel: 'error' }) as {
    functions: Record<string, { handler: string }>;
  };
  return Object.fromEntries(Object.entries(file.functions).map(([name, block]) => [name, block.handler] as const));
}
