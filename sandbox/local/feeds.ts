import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, stop } from 'esbuild';

/** The feed processes of the local system. */
export interface FeedProcesses {
  /** Starts those that do not run. */
  start(): void;
  /** Ends them at once, as a crash would; nothing starts them again by itself. */
  kill(): void;
  stop(): Promise<void>;
}

/** Each reads one of the two keys, and is not even told of the other. */
const processes = [
  { options: [], keptFrom: 'APPROVER_SECRET_ID' },
  { options: ['--only', 'coreclient'], keptFrom: 'SIGNING_SECRET_ID' },
] as const;

/**
 * `cli/feeds.ts` with the environment of the functions, started. Each is a process of its own here, as in the cloud; they
 * run bundled, since a process that reads TypeScript takes half as much memory again.
 *
 * @param folder where the bundle is put
 */
export async function startFeeds(
  environment: Readonly<Record<string, string>>,
  folder: string,
): Promise<FeedProcesses> {
  const program = await bundle(folder);
  let children: ChildProcess[] = [];
  const feeds: FeedProcesses = {
    start() {
      if (children.length > 0) return;
      children = processes.map(({ options, keptFrom }) => {
        const { [keptFrom]: _kept, ...env } = { ...process.env, ...environment };
        // The channel closes with this process, however it ends: its feeds must not outlive it.
        return spawn(process.execPath, [program, ...options], {
          env,
          stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        });
      });
    },
    kill() {
      for (const child of children) child.kill('SIGKILL');
      children = [];
    },
    async stop() {
      await Promise.all(children.map(ended));
    },
  };
  feeds.start();
  return feeds;
}

async function bundle(folder: string): Promise<string> {
  const outfile = join(folder, 'feeds.cjs');
  const { outputFiles } = await build({
    entryPoints: ['cli/feeds.ts'],
    outfile,
    // Written by this process: the build's own may outlive it for a moment, and must not bring a removed folder back.
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    mainFields: ['module', 'main'],
    logLevel: 'warning',
  });
  // It keeps a process for the next build, which there is none of.
  await stop();
  for (const { path, contents } of outputFiles) writeFileSync(path, contents);
  return outfile;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  await closed;
}
