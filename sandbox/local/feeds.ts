import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** The feed process of the local system. */
export interface FeedProcess {
  /** Ends it at once, as a crash would; nothing starts it again. */
  kill(): void;
  stop(): Promise<void>;
}

/** Starts `cli/feeds.ts` with the environment of the functions. It is a process of its own here, as in the cloud. */
export function startFeeds(environment: Readonly<Record<string, string>>): FeedProcess {
  const child = spawn(process.execPath, ['cli/feeds.ts'], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'close');
  return {
    kill: () => void child.kill('SIGKILL'),
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
