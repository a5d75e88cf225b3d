import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runOperate } from '../../cli/operate/main.ts';
import { acceptInstruction } from '../../lib/instructions/accept.ts';
import { transfer } from '../../lib/instructions/kinds/transfer.ts';
import { enter } from '../../lib/instructions/machine.ts';
import type { Item, ItemStore } from '../../lib/instructions/ports.ts';
import { type Instruction, indexed } from '../../lib/instructions/record.ts';
import { noteTransaction } from '../../lib/instructions/transactions.ts';
import { dynamoStore } from '../../lib/platform/dynamo-store.ts';
import { systemRandom } from '../../lib/platform/random.ts';
import { offerId, type StrategyItem, strategyId } from '../../lib/quotes/strategy.ts';
import { type LocalSqs, sqsClient, startSqs } from '../../sandbox/aws/sqs.ts';
import { type LocalDynamo, startDynamo } from '../support/dynalite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const place = { companyId: 'company-1', fundId: 'fund-1', walletId: 'wallet-1', asset: 'BTC-TESTNET' };
const queueName = (logicalId: string) => `qredo-functions-trial-${logicalId}-1A2B3C`;

let dynamo: LocalDynamo;
let sqs: LocalSqs;
let queues: SQSClient;
let store: ItemStore;
let settings: Record<string, string>;
let id: string;
let completed: Instruction;

/** A file of settings such as a local run writes. */
function fileOf(variables: Record<string, string>): string {
  const file = join(temporaryFolder(), 'local.env');
  writeFileSync(
    file,
    Object.entries(variables)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  return file;
}

/** One command line against the stage of these tests. */
async function operate(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return await operateWith(settings, ...args);
}

async function operateWith(variables: Record<string, string>, ...args: string[]) {
  const said: { out: string[]; err: string[] } = { out: [], err: [] };
  const code = await runOperate([...args, ...(args[0] === '--help' ? [] : ['--local-env', fileOf(variables)])], {
    out: (line) => said.out.push(line),
    err: (line) => said.err.push(line),
    env: {},
    signal: new AbortController().signal,
  });
  return { code, out: said.out.join('\n'), err: said.err.join('\n') };
}

/** The ids of the hints that wait in a queue, which is empty afterwards. */
async function hintsIn(logicalId: string): Promise<string[]> {
  const QueueUrl = sqs.queueUrl(queueName(logicalId));
  const { Messages = [] } = await queues.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  // Else they would be visible again after half a minute.
  for (const { ReceiptHandle } of Messages)
    await queues.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: ReceiptHandle as string }));
  return Messages.map(({ Body }) => (JSON.parse(Body as string) as { id: string }).id);
}

async function ask(key: string): Promise<Instruction> {
  const silent = { info() {}, warn() {}, alarm() {}, count() {}, duration() {} };
  const { instruction } = await acceptInstruction(
    {
      stage: 'trial',
      store,
      hints: { send: async () => {} },
      clock: { nowMs: Date.now },
      random: systemRandom,
      report: silent,
    },
    {
      kind: transfer,
      source: 'http',
      client: { id: 'desk', bindings: [place] },
      idempotencyKey: key,
      body: { companyId: 'company-1', walletId: 'wallet-1', counterpartyWalletId: 'wallet-2', amount: '250000' },
    },
  );
  return instruction;
}

beforeAll(async () => {
  [dynamo, sqs] = await Promise.all([startDynamo(), startSqs({ region: 'eu-west-1' })]);
  queues = sqsClient(sqs.endpoint, 'eu-west-1');
  for (const logicalId of ['SubmitQueue', 'PollQueue', 'TellQueue'])
    await queues.send(new CreateQueueCommand({ QueueName: queueName(logicalId) }));
  const tableName = await dynamo.table('qredo-functions-trial-Table-1A2B3C');
  store = dynamoStore({ client: dynamo.client, tableName, random: systemRandom });
  settings = {
    STAGE: 'trial',
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint,
    AWS_ENDPOINT_URL_SQS: sqs.endpoint,
  };
  const asked = await ask('order-1');
  id = asked.id;
  const nowMs = Date.now();
  const pending = enter(enter(asked, 'submitting', nowMs), 'pending', nowMs, { txId: 'tx-1' });
  const { tellAtMs: _told, ...told } = enter(pending, 'completed', nowMs, { txId: 'tx-1', status: 'approved' });
  const telling = { main: { announced: 4, failures: 0, givenUp: [2] } };
  completed = (await store.replace<Instruction>(asked, indexed({ ...told, telling }, true))) as Instruction;
  await noteTransaction(store, 'tx-1', id);
});

