import { describe, expect, it } from 'vitest';
import { runStart } from '../support/start.ts';

const names = ['transfer', 'withdrawal', 'swap', 'sweep', 'deposit', 'approval', 'standing'];

describe('npm start -- --once --json --scenario', { timeout: 600_000 }, () => {
  it.concurrent.each([[[]], [['--kill-feeds']]])('all %j: every automation ends as it should', async (more) => {
    const { code, stdout } = await runStart(['--once', '--json', '--scenario', 'all', ...more], undefined, {
      limitMs: 540_000,
    });
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ scenario }) => scenario)).toEqual(names);
    const states = Object.fromEntries(lines.map(({ scenario, state }) => [scenario, state]));
    const good = { ...Object.fromEntries(names.map((name) => [name, 'completed'])), deposit: 'received' };
    expect(states, stdout).toEqual(good);
    // None has ended before the feed processes are killed, or the kill would hit nothing; but for those that do not wait a
    // second for somebody's approval: a deposit is found whenever the schedule looks next, and a rule approves at once.
    const waiting = lines.filter(({ scenario }) => scenario !== 'deposit' && scenario !== 'approval');
    for (const line of waiting) expect(line['ms'], JSON.stringify(line)).toBeGreaterThan(700);
    for (const line of lines) expect(line['ms']).toEqual(expect.any(Number));
    expect(code).toBe(0);
  });

  it('says which scenarios there are', async () => {
    const { code, stdout, stderr } = await runStart(['--once', '--scenario', 'heist']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('approval');
  });
});
