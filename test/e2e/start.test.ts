import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runStart } from '../support/start.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const sample = JSON.parse(readFileSync('events/create-transfer.json', 'utf8')) as { body: string };

/** The sample event with other members in its body, in a file of its own. */
function eventWith(members: Record<string, unknown>): string {
  const file = join(temporaryFolder(), 'event.json');
  const body = JSON.stringify({ ...(JSON.parse(sample.body) as object), ...members });
  writeFileSync(file, JSON.stringify({ ...sample, body }));
  return file;
}

async function once(
  ...options: string[]
): Promise<{ code: number | null; report: Record<string, unknown>; stderr: string }> {
  const { code, stdout, stderr } = await runStart(['--once', '--json', ...options]);
  expect(stdout.trim().split('\n')).toHaveLength(1);
  return { code, report: JSON.parse(stdout) as Record<string, unknown>, stderr };
}

describe('npm start -- --once --json', { timeout: 600_000 }, () => {
  it('settles the sample transfer with two requests to the Partner API and tells the partner', async () => {
    const { code, report } = await once();
    expect(report).toMatchObject({
      state: 'completed',
      states: ['accepted', 'submitting', 'pending', 'completed'],
      webhook: 'delivered',
      txId: expect.stringMatching(/^[0-9A-Za-z]{27}$/),
    });
    expect(report['partnerApiRequests']).toBeGreaterThanOrEqual(2);
    expect(report['partnerApiRequests']).toBeLessThanOrEqual(4);
    expect(code).toBe(0);
  });

  it('shows people each step, also who is asked and approves on the other side', async () => {
    const { code, stdout } = await runStart(['--once']);
    // One brings about the next.
    const steps = [
      'signed request +POST /company/{company_id}/transfer',
      'custodian is asked +Nina Okafor: ApproveTransfer',
      'custodian approved +Nina Okafor',
      'webhook verified +instruction.completed',
    ];
    expect(stdout).toMatch(new RegExp(steps.map((step) => step.replace(/[{}]/g, '\\$&')).join('[\\s\\S]*')));
    // A function may be slower to end than what it brought about.
    for (const step of ['create-transfer', 'is accepted', 'poll-statuses']) expect(stdout).toContain(step);
    expect(code).toBe(0);
  });

  it('ends failed with the reason of the Partner API when the balance is too small', async () => {
    const { code, report } = await once('--input', eventWith({ amount: '9223372036854775807' }));
    expect(report).toMatchObject({ state: 'failed', txId: null, webhook: 'delivered' });
    expect(code).toBe(1);
  });

  it('ends failed for a wallet the Partner API does not know', async () => {
    const { code, report } = await once('--input', eventWith({ counterpartyWalletId: 'no such wallet' }));
    expect(report).toMatchObject({ state: 'failed', txId: null, webhook: 'delivered' });
    expect(code).toBe(1);
  });

  it('shows the frame of a refused request and sends nothing', async () => {
    const { code, report } = await once('--input', eventWith({ amount: 1.5 }));
    expect(report).toMatchObject({
      instructionId: null,
      partnerApiRequests: 0,
      error: { code: 400, detail: { reason: 'invalid field: amount', field: 'amount' } },
    });
    expect(code).toBe(1);
  });

  it('says what is wrong with an input file and with an option', async () => {
    const unreadable = await runStart(['--once', '--input', 'package.json']);
    expect(unreadable).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('rawPath is missing') });
    const unknown = await runStart(['--twice']);
    expect(unknown).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('--twice') });
  });

  it('tells a program in a line of JSON what kept it from beginning', async () => {
    for (const wrong of [['--input', 'package.json'], ['--twice'], ['--data', '/dev/null']]) {
      const { code, report } = await once(...wrong);
      expect({ code, report }).toEqual({ code: 1, report: { state: 'broken', error: expect.any(String) } });
    }
  });
});

describe('npm start -- --data DIR', { timeout: 600_000 }, () => {
  it('is for one run at a time: a second says so, and leaves the first alone', async () => {
    const folder = temporaryFolder();
    let second: ReturnType<typeof once> | undefined;
    const first = await runStart(['--data', folder], (line, child) => {
      if (!line.includes('everything listens')) return;
      second = once('--data', folder).finally(() => child.kill('SIGTERM'));
    });
    expect(await second).toEqual({
      code: 1,
      report: { state: 'broken', error: `the data folder ${folder} is in use by another run` },
      stderr: `the data folder ${folder} is in use by another run\n`,
    });
    expect(first.code).toBe(0);
    const { code, report } = await once('--data', folder);
    expect({ code, report }).toMatchObject({ code: 0, report: { state: 'completed', webhook: 'delivered' } });
  });
});

describe('npm start', { timeout: 600_000 }, () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('leaves nothing behind when %s ends it', async (signal) => {
    const temporary = temporaryFolder();
    let wasThere: string[] = [];
    const { code } = await runStart(
      [],
      (line, child) => {
        if (!line.includes('everything listens')) return;
        wasThere = readdirSync(temporary);
        child.kill(signal);
      },
      { temporary },
    );
    expect([code, wasThere, readdirSync(temporary)]).toEqual([0, [expect.stringMatching(/^qredo-functions-/)], []]);
  });

  it('leaves nothing behind when it is ended while it still starts', async () => {
    const temporary = temporaryFolder();
    let child: ChildProcess | undefined;
    const ended = runStart([], undefined, {
      temporary,
      onBegun: (begun) => {
        child = begun;
      },
    });
    await expect.poll(() => readdirSync(temporary), { timeout: 120_000, interval: 5 }).toHaveLength(1);
    child?.kill('SIGINT');
    expect([(await ended).code, readdirSync(temporary)]).toEqual([0, []]);
  });
});