afterAll(async () => {
  queues.destroy();
  await Promise.all([dynamo.stop(), sqs.stop()]);
});

describe('npm run operate', () => {
  it('lists instructions for people and for programs', async () => {
    const { code, out } = await operate('list', '--client', 'desk');
    expect(code).toBe(0);
    expect(out.split('\n')).toHaveLength(2);
    expect(out).toMatch(new RegExp(`desk +transfer +completed +250000 +BTC-TESTNET +${id} +tx-1`));
    const json = await operate('list', '--client', 'desk', '--json');
    expect(JSON.parse(json.out)).toMatchObject({
      instructions: [{ id, client: 'desk', state: 'completed' }],
      more: false,
    });
    expect((await operate('list', '--client', 'desk', '--state', 'pending', '--json')).out).toContain(
      '"instructions":[]',
    );
  });

  it('shows the record, its history and who was told, by id and by txId', async () => {
    const { code, out } = await operate('show', id);
    expect(code).toBe(0);
    expect(out).toMatch(/request.amount +250000/);
    expect(out).toMatch(/3 +\S+Z +completed +approved +tx-1/);
    expect(out).toMatch(/main +4 of 4 +0 +2 +0/);
    const json = JSON.parse((await operate('show', 'tx-1', '--json')).out) as Instruction & { waits: unknown };
    expect(json).toMatchObject({ id, history: completed.history, waits: [] });
    expect(await operate('show', 'nothing')).toMatchObject({ code: 1, out: '', err: expect.stringContaining('id') });
  });

  it('shows why a strategy waits', async () => {
    const notBeforeMs = Date.parse('2026-10-01T10:00:00Z');
    const strategy = { id: strategyId('btc-eth'), index: {}, generation: 3, failures: 2, notBeforeMs };
    await store.create<StrategyItem>(strategy);
    const bare = await operate('show', 'strategy/btc-eth');
    expect(bare.code).toBe(0);
    expect(bare.out).toMatch(/generation +3\n/);
    expect(bare.out).toMatch(/failures +2\n/);
    expect(bare.out).toMatch(/notBefore +2026-10-01T10:00:00Z\n/);
    expect(bare.out).toMatch(/isStopped +false$/);
    const offer = { id: offerId('btc-eth', 3), index: {}, client: 'desk', state: 'withdrawing', instructionId: 'q-3' };
    await store.create<Item>({ ...offer, stateSinceMs: notBeforeMs, withdrawReason: 'stale price' } as never);
    expect((await operate('show', 'strategy/btc-eth')).out).toMatch(
      /its newest quote\n.*state +withdrawing\nstateSince +2026-10-01T10:00:00Z\n.*q-3\nwithdrawReason +stale price$/s,
    );
    await operate('stop', '--strategy', 'btc-eth', '--reason', 'a drill');
    const json = JSON.parse((await operate('show', 'strategy/btc-eth', '--json')).out) as unknown;
    expect(json).toMatchObject({ item: strategy, offer, isStopped: true });
    await operate('resume', '--strategy', 'btc-eth');
    expect(await operate('show', 'strategy/nobody')).toMatchObject({ code: 1, out: '' });
  });

  it('tells again what was given up, and hints at the teller', async () => {
    const { code, out } = await operate('replay', id, '--json');
    expect({ code, said: JSON.parse(out) }).toEqual({ code: 0, said: { id, from: { main: 2 } } });
    expect((await store.get<Instruction>(id))?.telling).toEqual({ main: { announced: 2, failures: 0, replays: 1 } });
    expect(await hintsIn('TellQueue')).toEqual([id]);
    expect(await operate('replay', id, '--endpoint', 'other')).toMatchObject({ code: 1 });
    expect(await operate('replay', id, '--from', '9')).toMatchObject({ code: 2, err: expect.stringContaining('from') });
    expect(await operate('replay', id, '--from', 'x')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--from'),
    });
  });

  it('says what is stuck, for which worker', async () => {
    const late = await ask('order-2');
    expect((await operate('stuck')).out).toBe('nothing is overdue by 10m');
    const dueAtMs = Date.now() - 3 * 3_600_000;
    await store.replace<Instruction>(late, indexed({ ...late, workAtMs: dueAtMs, tellAtMs: dueAtMs }, true));
    const { code, out } = await operate('stuck', '--older-than', '2h');
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`3h +${late.id} +desk +transfer +accepted +being sent to the Partner API +submit-`));
    const [first] = JSON.parse((await operate('stuck', '--json')).out) as { id: string; overdueSeconds: number }[];
    expect(first?.id).toBe(late.id);
    expect(first?.overdueSeconds).toBeGreaterThanOrEqual(3 * 3600);
    expect(await operate('stuck', '--older-than', 'soon')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--older-than'),
    });
  });

  it('hints at what is left to do, and says so when no queue took the hint', async () => {
    const { id: other } = await ask('order-3');
    expect(await operate('hint', other)).toMatchObject({ code: 0 });
    expect(await hintsIn('SubmitQueue')).toEqual([other]);
    expect(await hintsIn('TellQueue')).toEqual([other]);
    const lost = await operate('hint', 'strategy/none');
    expect(lost).toMatchObject({ code: 3, err: expect.stringContaining('qredo-functions-trial-QuoteQueue') });
  });

  it('stops and resumes, with the reason and the name of whoever did', async () => {
    expect(await operate('stop', '--all')).toMatchObject({ code: 2, err: expect.stringContaining('--reason') });
    expect(await operate('stop', '--reason', 'x')).toMatchObject({ code: 2 });
    expect(await operate('stop', '--all', '--client', 'desk', '--reason', 'x')).toMatchObject({ code: 2 });
    const stopped = await operate('stop', '--all', '--reason', 'the key may be known', '--json');
    expect(JSON.parse(stopped.out)).toMatchObject({ stopAll: true, reason: 'the key may be known' });
    expect((await operate('control')).out).toMatch(/changedBy +operate: \S+/);
    expect(await operate('resume', '--client', 'desk')).toMatchObject({ code: 1 });
    expect(await operate('resume', '--all')).toMatchObject({ code: 0 });
    expect(await store.get('control')).toMatchObject({ stopAll: false, stoppedClients: [] });
  });

  it('warns of a name that the configuration does not have, and stops it all the same', async () => {
    const { code, err } = await operate('stop', '--client', 'treasury-dsek', '--reason', 'misspelt');
    expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining('no client "treasury-dsek"') });
    expect(await operate('resume', '--client', 'treasury-dsek')).toMatchObject({ code: 0 });
  });

  it('is a program that finds AWS where the SDK does', async () => {
    const { STAGE: _stage, ...aws } = settings;
    const run = promisify(execFile);
    const args = ['cli/operate.ts', 'list', '--client', 'desk', '--stage', 'trial', '--json'];
    const { stdout, stderr } = await run(process.execPath, args, { env: { ...process.env, ...aws } });
    expect((JSON.parse(stdout) as { instructions: { id: string }[] }).instructions.map((one) => one.id)).toContain(id);
    expect(stderr).toBe('');
  });

  it('finds the table by the stage, and guesses neither at none nor at two', async () => {
    expect(await operate('control', '--stage', 'tria')).toMatchObject({
      code: 2,
      err: expect.stringContaining('no table qredo-functions-tria-Table'),
    });
    const old = await dynamo.table('qredo-functions-trial-Table-0LD');
    expect(await operate('control')).toMatchObject({ code: 2, err: expect.stringContaining(old) });
    expect(await operate('list', '--client', 'desk', '--table', old)).toMatchObject({ code: 0 });
    const named = { ...settings, TABLE_NAME: 'qredo-functions-trial-Table-1A2B3C' };
    expect((await operateWith(named, 'show', id)).code).toBe(0);
  });

  it('says what is wrong with a command line, and fails when there is nobody to ask', async () => {
    expect(await operate('dance')).toMatchObject({ code: 2, err: expect.stringContaining('dance') });
    expect(await operate('show')).toMatchObject({ code: 2 });
    expect(await operate('list', '--colour', 'red')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--colour'),
    });
    expect((await operateWith({}, '--help')).out).toContain('replay ID');
    const nobody = { ...settings, TABLE_NAME: 'x', AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:9' };
    expect(await operateWith(nobody, 'control')).toMatchObject({
      code: 3,
      err: expect.stringContaining('ECONNREFUSED'),
    });
  });
});
