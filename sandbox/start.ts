import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Invocation } from './aws/index.ts';
import type { ReceivedEvent } from './local/receiver.ts';
import { demoClient, type LocalSystem, startLocalSystem } from './local/system.ts';
import { allScopes, type HttpApiEvent, watchTransfer } from './local/transfer.ts';

const usage = `npm start -- [options]

  --once         stop when the sample transfer has ended: exit 0 if it completed and the webhook verified, else 1
  --json         one line of JSON on standard output, nothing else
  --input FILE   the HTTP API event to send in place of events/create-transfer.json
  --data DIR     keep the table and the sandbox in DIR; in memory without
  --verbose      the functions' own log lines too, on standard error`;

const wished = { httpPort: 3000, partnerApiPort: 8001 } as const;
/** How long one transfer may take; enough for a process that was killed to find its lease run out. */
const limitMs = 180_000;

const { values: options } = readOptions();
const startedAtMs = Date.now();
// Functions write their log and metrics to standard output, as Lambda wants it. Here that belongs to the caller.
const standardOutput = process.stdout.write.bind(process.stdout);
process.stdout.write = ((chunk: string | Uint8Array) => process.stderr.write(chunk)) as typeof process.stdout.write;
const say = options.json ? () => {} : (line: string) => void standardOutput(`${line}\n`);
const sayStep = (what: string, detail = '') =>
  say(`${((Date.now() - startedAtMs) / 1000).toFixed(2).padStart(7)}s  ${what.padEnd(28)} ${detail}`);

await run().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});

async function run(): Promise<void> {
  const event = readEvent(options.input ?? 'events/create-transfer.json');
  const system = await startLocalSystem({
    ...wished,
    dataFolder: options.data,
    logLevel: options.verbose ? 'info' : 'silent',
    onInvoke: sayInvocation,
    onEvent: sayEvent,
  });
  const stop = (code: number) => void system.stop().then(() => process.exit(code));
  process.once('SIGINT', () => stop(0));
  process.once('SIGTERM', () => stop(0));
  for (const note of system.notes) console.error(note);
  // What an earlier process left over would else wait for the first tick of the schedule.
  await system.aws.fire('dispatch-due');
  sayStep('everything listens', system.httpUrl);

  const report = await watchTransfer(system, event, limitMs, ({ state, reason }) =>
    sayStep(`  is ${state}`, reason ?? ''),
  );
  if (options.json) standardOutput(`${JSON.stringify(report)}\n`);
  else say(`\n${JSON.stringify(report, undefined, 2)}\n`);
  if (options.once) return stop(report.state === 'completed' && report.webhook === 'delivered' ? 0 : 1);
  say(await invitation(system, event));
}

/** Every function as it runs, but for schedules that found nothing to do and our own looks at the instruction. */
function sayInvocation({ function: name, trigger, ms, outcome, error }: Invocation): void {
  if (outcome === 'ok' && (trigger === 'schedule' || name === 'get-instruction')) return;
  sayStep(name, `${trigger}, ${Math.round(ms)} ms${outcome === 'ok' ? '' : `, ${outcome}: ${String(error)}`}`);
}

function sayEvent({ type, webhookId }: ReceivedEvent): void {
  sayStep('  webhook verified', `${type} (${webhookId})`);
}

/** What to try next, with a token that works. */
async function invitation(system: LocalSystem, event: HttpApiEvent): Promise<string> {
  const token = await system.issuer.token(demoClient, allScopes);
  return [
    `functions    ${system.httpUrl}   (GET /openapi.json describes them)`,
    `Partner API  ${system.partnerApi.baseUrl}`,
    `control      ${system.partnerApi.controlUrl}/ledger`,
    `token        ${token}`,
    '',
    'Another transfer:',
    `curl -s ${system.httpUrl}/transfers -H 'authorization: Bearer ${token}' -H 'content-type: application/json' \\`,
    `  -H "idempotency-key: try-$(date +%s)" -d '${event.body}'`,
    '',
    'Ctrl-C ends it.',
  ].join('\n');
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        once: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
        input: { type: 'string' },
        data: { type: 'string' },
      },
    });
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}

function readEvent(file: string): HttpApiEvent {
  try {
    const event = JSON.parse(readFileSync(file, 'utf8')) as HttpApiEvent;
    if (typeof event.rawPath !== 'string') throw new Error('rawPath is missing');
    if (typeof event.requestContext?.http?.method !== 'string')
      throw new Error('requestContext.http.method is missing');
    return event;
  } catch (error) {
    console.error(`${file} is not an HTTP API event: ${(error as Error).message}`);
    process.exit(2);
  }
}
