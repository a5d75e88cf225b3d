import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Sandbox } from '../../sandbox/partner-api/sandbox.ts';
import { runStart } from '../support/start.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Lines after which the process is killed: a spread of them by default, every one at night. */
const nightly = process.env['NIGHTLY'] !== undefined;
const killAfterLines = nightly ? Array.from({ length: 18 }, (_, line) => line + 1) : [1, 4, 8, 10, 14];

/** The transactions that stand in the sandbox a data folder holds. */
function transactionsIn(folder: string): number {
  const sandbox = new Sandbox({ journal: join(folder, 'partner-api.journal') });
  const made = sandbox.world.transactions.size;
  const { balanced } = sandbox.world.ledger.proof();
  sandbox.close();
  return balanced ? made : Number.NaN;
}

/** Starts the sample transfer, kills the process after so many lines, starts it again with the same data. */
async function killedAndStartedAgain(killAfter: number): Promise<Record<string, unknown>> {
  const folder = temporaryFolder();
  let lines = 0;
  await runStart(['--once', '--data', folder], (_line, child) => {
    lines += 1;
    if (lines === killAfter) child.kill('SIGKILL');
  });
  const again = await runStart(['--once', '--json', '--data', folder]);
  const report = JSON.parse(again.stdout) as Record<string, unknown>;
  return { killAfter, code: again.code, ...report, transactions: transactionsIn(folder) };
}

/** Whole systems that run at once. Too many on a small machine would not meet their own time-outs. */
const systemsAtOnce = 3;

describe('kill -9 in the middle and a restart with the same data', { timeout: nightly ? 3_600_000 : 900_000 }, () => {
  it('brings the transfer to its one end with one transaction', async () => {
    const waiting = [...killAfterLines];
    const reports: Record<string, unknown>[] = [];
    const lane = async () => {
      for (let line = waiting.shift(); line !== undefined; line = waiting.shift())
        reports.push(await killedAndStartedAgain(line));
    };
    await Promise.all(Array.from({ length: systemsAtOnce }, lane));
    expect(reports).toHaveLength(killAfterLines.length);
    for (const report of reports) {
      expect(report).toMatchObject({ state: 'completed', webhook: 'delivered', transactions: 1, code: 0 });
      // Those before the kill are among them: it was asked for, and looked at.
      expect(report['partnerApiRequests']).toBeGreaterThanOrEqual(2);
    }
  });
});
