/**
 * `npm run check-config [-- FOLDER] [--live …]`: prints every problem of the configuration with its file and path, with
 * `--live` also where it differs from what the Partner API knows. `--help` explains it.
 */
import { runCheckConfig } from './check-config/main.ts';

process.exitCode = await runCheckConfig(process.argv.slice(2), {
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
  env: process.env,
  signal: new AbortController().signal,
});
