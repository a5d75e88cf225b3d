import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A bundle with what it is started on. */
export interface Start {
  readonly bundleFile: string;
  readonly functionName: string;
  readonly event: unknown;
  readonly environment: Readonly<Record<string, string>>;
}

/** What came of a cold start. */
export interface Started {
  readonly answer: unknown;
  /** From before the process was made until its answer arrived. */
  readonly answeredMs: number;
  /** As the process saw it: from its own beginning until the bundle was loaded. */
  readonly loadedMs: number;
  /** Processor time it took until it answered: less touched by what else the machine does. */
  readonly processorMs: number;
  /** What it logged. */
  readonly output: string;
}

const child = fileURLToPath(new URL('child.cjs', import.meta.url));
const timeoutMs = 30_000;

/**
 * Starts a bundle once in a process of its own and waits for that process to end.
 *
 * @throws Error with the process's own output when it ends without an answer.
 */
export async function coldStart({ bundleFile, functionName, event, environment }: Start): Promise<Started> {
  const beganMs = performance.now();
  const process = spawn(globalThis.process.execPath, [child, bundleFile, functionName, JSON.stringify(event)], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    timeout: timeoutMs,
  });
  let reported = '';
  let output = '';
  let answeredMs = 0;
  process.stdio[3]?.on('data', (chunk) => {
    answeredMs = performance.now() - beganMs;
    reported += chunk;
  });
  process.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  process.stderr?.on('data', (chunk) => {
    output += chunk;
  });
  await new Promise((resolve, reject) => process.once('error', reject).once('close', resolve));
  if (reported === '') throw new Error(`${functionName} ended without an answer:\n${output.slice(-4_000)}`);
  return { ...(JSON.parse(reported) as Pick<Started, 'answer' | 'loadedMs' | 'processorMs'>), answeredMs, output };
}
