import { type ChildProcess, spawn } from 'node:child_process';
import { temporaryFolder } from './temporary-folder.ts';

/** What one `npm start` came to. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs the program behind `npm start`. `onLine` is told of each line of standard output and may kill the process with it.
 * The process never outlives `limitMs`; what it leaves in `temporary`, its folder for such things, is removed with the rest.
 */
export function runStart(
  options: readonly string[],
  onLine: (line: string, child: ChildProcess) => void = () => {},
  { limitMs = 420_000, temporary = temporaryFolder(), onBegun = (_child: ChildProcess): void => {} } = {},
): Promise<Finished> {
  const child = spawn(process.execPath, ['sandbox/start.ts', ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: temporary },
  });
  onBegun(child);
  const limit = setTimeout(() => child.kill('SIGKILL'), limitMs);
  let stdout = '';
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const before = stdout.split('\n').length;
    stdout += chunk;
    for (const line of stdout.split('\n').slice(before - 1, -1)) onLine(line, child);
  });
  return new Promise((resolve) => {
    child.on('close', (code) => {
      clearTimeout(limit);
      resolve({ code, stdout, stderr });
    });
  });
}
