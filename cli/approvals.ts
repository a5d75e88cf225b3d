/**
 * The dry run of approvals: `npm run approvals -- --rules FILE --actions FILE`. `--help` explains it; `docs/approvals.md`
 * shows it at work.
 */
import { runApprovalsCommand } from './approvals/main.ts';

process.exitCode = runApprovalsCommand(process.argv.slice(2), {
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
});
