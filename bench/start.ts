/**
 * How long somebody waits from `npm start -- --once --json` to the first transfer that has completed and whose webhook has
 * been verified, and how much memory the whole local system takes for it: Partner API, embedded AWS and functions, all in
 * one process. Several rounds, each a fresh process with nothing kept; medians count. `--rounds N` sets how many.
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Benchmark, median, printTable } from './measure.ts';
import { temporaryFolder } from './temporary-folder.ts';

const defaultRounds = 5;
/** A start that takes longer has failed. */
const limitMs = 120_000;

interface Round {
  readonly seconds: number;
  readonly megabytes: number;
  /** Of the seconds, those from the request to the end of the transfer; the rest is starting up. */
  readonly transferSeconds: number;
}

/** See the head of this file. */
export const run: Benchmark = async (args) => {
  const { values } = parseArgs({
    args: [...args],
    options: { rounds: { type: 'string', default: String(defaultRounds) } },
  });
  const count = Number(values.rounds);
  if (!Number.isInteger(count) || count < 1 || count > 50) throw new RangeError('--rounds is a number from 1 to 50');
  const rounds: Round[] = [];
  for (let round = 0; round < count; round++) rounds.push(await startOnce());
  printTable(
    [
      `npm start -- --once --json, ${availableParallelism()} cores`,
      'seconds',
      'of them the transfer',
      'peak memory, MB',
    ],
    rounds.map(({ seconds, transferSeconds, megabytes }, place) => [
      `round ${place + 1}`,
      seconds.toFixed(2),
      transferSeconds.toFixed(2),
      megabytes.toFixed(0),
    ]),
  );
  return [
    {
      name: 'seconds to the first completed transfer, median',
      value: median(rounds.map((one) => one.seconds)),
      atMost: 10,
    },
    {
      name: 'peak memory of the local system in MB, median',
      value: median(rounds.map((one) => one.megabytes)),
      atMost: 400,
    },
  ];
};

/** One start, from the call of npm to the line that reports the transfer. */
async function startOnce(): Promise<Round> {
  const folder = temporaryFolder();
  const startedAtMs = performance.now();
  const child = spawn('npm', ['start', '--silent', '--', '--once', '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: `--import=${peakReporter(folder)}` },
  });
  const limit = setTimeout(() => child.kill('SIGKILL'), limitMs);
  let line = '';
  let complaints = '';
  let reportedAtMs: number | undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    line += text;
    if (line.includes('\n')) reportedAtMs ??= performance.now();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(limit);
  if (code !== 0 || reportedAtMs === undefined) throw new Error(`npm start ended with ${code}: ${line}${complaints}`);
  const { state, ms } = JSON.parse(line) as { state: string; ms: number };
  if (state !== 'completed') throw new Error(`the transfer is ${state}`);
  return {
    seconds: (reportedAtMs - startedAtMs) / 1000,
    transferSeconds: ms / 1000,
    megabytes: peakMegabytes(folder),
  };
}

/**
 * A module that every Node process below `npm` loads first: when it ends, it leaves its peak memory in the folder. On Linux
 * the kernel's own figure for this very program; `maxRSS` may include what the process was before it became Node.
 */
function peakReporter(folder: string): string {
  const code = `
    import { readFileSync, writeFileSync } from 'node:fs';
    process.on('exit', () => {
      let kilobytes = process.resourceUsage().maxRSS;
      try {
        kilobytes = Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
      } catch {}
      writeFileSync(${JSON.stringify(folder)} + '/' + process.pid, JSON.stringify({ program: process.argv[1] ?? '', kilobytes }));
    });`;
  return `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`;
}

/** Everything that ran, but for npm itself: it only waits. */
function peakMegabytes(folder: string): number {
  const processes = readdirSync(folder).map(
    (file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as { program: string; kilobytes: number },
  );
  const ours = processes.filter(({ program }) => !/[\\/]npm(-cli\.js)?$/.test(program));
  if (ours.length === 0) throw new Error('the local system has not told its peak memory');
  return ours.reduce((sum, { kilobytes }) => sum + kilobytes, 0) / 1024;
}
