/**
 * The Partner API server under load, in a process on a core of its own. Signed transfers are set beside an unsigned echo of
 * the same bodies by the same HTTP stack. Both are counted in processor time of the server, which is the same as time where
 * it has its core for itself, and they take turns, so that a busy machine slows neither more than the other.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Benchmark, median, printTable } from './measure.ts';
import { drive, requestBytes } from './sandbox/load.ts';
import { canPin, type Server, startServer } from './sandbox/processes.ts';
import { type BenchWorld, makeWorld } from './sandbox/world.ts';

const connections = 16;
const rounds = 5;
const requestsPerRound = 4000;
const manyTransfers = 100_000;
const startUps = 5;

/** Sends the requests: how many a second, and how many a second of the server's processor time. */
async function throughput(server: Server, requests: readonly Buffer[]): Promise<{ wall: number; processor: number }> {
  const before = await server.usage();
  const elapsedMs = await drive(server.baseUrl, requests, connections);
  const { processorMs } = await server.usage();
  const perSecond = (ms: number) => (requests.length / ms) * 1000;
  return { wall: perSecond(elapsedMs), processor: perSecond(processorMs - before.processorMs) };
}

async function compareWithEcho(sandbox: Server, echo: Server, world: BenchWorld) {
  const echoes = (count: number) =>
    Array.from({ length: count }, () =>
      requestBytes('POST', `${echo.baseUrl}/echo`, { 'content-type': 'application/json' }, world.body()),
    );
  await throughput(echo, echoes(requestsPerRound));
  await throughput(sandbox, world.transfers(requestsPerRound, { signed: true }));
  const results: Record<'echo' | 'sandbox', { wall: number; processor: number }>[] = [];
  for (let round = 0; round < rounds; round++) {
    const signed = world.transfers(requestsPerRound, { signed: true });
    const plain = echoes(requestsPerRound);
    results.push({ echo: await throughput(echo, plain), sandbox: await throughput(sandbox, signed) });
  }
  return results;
}

/** Milliseconds per request of the first and last thousand out of many, the server being warm. */
async function fillUp(server: Server, world: BenchWorld) {
  const perRequestMs = async (count: number) =>
    (await drive(server.baseUrl, world.transfers(count, { signed: false }), connections)) / count;
  const first = await perRequestMs(1000);
  for (let sent = 2000; sent < manyTransfers; sent += 2000) await perRequestMs(2000);
  return { first, last: await perRequestMs(1000) };
}

/** Milliseconds per page of the ledger, of a long one and a short one in turns. */
async function ledgerPages(server: Server, long: BenchWorld, short: BenchWorld) {
  const pages = { long: [] as number[], short: [] as number[] };
  for (let round = 0; round < 2 * rounds; round++) {
    for (const [name, world] of [['long', long] as const, ['short', short] as const]) {
      const requests = Array.from({ length: 100 }, () => world.ledgerPage());
      pages[name].push((await drive(server.baseUrl, requests, 1)) / requests.length);
    }
  }
  return { long: median(pages.long), short: median(pages.short) };
}

/** Seconds from the start of `npm run sandbox`'s program to the line that says it listens. */
async function startSeconds(): Promise<number> {
  const startedMs = performance.now();
  const cli = new URL('../cli/sandbox.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [cli, '--port', '0', '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const seconds = (performance.now() - startedMs) / 1000;
  child.kill('SIGKILL');
  await once(child, 'exit');
  return seconds;
}

/** See the head of this file. */
export const run: Benchmark = async () => {
  if (canPin()) execFileSync('taskset', ['-cp', '0', String(process.pid)], { stdio: 'ignore' });
  else console.log('Processes cannot be bound to cores here.\n');
  const [sandbox, echo] = [await startServer('sandbox'), await startServer('echo')];
  try {
    const [signing, long, short] = [
      await makeWorld(sandbox, 'live'),
      await makeWorld(sandbox, 'sandbox'),
      await makeWorld(sandbox, 'sandbox'),
    ];
    const compared = await compareWithEcho(sandbox, echo, signing);
    await drive(sandbox.baseUrl, short.transfers(1000, { signed: false }), connections);
    const { first, last } = await fillUp(sandbox, long);
    const residentMb = (await sandbox.usage()).residentBytes / 1e6;
    const pages = await ledgerPages(sandbox, long, short);
    const starts: number[] = [];
    for (let round = 0; round < startUps; round++) starts.push(await startSeconds());

    const figure = (of: 'echo' | 'sandbox', by: 'wall' | 'processor') =>
      Math.round(median(compared.map((one) => one[of][by])));
    printTable(
      ['figure', 'value'],
      [
        ['echo by Fastify, requests per second', figure('echo', 'wall')],
        ['echo by Fastify, requests per second of processor time', figure('echo', 'processor')],
        ['signed transfers per second', figure('sandbox', 'wall')],
        ['signed transfers per second of processor time', figure('sandbox', 'processor')],
        ['ms per transfer, first 1,000', first.toFixed(4)],
        [`ms per transfer, last 1,000 of ${manyTransfers.toLocaleString('en')}`, last.toFixed(4)],
        ['ms per ledger page, 1,000 rows', pages.short.toFixed(3)],
        [`ms per ledger page, ${manyTransfers.toLocaleString('en')} rows`, pages.long.toFixed(3)],
      ],
    );
    return [
      {
        name: 'signed transfers over echo',
        value: median(compared.map((one) => one.sandbox.processor / one.echo.processor)),
        atLeast: 0.4,
      },
      { name: 'last 1,000 transfers over first', value: last / first, atMost: 1.3 },
      { name: 'page of a long ledger over a short one', value: pages.long / pages.short, atMost: 1.5 },
      { name: 'resident memory with them all, MB', value: residentMb, atMost: 500 },
      { name: 'start to listening, seconds', value: median(starts), atMost: 1 },
    ];
  } finally {
    sandbox.stop();
    echo.stop();
  }
};
