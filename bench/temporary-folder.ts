import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folders: string[] = [];

/** A new, empty folder, which is removed with all that is in it when this process ends, also when somebody ends it. */
export function temporaryFolder(): string {
  if (folders.length === 0) removeAtTheEnd();
  const folder = mkdtempSync(join(tmpdir(), 'qredo-bench-'));
  folders.push(folder);
  return folder;
}

function removeAtTheEnd(): void {
  process.once('exit', () => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
}
