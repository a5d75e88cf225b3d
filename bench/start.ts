/**
 * How long somebody waits from `npm start -- --once --json` to the first transfer that has completed and whose webhook has
 * been verified, and how much memory the whole local system takes for it: Partner API, embedded AWS and functions in one
 * process, the feeds in two. Several rounds, each a fresh process with nothing kept; medians count. `--rounds N` sets how many.
 */
import { execFile, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { type Benchmark, median, printTable } from './measure.ts';

const defaultRounds = 5;
const sampleEveryMs = 100;
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
  const startedAtMs = performance.now();
  const child = spawn('npm', ['start', '--silent', '--', '--once', '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const memory = new PeakMemory(child.pid ?? 0);
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
    megabytes: memory.end(),
  };
}

/** What the processes below one take together at the same moment, at most: the kernel's resident pages, shared ones in each. */
class PeakMemory {
  #peakKilobytes = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(rootPid: number) {
    this.#timer = setInterval(() => {
      execFile('ps', ['-A', '-o', 'pid=,ppid=,rss='], (_error, table) => {
        this.#peakKilobytes = Math.max(this.#peakKilobytes, kilobytesBelow(rootPid, table));
      });
    }, sampleEveryMs);
  }

  end(): number {
    clearInterval(this.#timer);
    if (this.#peakKilobytes === 0) throw new Error('the memory of the local system was not seen');
    return this.#peakKilobytes / 1024;
  }
}

/** Everything that npm has started, and not npm itself: it only waits. */
function kilobytesBelow(rootPid: number, table: string): number {
  const rows = table
    .trim()
    .split('\n')
    .map((row) => row.trim().split(/\s+/).map(Number) as [number, number, number]);
  const below = new Set([rootPid]);
  // Children come after their parents but for numbers that are used again: a second pass finds those.
  for (let pass = 0; pass < 2; pass++) for (const [pid, ppid] of rows) if (below.has(ppid)) below.add(pid);
  return rows.reduce((sum, [pid, , rss]) => sum + (below.has(pid) && pid !== rootPid ? rss : 0), 0);
}
