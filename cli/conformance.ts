/** The conformance suite: `npm run conformance -- --help`; `docs/conformance.md` shows it at work. */
import { runConformanceCommand } from './conformance/main.ts';

process.exitCode = await runConformanceCommand(process.argv.slice(2), {
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
});
