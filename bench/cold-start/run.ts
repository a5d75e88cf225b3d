/**
 * Cold starts: for every function of serverless.yml the time from starting a process to its first answered event, beside
 * a bare bundle that makes one call with each of the same AWS clients (and one undici request where the function has
 * undici). Both talk to the same servers, which run in this process; they take turns, round after round.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuiltFunction, buildFunctions } from '../../cli/build/build.ts';
import { readHandlers } from '../../cli/build/handlers.ts';
import { type Benchmark, median, printTable, type Ratio } from '../measure.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { buildBare, clientsIn, packagesIn } from './bare.ts';
import { takeTurn } from './round.ts';
import { type Round, steps } from './scenario.ts';
import { type Servers, startServers } from './servers.ts';
import { coldStart, type Started } from './start.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const defaultRounds = 11;
const mostRounds = 100;
const atMost = 1.3;

/** A function with what it is compared to, and what was measured of both. */
interface Subject {
  readonly built: BuiltFunction;
  readonly clients: readonly string[];
  readonly bareFile: string;
  readonly ours: Started[];
  readonly bare: Started[];
}

/** See the head of this file. Options: the number of rounds. */
export const run: Benchmark = async ([roundsText = String(defaultRounds)]) => {
  const rounds = Number(roundsText);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > mostRounds) {
    throw new RangeError(`rounds: a whole number from 1 to ${mostRounds}`);
  }
  const folder = temporaryFolder();
  const servers = await startServers(root, folder);
  try {
    const subjects = await prepare(servers, folder);
    // The first round fills the caches of the disk and is thrown away.
    for (let number = 0; number <= rounds; number++) await measure(subjects, servers, number);
    print(subjects);
    return [...subjects.filter(({ clients }) => clients.length > 0).map(ratioOf), ...notMeasured()];
  } finally {
    await servers.stop();
  }
};

/** Builds every function, in the order of the scenario, and the bundles they are compared with. */
async function prepare({ configText }: Servers, folder: string): Promise<Subject[]> {
  const handlers = readHandlers(root);
  const built = await buildFunctions({ root, handlers, configText, outFolder: join(folder, 'functions') });
  const subjects: Subject[] = [];
  for (const name of Object.keys(steps)) {
    const found = built.find((each) => each.name === name);
    if (found === undefined) continue;
    const clients = clientsIn(found);
    const bareFile = await buildBare(clients, root, folder);
    subjects.push({ built: found, clients, bareFile, ours: [], bare: [] });
  }
  return subjects;
}

/** A function that was added without an event to start it with misses its target, so that it is not forgotten. */
function notMeasured(): Ratio[] {
  const names = Object.keys(readHandlers(root)).filter((name) => !Object.hasOwn(steps, name));
  return names.map((name) => ({
    name: `${name}: no event in bench/cold-start/scenario.ts`,
    value: Number.NaN,
    atMost,
  }));
}

async function measure(subjects: readonly Subject[], servers: Servers, number: number): Promise<void> {
  const { environment } = servers;
  const round: Round = { servers, number, transferId: '', cancelledId: '' };
  const bundleOf = (name: string) => subjects.find(({ built }) => built.name === name)?.built.bundleFile ?? '';
  await servers.forget();
  for (const { built, bareFile, ...subject } of subjects) {
    const startBare = () =>
      coldStart({ bundleFile: bareFile, functionName: `bare ${built.name}`, event: {}, environment });
    // Who goes first changes from round to round: the second finds the servers warmer.
    const bareFirst = number % 2 === 0 ? await startBare() : undefined;
    const ours = await takeTurn(built.name, bundleOf, round);
    const bare = bareFirst ?? (await startBare());
    if (number === 0) continue;
    subject.ours.push(ours);
    subject.bare.push(bare);
  }
}

type Figure = 'answeredMs' | 'loadedMs' | 'processorMs';

const medianOf = (started: readonly Started[], figure: Figure) => median(started.map((each) => each[figure]));

function ratioOf({ built, ours, bare }: Subject): Ratio {
  const value = medianOf(ours, 'answeredMs') / medianOf(bare, 'answeredMs');
  return { name: `${built.name} over a bare bundle`, value, atMost };
}

function print(subjects: readonly Subject[]): void {
  const kilobytes = (bytes: number) => Math.round(bytes / 1000);
  console.log(
    'Milliseconds of function / bare bundle, medians: until it answered, until it was loaded, and of processor',
  );
  console.log('time. Then the kB of bundle and zip.\n');
  const pair = ({ ours, bare }: Subject, figure: Figure) =>
    `${medianOf(ours, figure).toFixed(0)} / ${medianOf(bare, figure).toFixed(0)}`;
  printTable(
    ['function', 'answered', 'loaded', 'processor', 'ratio', 'bundle', 'zip', 'bare makes one call by each of'],
    subjects.map((subject) => [
      subject.built.name,
      pair(subject, 'answeredMs'),
      pair(subject, 'loadedMs'),
      pair(subject, 'processorMs'),
      ratioOf(subject).value.toFixed(2),
      kilobytes(subject.built.bundleBytes),
      kilobytes(subject.built.zipBytes),
      subject.clients.join(' + ') || 'nothing: not held to the target',
    ]),
  );
  console.log('\nWhat is in each bundle, kB:\n');
  for (const { built } of subjects) {
    const parts = packagesIn(built).filter(([, bytes]) => bytes >= 1000);
    console.log(`${built.name}: ${parts.map(([part, bytes]) => `${part} ${kilobytes(bytes)}`).join(', ')}`);
  }
}
