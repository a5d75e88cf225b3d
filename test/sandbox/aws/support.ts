import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** The fixture service, which has one of everything. */
export const fixtureFile = new URL('./fixtures/serverless.yml', import.meta.url).pathname;

/** Writes files, by their path, into a new folder and returns it. */
export function folderWith(files: Record<string, string>): string {
  const folder = temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** Asks until the answer is not undefined; fails after `withinMs`. */
export async function eventually<Answer>(ask: () => Answer | undefined, withinMs = 60_000): Promise<Answer> {
  const endMs = performance.now() + withinMs;
  while (performance.now() < endMs) {
    const answer = ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`nothing within ${withinMs} ms`);
}
