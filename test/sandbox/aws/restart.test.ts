import { spawn } from 'node:child_process';
import { DynamoDBClient, paginateQuery, paginateScan } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { expect, it, onTestFinished } from 'vitest';
import { startLocalAws } from '../../../sandbox/aws/index.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { fixtureFile } from './support.ts';

/** Runs the fixture service in a process of its own until `count` items are acknowledged, then kills it outright. */
async function writeThenKill(dataFolder: string, count: number): Promise<number> {
  const script = new URL('./fixtures/run.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, dataFolder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
    if (text.split('\n').length > count) child.kill('SIGKILL');
  });
  expect(await ended).toBe('SIGKILL');
  return text.split('\n').length - 1;
}

it('keeps every acknowledged write, its index entry and the secrets over a kill and a restart', async () => {
  const dataFolder = temporaryFolder();
  // Killed twice, so that a folder that was mended once is seen again.
  await writeThenKill(dataFolder, 20);
  const acknowledged = await writeThenKill(dataFolder, 60);
  const aws = await startLocalAws({
    serverlessFile: fixtureFile,
    dataFolder,
    runSchedules: false,
    secrets: { 'fixture-dev/signing': 'first value' },
  });
  onTestFinished(() => aws.stop());

  const TableName = aws.tableNames[0] as string;
  const client = new DynamoDBClient();
  const ids: (string | undefined)[] = [];
  for await (const page of paginateScan({ client }, { TableName }))
    ids.push(...(page.Items ?? []).map(({ id }) => id?.S));
  const indexed: (string | undefined)[] = [];
  const query = {
    TableName,
    IndexName: 'due',
    KeyConditionExpression: 'dueShard = :shard',
    ExpressionAttributeValues: { ':shard': { S: '0' } },
  };
  for await (const page of paginateQuery({ client }, query)) indexed.push(...(page.Items ?? []).map(({ id }) => id?.S));
  for (let index = 0; index < acknowledged; index += 1) expect(ids).toContain(`item-${index}`);
  expect(indexed.sort()).toEqual(ids.sort());

  const secrets = new SecretsManagerClient();
  const value = await secrets.send(new GetSecretValueCommand({ SecretId: 'fixture-dev/signing' }));
  expect(value.SecretString).toBe('rotated');
});
