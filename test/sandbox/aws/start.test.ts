import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DescribeTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, it, onTestFinished, vi } from 'vitest';
import { type LocalAwsOptions, startLocalAws } from '../../../sandbox/aws/index.ts';
import { eventually, fixtureFile, folderWith } from './support.ts';

async function start(options: LocalAwsOptions = {}) {
  const aws = await startLocalAws({ serverlessFile: fixtureFile, runSchedules: false, ...options });
  onTestFinished(() => aws.stop());
  return aws;
}

/** A service of one scheduled function with the given source. */
function service(source: string, more = ''): string {
  const file = `service: s\nfunctions:\n  f:\n    handler: f.handler\n    events: [{ schedule: rate(1 hour) }]\n${more}`;
  return join(folderWith({ 'serverless.yml': file, 'f.mjs': source }), 'serverless.yml');
}

it('points clients that know nothing of it at the local services', async () => {
  vi.stubEnv('AWS_IGNORE_CONFIGURED_ENDPOINT_URLS', 'true');
  vi.stubEnv('AWS_PROFILE', 'production');
  vi.stubEnv('AWS_REGION', 'us-west-2');
  const aws = await start({ secrets: { 'fixture-dev/signing': 'pem' } });
  expect((await new DynamoDBClient().send(new ListTablesCommand())).TableNames).toEqual(['fixture-dev-records']);
  const table = await new DynamoDBClient().send(new DescribeTableCommand({ TableName: aws.tableNames[0] }));
  expect(table.Table?.TableArn).toBe('arn:aws:dynamodb:eu-west-1:000000000000:table/fixture-dev-records');
  const secret = new GetSecretValueCommand({ SecretId: 'fixture-dev/signing' });
  expect((await new SecretsManagerClient().send(secret)).SecretString).toBe('pem');
  const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'fixture-dev-work' }));
  expect(QueueUrl).toMatch(/fixture-dev-work$/);
  for (const [name, value] of Object.entries(aws.environment)) expect(process.env[name]).toBe(value);
  await aws.stop();
  expect(process.env['AWS_PROFILE']).toBe('production');
  expect(process.env['AWS_REGION']).toBe('us-west-2');
  expect(process.env['AWS_ENDPOINT_URL_SQS']).toBeUndefined();
  expect(process.env['TABLE_NAME']).toBeUndefined();
  vi.unstubAllEnvs();
});

it('makes secrets as the file says: without a value, or with a generated one', async () => {
  await start();
  const client = new SecretsManagerClient();
  await expect(client.send(new GetSecretValueCommand({ SecretId: 'fixture-dev/signing' }))).rejects.toThrow(
    /AWSCURRENT/,
  );
  const { SecretString: text } = await client.send(new GetSecretValueCommand({ SecretId: 'fixture-dev-Session' }));
  expect(JSON.parse(text ?? '')).toEqual({ user: 'a', password: expect.stringMatching(/^[a-zA-Z0-9]{32}$/) });
});

it('refuses a value for a secret that is not in the file', async () => {
  await expect(start({ secrets: { other: 'x' } })).rejects.toMatchObject({ code: 'unknown_name' });
});

it('takes the wished port, or a free one when that is busy, and says which', async () => {
  const blocker = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => blocker.once('listening', resolve));
  onTestFinished(() => void blocker.close());
  const httpPort = (blocker.address() as AddressInfo).port;
  const busy = await start({ httpPort });
  expect(busy.portWasBusy).toBe(true);
  expect(busy.httpPort).not.toBe(httpPort);
  expect((await fetch(`${busy.httpUrl}/items/1`)).status).toBe(200);
  await busy.stop();
  // A port that was free a moment ago may be somebody else's by now, but not each time.
  let wished = busy.httpPort;
  for (let tries = 0; tries < 5; tries += 1) {
    const aws = await start({ httpPort: wished });
    await aws.stop();
    if (!aws.portWasBusy) return expect(aws.httpPort).toBe(wished);
    wished = aws.httpPort;
  }
  expect.unreachable('the wished port was never taken');
});

it('gives the functions the environment before it loads them', async () => {
  const source = 'const seen = process.env.GIVEN; export const handler = async () => seen;';
  const aws = await start({ serverlessFile: service(source), environment: { GIVEN: 'before' } });
  expect((await aws.invoke('f', {})).result).toBe('before');
});

it('hands over copies: a handler cannot change the event of its caller', async () => {
  const source = 'export const handler = async (event) => { event.list.push(1); return event; };';
  const aws = await start({ serverlessFile: service(source) });
  const event = { list: [] };
  expect((await aws.invoke('f', event)).result).toEqual({ list: [1] });
  expect(event).toEqual({ list: [] });
});

it('fails a run whose result is no JSON', async () => {
  const aws = await start({ serverlessFile: service('export const handler = async () => 1n;') });
  expect(await aws.invoke('f', {})).toMatchObject({ outcome: 'error' });
});

