import { readFileSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Invocation, LocalAwsError } from './aws/index.ts';
import { Partner } from './local/partner.ts';
import type { ReceivedEvent } from './local/receiver.ts';
import { scenarios } from './local/scenarios/index.ts';
import type { Ending, Scenario, Stage } from './local/scenarios/scenario.ts';
import { recurringTransfer } from './local/scenarios/standing.ts';
import type { HttpApiEvent } from './local/scenarios/transfer.ts';
import { type LocalSystem, startLocalSystem } from './local/system.ts';
import { JournalError } from './partner-api/journal.ts';

const usage = `npm start -- [options]

  --once            stop when it has ended: exit 0 if all ended as it should, else 1
  --json            one line of JSON on standard output for each scenario, nothing else
  --scenario NAME   what to play: transfer (without this option), withdrawal, swap, sweep, deposit, approval,
                    standing, or all of them
  --input FILE      the HTTP API event to send in place of events/create-transfer.json
  --data DIR        keep the table and the sandbox in DIR; in memory without
  --kill-feeds      kill the feed processes in the middle of each scenario: nothing but time may be lost
  --verbose         the functions' own log lines too, on standard error`;

const wished = { httpPort: 3000, partnerApiPort: 8001 } as const;
/** How long any one thing may take; enough for a process that was killed to find its lease run out. */
const limitMs = 180_000;
/** After the work has begun: in the middle of everything. */
const killFeedsAfterMs = 700;
/** The doors that scenarios look through again and again. */
const looks = new Set(['get-instruction', 'list-instructions']);

const { values: options } = readOptions();
/** What is to be stopped before this process ends. */
let running: LocalSystem | undefined;
const startedAtMs = Date.now();
// Functions write their log and metrics to standard output, as Lambda wants it. Here that belongs to the caller.
const standardOutput = process.stdout.write.bind(process.stdout);
process.stdout.write = ((chunk: string | Uint8Array) => process.stderr.write(chunk)) as typeof process.stdout.write;
const say = options.json ? () => {} : (line: string) => void standardOutput(`${line}\n`);
const sayStep = (what: string, detail = '') =>
  say(`${((Date.now() - startedAtMs) / 1000).toFixed(2).padStart(7)}s  ${what.padEnd(28)} ${detail}`);

await run().catch((error: unknown) => {
  // What the user can mend is said in words; anything else is ours to find.
  console.error(error instanceof LocalAwsError || error instanceof JournalError ? error.message : error);
  giveUp(error);
});

async function run(): Promise<void> {
  const event = readEvent(options.input ?? 'events/create-transfer.json');
  const chosen = choose(scenarios(event));
  process.on('SIGINT', () => stop(0));
  process.on('SIGTERM', () => stop(0));
  const system = await startLocalSystem({
    ...wished,
    dataFolder: options.data,
    logLevel: options.verbose ? 'info' : 'silent',
    standing: chosen.some(({ name }) => name === 'standing') ? [recurringTransfer()] : [],
    onInvoke: sayInvocation,
    onEvent: sayEvent,
    onPartnerApi: (what, detail) => sayStep(`  ${what}`, detail),
  });
  running = system;
  for (const note of system.notes) console.error(note);
  // What an earlier process left over would else wait for the first tick of the schedule.
  await system.aws.fire('dispatch-due');
  sayStep('everything listens', system.httpUrl);

  const partner = new Partner(system, limitMs, ({ state, reason }) => sayStep(`  is ${state}`, reason ?? ''));
  let allGood = true;
  for (const scenario of chosen) allGood = (await play(scenario, { system, partner, say: sayStep })) && allGood;
  if (options.once) return stop(allGood ? 0 : 1);
  say(await invitation(system, partner, event));
}

