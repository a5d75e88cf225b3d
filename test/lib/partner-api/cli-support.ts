import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runPartnerApi } from '../../../cli/partner-api/main.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { type SandboxWorld, sandboxWorld } from './sandbox-world.ts';

/** Where a test file keeps what its commands read and write. */
export const folder: string = temporaryFolder();

/** The path of a file in the folder with that content. */
export function written(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Runs one command line; what it printed, and its exit code. `onErr` is told of each line for people. */
export async function run(
  args: string[],
  env: Record<string, string> = {},
  onErr: (line: string) => unknown = () => {},
  signal = new AbortController().signal,
) {
  const out: string[] = [];
  const err: string[] = [];
  const onError = (line: string) => {
    err.push(line);
    onErr(line);
  };
  const code = await runPartnerApi(args, { out: (line) => out.push(line), err: onError, env, signal });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

let open: SandboxWorld | undefined;

/** A sandbox, and the environment in which commands find it. */
export async function sandbox() {
  open = await sandboxWorld();
  const env = {
    PARTNER_API_BASE_URL: open.server.baseUrl,
    PARTNER_API_KEY: open.apiKey,
    PARTNER_API_KEY_FILE: written('live.pem', open.keys.privateKeyPem),
  };
  return { world: open, env };
}

/** Call it after each test. */
export async function closeSandbox(): Promise<void> {
  await open?.close();
  open = undefined;
}
