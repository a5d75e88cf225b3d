/**
 * `npm run bench -- <name> [options]`: prints a table and ratios, all from one run. Ends with 1 when a ratio misses its
 * target, so that a script can tell.
 */
import { type Benchmark, isMet, printTable } from './measure.ts';

/** Every benchmark, by the name it is called with. */
const benchmarks: Readonly<Record<string, () => Promise<{ run: Benchmark }>>> = {
  signing: () => import('./signing.ts'),
  sandbox: () => import('./sandbox.ts'),
  'cold-start': () => import('./cold-start/run.ts'),
  start: () => import('./start.ts'),
  polling: () => import('./polling.ts'),
};

const [name = '', ...args] = process.argv.slice(2);
const usage = `usage: npm run bench -- ${Object.keys(benchmarks).join(' | ')}`;
if (name === '--help') {
  console.log(usage);
  process.exit(0);
}
const load = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
if (load === undefined) {
  console.error(usage);
  process.exit(2);
}

const ratios = await (await load()).run(args);
console.log('');
printTable(
  ['ratio', 'value', 'target', ''],
  ratios.map((ratio) => [
    ratio.name,
    ratio.value.toFixed(3),
    ratio.atLeast === undefined ? `<= ${ratio.atMost}` : `>= ${ratio.atLeast}`,
    isMet(ratio) ? 'met' : 'MISSED',
  ]),
);
process.exit(ratios.length > 0 && ratios.every(isMet) ? 0 : 1);