/** Ends everything, then this process: at once while it still starts, or when somebody asks a second time. */
function stop(code: number): void {
  const system = running;
  running = undefined;
  if (system === undefined) process.exit(code);
  system.stop().then(
    () => process.exit(code),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
}

/** Plays one scenario and prints its line. @returns whether it ended as it should */
async function play(scenario: Scenario, stage: Stage): Promise<boolean> {
  say(`\n${scenario.name}: ${scenario.about}`);
  const begunAtMs = Date.now();
  stage.system.feeds.start();
  const ending = await playThrough(scenario, stage).catch((error: Error) => ({
    ok: false,
    state: 'broken',
    error: error.message,
  }));
  const { ok, state, ...facts } = ending;
  const name = options.scenario === undefined ? {} : { scenario: scenario.name };
  const { instructionId, ...others } = facts as Record<string, unknown>;
  const id = instructionId === undefined ? {} : { instructionId };
  const line = { ...name, ...id, state, ...others, ms: Date.now() - begunAtMs };
  if (options.json) standardOutput(`${JSON.stringify(line)}\n`);
  else say(`\n${JSON.stringify(line, undefined, 2)}\n`);
  return ok;
}

/** Nothing is killed before there is something that it could harm. */
async function playThrough(scenario: Scenario, stage: Stage): Promise<Ending> {
  await scenario.begun?.(stage);
  if (options['kill-feeds']) setTimeout(killFeeds, killFeedsAfterMs, stage.system);
  return await scenario.play(stage);
}

function killFeeds({ feeds }: LocalSystem): void {
  feeds.kill();
  sayStep('feed processes killed');
}

function choose(known: ReadonlyMap<string, Scenario>): Scenario[] {
  const name = options.scenario ?? 'transfer';
  if (name === 'all') return [...known.values()];
  const scenario = known.get(name);
  if (scenario !== undefined) return [scenario];
  return misused(new Error(`--scenario: ${[...known.keys()].join(', ')} or all, not ${name}`));
}

/** Every function as it runs, but for schedules that found nothing to do and our own looks at the instruction. */
function sayInvocation({ function: name, trigger, ms, outcome, error }: Invocation): void {
  if (outcome === 'ok' && (trigger === 'schedule' || looks.has(name))) return;
  sayStep(name, `${trigger}, ${Math.round(ms)} ms${outcome === 'ok' ? '' : `, ${outcome}: ${String(error)}`}`);
}

function sayEvent({ type, webhookId }: ReceivedEvent): void {
  sayStep('  webhook verified', `${type} (${webhookId})`);
}

/** What to try next, with a token that works. */
async function invitation(system: LocalSystem, partner: Partner, event: HttpApiEvent): Promise<string> {
  const token = await partner.token();
  return [
    `functions    ${system.httpUrl}   (GET /openapi.json describes them)`,
    `Partner API  ${system.partnerApi.baseUrl}`,
    `control      ${system.partnerApi.controlUrl}/ledger`,
    `inbound      ${system.inboundQueueUrl}   (docs/local-run.md says how to drop a request there)`,
    `operate      npm run operate -- list --local-env ${system.environmentFile}`,
    `token        ${token}`,
    '',
    'Another transfer:',
    `curl -s ${system.httpUrl}/transfers -H 'authorization: Bearer ${token}' -H 'content-type: application/json' \\`,
    `  -H "idempotency-key: try-$(date +%s)" -d '${event.body}'`,
    '',
    'Ctrl-C ends it.',
  ].join('\n');
}

/** Ends this process before anything was played. A program that waits for a line of JSON gets one. */
function giveUp(error: unknown): never {
  const line = { state: 'broken', error: (error as Error).message };
  if (process.argv.includes('--json')) writeSync(1, `${JSON.stringify(line)}\n`);
  process.exit(1);
}

function misused(error: unknown): never {
  console.error(`${(error as Error).message}\n\n${usage}`);
  return giveUp(error);
}

function readOptions() {
  try {
    const read = parseArgs({
      options: {
        help: { type: 'boolean', default: false },
        once: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
        'kill-feeds': { type: 'boolean', default: false },
        scenario: { type: 'string' },
        input: { type: 'string' },
        data: { type: 'string' },
      },
    });
    if (!read.values.help) return read;
    console.log(usage);
  } catch (error) {
    return misused(error);
  }
  process.exit(0);
}

function readEvent(file: string): HttpApiEvent {
  try {
    const event = JSON.parse(readFileSync(file, 'utf8')) as HttpApiEvent;
    if (typeof event.rawPath !== 'string') throw new Error('rawPath is missing');
    if (typeof event.requestContext?.http?.method !== 'string')
      throw new Error('requestContext.http.method is missing');
    return event;
  } catch (error) {
    return misused(new Error(`${file} is not an HTTP API event: ${(error as Error).message}`));
  }
}
