import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;
const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { scripts: Record<string, string> };
/** The npm scripts that are programs of ours, each with its file and what stands before it. npm runs `pre…` by itself. */
const programs = Object.entries(scripts).flatMap(([name, line]) => {
  const [command, ...args] = line.split(' ');
  return command === 'node' && !name.startsWith('pre') ? [[name, args] as const] : [];
});

describe('every command of ours', () => {
  it.each(programs)('npm run %s -- --help prints how it is used, and does nothing', async (name, args) => {
    // An environment without any settings: what needs one cannot be what --help does.
    const env = { PATH: process.env['PATH'] };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [...args, '--help'], { cwd: root, env });
    expect(stdout).toContain(name);
    expect(stderr).toBe('');
  });
});
