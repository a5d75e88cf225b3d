import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';

/** A server in a process of its own. */
export interface Server {
  readonly baseUrl: string;
  readonly controlUrl: string;
  /** Resident memory now, and the processor time used so far. */
  usage(): Promise<{ residentBytes: number; processorMs: number }>;
  stop(): void;
}

const child = new URL('child.ts', import.meta.url).pathname;

/** Whether a process can be bound to one core here. */
export function canPin(): boolean {
  try {
    execFileSync('taskset', ['-c', '1', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Starts `sandbox` or `echo`, on the second core where that is possible. */
export async function startServer(what: 'sandbox' | 'echo', nodeOptions: readonly string[] = []): Promise<Server> {
  const command = [process.execPath, ...nodeOptions, child, what];
  const [file = '', ...args] = canPin() ? ['taskset', '-c', '1', ...command] : command;
  const server: ChildProcess = spawn(file, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const [urls] = (await once(server, 'message')) as [{ baseUrl: string; controlUrl: string }];
  return {
    ...urls,
    async usage() {
      server.send({});
      const [answer] = (await once(server, 'message')) as [{ residentBytes: number; processorMs: number }];
      return answer;
    },
    stop: () => void server.kill(),
  };
}
