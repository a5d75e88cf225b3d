import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** The feed process of the local system. */
export interface FeedProcess {
  /** Starts it if it does not run. */
  start(): void;
  /** Ends it at once, as a crash would; nothing starts it again by itself. */
  kill(): void;
  stop(): Promise<void>;
}

/** `cli/feeds.ts` with the environment of the functions, started. It is a process of its own here, as in the cloud. */
export function startFeeds(environment: Readonly<Record<string, string>>): FeedProcess {
  let child: ChildProcess | undefined;
  const feeds: FeedProcess = {
    start() {
      child ??= spawn(process.execPath, ['cli/feeds.ts'], {
        env: { ...process.env, ...environment },
        // The channel closes with this process, however it ends: its feeds must not outlive it.
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
    },
    kill() {
      child?.kill('SIGKILL');
      child = undefined;
    },
    async stop() {
      if (child === undefined || child.exitCode !== null) return;
      const ended = once(child, 'close');
      child.kill('SIGTERM');
      await ended;
    },
  };
  feeds.start();
  return feeds;
}
