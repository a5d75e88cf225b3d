import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runConformanceCommand } from '../../cli/conformance/main.ts';
import { runConformance } from '../../cli/conformance/run.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startLiar } from './liar.ts';
import { startTarget } from './served.ts';

let real: Awaited<ReturnType<typeof startTarget>>;
let folder: string;
let usual: string[];
beforeAll(async () => {
  real = await startTarget({ seed: 6 });
  folder = temporaryFolder();
  const file = join(folder, 'key.pem');
  writeFileSync(file, real.target.privateKey.export({ type: 'pkcs1', format: 'pem' }));
  const { baseUrl, controlUrl, apiKey } = real.target;
  usual = ['--base-url', baseUrl, '--api-key', apiKey, '--key', file, '--control-url', controlUrl];
});
afterAll(async () => {
  await real.server.close();
});

async function run(args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runConformanceCommand(args, { out: (line) => out.push(line), err: (line) => err.push(line) });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

describe('npm run conformance', () => {
  it('prints a line for each operation and ends with the two sums', async () => {
    const { code, out } = await run([...usual, '--only', '1,6']);
    expect(code).toBe(0);
    const lines = out.split('\n');
    expect(lines[0]).toMatch(/^operation +method and path +checks +passed +failed +skipped$/);
    expect(lines.slice(1, 58).map((line) => line.split(' ')[0])).toEqual([
      ...Array.from({ length: 53 }, (_, index) => String(index + 1)),
      'D1',
      'W1',
      'W2',
      'W3',
    ]);
    expect(lines.at(-2)).toBe('2 of 57 operations');
    expect(lines.at(-1)).toMatch(/^\d+ passed, 0 failed$/);
  });

  it('with --json prints one line of JSON', async () => {
    const { code, out } = await run([...usual, '--only', '6', '--json']);
    expect(code).toBe(0);
    expect(out).not.toContain('\n');
    expect(JSON.parse(out)).toMatchObject({ covered: 1, failed: 0 });
  });

  it('ends with 1 when a promise is broken, and says which and how', async () => {
    const liar = await startLiar(real.target.baseUrl);
    liar.lie((answer) => {
      if (answer.operation === '6' && answer.status === 200) answer.body.total_count += 1;
    });
    const { code, out } = await run([...usual, '--base-url', liar.baseUrl, '--only', '6']);
    await liar.close();
    expect(code).toBe(1);
    expect(out).toContain('6: finds names that contain the letters, in any case, in order of creation');
    expect(out).toContain('body.total_count: expected 2, got 3');
    expect(out).toMatch(/0 of 57 operations\n\d+ passed, \d+ failed$/);
  });

  it('ends with 3 when the server cannot be reached, which breaks no promise', async () => {
    const { code, err } = await run([...usual, '--base-url', 'http://127.0.0.1:1/api/v1/p']);
    expect([code, err]).toEqual([3, expect.stringContaining('cannot be reached')]);
  });

  it.each([
    [[], '--base-url'],
    [['--base-url', 'ftp://x'], '--base-url'],
    [['--base-url', 'http://x/api/v1/p'], '--api-key'],
    [['--base-url', 'http://x/api/v1/p', '--api-key', 'k', '--key', '/nowhere'], '--key'],
    [['--base-url', 'http://x/api/v1/p', '--api-key', 'k', '--only', '1,58'], '58'],
    [['--colour', 'red'], '--colour'],
  ])('ends with 2 and names the mistake: %j', async (args, named) => {
    const { code, err } = await run(args);
    expect([code, err]).toEqual([2, expect.stringContaining(named)]);
  });

  it('leaves the server’s clock where it was', async () => {
    await run([...usual, '--only', '53']);
    expect(real.server.sandbox.clock.state().offsetMs).toBe(0);
  });

  it('runs as a program, and ends when it is done', async () => {
    const program = new URL('../../cli/conformance.ts', import.meta.url).pathname;
    const { stdout } = await promisify(execFile)(process.execPath, [program, ...usual, '--only', 'W2,49'], {
      timeout: 120_000,
    });
    expect(stdout).toMatch(/2 of 57 operations\n\d+ passed, 0 failed\n$/);
  });
});

describe('what a server need not have', () => {
  it('without a control surface checks are skipped, and none fails', async () => {
    const report = await runConformance({ ...real.target, controlUrl: undefined });
    expect(report.outcomes.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect(report.skipped).toBeGreaterThan(100);
    expect(report.passed).toBeGreaterThan(100);
    expect(report.outcomes.filter(({ outcome }) => outcome === 'skipped').map(({ message }) => message)).toEqual(
      Array.from({ length: report.skipped }, () => 'needs the control surface'),
    );
  });

  it('a key that needs no signature does as well', async () => {
    const body = JSON.stringify({ kind: 'sandbox' });
    const { apiKey } = JSON.parse(real.server.sandbox.control({ method: 'POST', target: '/keys', body }).body);
    const only = ['2', '3', '8', '11', '17', '24', '28', '36', '43', '47', 'W1', 'W2'];
    const report = await runConformance({ ...real.target, apiKey, privateKey: undefined, only });
    expect(report.outcomes.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
    expect(report.covered).toBe(only.length);
  });
});
