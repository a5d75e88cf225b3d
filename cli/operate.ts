/**
 * The operator's commands: `npm run operate -- list | show | stuck | control | stop | resume | replay | hint`. `--help`
 * explains them; `docs/operating.md` shows them at work.
 */
import { runOperate } from './operate/main.ts';

const ending = new AbortController();
process.once('SIGINT', () => ending.abort());
process.exitCode = await runOperate(process.argv.slice(2), {
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
  env: process.env,
  signal: ending.signal,
});