it.each([
  ['is missing', 'functions:\n  f: { handler: gone.handler }', /gone\.ts/],
  ['does not load', 'functions:\n  f: { handler: broken.handler }', /broken on purpose/],
  ['lacks the export', 'functions:\n  f: { handler: empty.handler }', /does not export a function handler/],
])('names the function whose file %s', async (_what, functions, message) => {
  const files = {
    'serverless.yml': `service: s\n${functions}\n`,
    'broken.mjs': 'throw new Error("broken on purpose");',
    'empty.mjs': 'export const other = 1;',
  };
  const serverlessFile = join(folderWith(files), 'serverless.yml');
  const starting = start({ serverlessFile });
  await expect(starting).rejects.toThrow(message);
  await expect(starting).rejects.toThrow(/^function f: /);
  await expect(starting).rejects.toMatchObject({ code: 'handler_import' });
  expect(process.env['AWS_ENDPOINT_URL_SQS']).toBeUndefined();
});

it('routes as API Gateway does: the closest path, then the closest method, then $default', async () => {
  const events = ['ANY /a/{some-id}', 'GET /a/{some-id}', 'GET /a/fixed', '*'];
  const functions = events.map(
    (event, index) => `  f${index}: { handler: f.handler, events: [{ httpApi: '${event}' }] }`,
  );
  const source =
    'export const handler = async (e, c) => ({ name: c.functionName, path: e.pathParameters, key: e.routeKey });';
  const files = { 'serverless.yml': `service: s\nfunctions:\n${functions.join('\n')}\n`, 'f.mjs': source };
  const aws = await start({ serverlessFile: join(folderWith(files), 'serverless.yml') });
  const ask = async (method: string, path: string) => (await fetch(aws.httpUrl + path, { method })).json();
  expect(await ask('POST', '/a/1')).toEqual({ name: 's-dev-f0', path: { 'some-id': '1' }, key: 'ANY /a/{some-id}' });
  expect(await ask('GET', '/a/1')).toEqual({ name: 's-dev-f1', path: { 'some-id': '1' }, key: 'GET /a/{some-id}' });
  expect(await ask('GET', '/a/fixed')).toEqual({ name: 's-dev-f2', key: 'GET /a/fixed' });
  expect(await ask('GET', '/elsewhere')).toEqual({ name: 's-dev-f3', key: '$default' });
});

it('fires a scheduled function by hand, and only such a one', async () => {
  const aws = await start();
  expect(await aws.fire('tick')).toMatchObject({ function: 'tick', trigger: 'schedule', outcome: 'ok' });
  await expect(aws.fire('echo')).rejects.toThrow(/no scheduled function echo; there are: tick/);
});

it('throttles beyond the reserved concurrency', async () => {
  const aws = await start();
  const [first, second] = await Promise.all([aws.invoke('tick', { sleepMs: 50 }), aws.invoke('tick', {})]);
  expect(first.outcome).toBe('ok');
  expect(second.outcome).toBe('throttled');
  expect((await aws.invoke('tick', {})).outcome).toBe('ok');
});

it('runs schedules faster where it is told to', async () => {
  const runs: string[] = [];
  await start({
    runSchedules: true,
    scheduleEverySeconds: { tick: 0.05 },
    onInvoke: ({ function: name }) => runs.push(name),
  });
  await eventually(() => (runs.filter((name) => name === 'tick').length >= 3 ? true : undefined));
});

it('stops after the runs that are under way, and answers them', async () => {
  const file = 'service: s\nfunctions:\n  f: { handler: f.handler, timeout: 60, events: [{ httpApi: GET /f }] }\n';
  const source = 'export const handler = () => new Promise((end) => globalThis.isUnderWay(() => end("done")));';
  const began = new Promise<() => void>((resolve) => vi.stubGlobal('isUnderWay', resolve));
  onTestFinished(() => void vi.unstubAllGlobals());
  const aws = await start({
    serverlessFile: join(folderWith({ 'serverless.yml': file, 'f.mjs': source }), 'serverless.yml'),
  });
  const answer = fetch(`${aws.httpUrl}/f`);
  const end = await began;
  let hasStopped = false;
  const stopped = aws.stop().then(() => {
    hasStopped = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(hasStopped).toBe(false);
  end();
  await stopped;
  expect(await (await answer).text()).toBe('done');
  await expect(fetch(aws.httpUrl)).rejects.toThrow();
  for (const name of ['AWS_ENDPOINT_URL_DYNAMODB', 'AWS_ENDPOINT_URL_SQS', 'AWS_ENDPOINT_URL_SECRETS_MANAGER']) {
    await expect(fetch(aws.environment[name] as string)).rejects.toThrow();
  }
});

it('does not wait for ever for a function that hangs', async () => {
  const source = 'export const handler = () => new Promise(() => {});';
  const aws = await start({ serverlessFile: service(source, '    timeout: 60\n') });
  void aws.invoke('f', {});
  const startedMs = performance.now();
  await aws.stop();
  expect(performance.now() - startedMs).toBeLessThan(45_000);
});

it('tells what the file has and it has not', async () => {
  const lines: string[] = [];
  const aws = await start({ onLog: ({ message }) => lines.push(message) });
  expect(aws.notEmulated).toEqual(['Key (AWS::KMS::Key)']);
  expect(lines).toContain('not emulated: Key (AWS::KMS::Key)');
});

it('is not disturbed by a listener that throws', async () => {
  const aws = await start({
    onInvoke: () => {
      throw new Error('listener');
    },
  });
  expect((await aws.invoke('tick', {})).outcome).toBe('ok');
});
