/**
 * The command-line client of the Partner API: `npm run partner-api -- sign | send | feed | provision`, and
 * `npm run sign -- …` for the first of them. `--help` explains it; `docs/partner-api-client.md` shows it at work.
 */
import { runPartnerApi } from './partner-api/main.ts';

const ending = new AbortController();
process.once('SIGINT', () => ending.abort());
process.once('SIGTERM', () => ending.abort());
process.exitCode = await runPartnerApi(process.argv.slice(2), {
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
  env: process.env,
  signal: ending.signal,
});
