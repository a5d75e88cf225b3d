import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, it, onTestFinished } from 'vitest';
import { createTables, startDynamoDb } from '../../../sandbox/aws/dynamodb.ts';
import type { TableDefinition } from '../../../sandbox/aws/template/resources.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const table: TableDefinition = {
  name: 'records',
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  AttributeDefinitions: [
    { AttributeName: 'id', AttributeType: 'S' },
    { AttributeName: 'dueShard', AttributeType: 'S' },
    { AttributeName: 'dueAt', AttributeType: 'N' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'due',
      KeySchema: [
        { AttributeName: 'dueShard', KeyType: 'HASH' },
        { AttributeName: 'dueAt', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
};

/** A running DynamoDB and how to end it early. */
async function start(dataFolder?: string) {
  const server = await startDynamoDb({ dataFolder });
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  const client = new DynamoDBClient({ endpoint: server.endpoint, region: 'eu-west-1', credentials, maxAttempts: 1 });
  let stopped: Promise<void> | undefined;
  const stop = () => {
    client.destroy();
    stopped ??= server.stop();
    return stopped;
  };
  onTestFinished(stop);
  return { client, stop };
}

const item = (id: string, dueAt: number) => ({ id: { S: id }, dueShard: { S: '0' }, dueAt: { N: String(dueAt) } });

/** The ids in the index of what is due, in order. */
async function due(client: DynamoDBClient): Promise<(string | undefined)[]> {
  const { Items: items } = await client.send(
    new QueryCommand({
      TableName: 'records',
      IndexName: 'due',
      KeyConditionExpression: 'dueShard = :shard and dueAt < :now',
      ExpressionAttributeValues: { ':shard': { S: '0' }, ':now': { N: '1000' } },
    }),
  );
  return (items ?? []).map(({ id }) => id?.S);
}

it('listens on the loopback address only', async () => {
  const server = await startDynamoDb({});
  onTestFinished(() => server.stop());
  expect(new URL(server.endpoint).hostname).toBe('127.0.0.1');
});

it('lets one of many conditional writes win', async () => {
  const { client } = await start();
  await createTables(client, [table]);
  await client.send(new PutItemCommand({ TableName: 'records', Item: { id: { S: 'a' }, version: { N: '0' } } }));
  const claim = (writer: number) =>
    client.send(
      new UpdateItemCommand({
        TableName: 'records',
        Key: { id: { S: 'a' } },
        UpdateExpression: 'SET version = :next, writer = :writer',
        ConditionExpression: 'version = :seen',
        ExpressionAttributeValues: { ':next': { N: '1' }, ':seen': { N: '0' }, ':writer': { N: String(writer) } },
      }),
    );
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => claim(index)));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(ConditionalCheckFailedException);
  }
});

it('keeps a sparse index in step with the items', async () => {
  const { client } = await start();
  await createTables(client, [table]);
  await client.send(new PutItemCommand({ TableName: 'records', Item: item('late', 20) }));
  await client.send(new PutItemCommand({ TableName: 'records', Item: item('soon', 10) }));
  expect(await due(client)).toEqual(['soon', 'late']);
  await client.send(new PutItemCommand({ TableName: 'records', Item: { id: { S: 'soon' } } }));
  expect(await due(client)).toEqual(['late']);
});

it('keeps its tables and items in a data folder', async () => {
  const folder = temporaryFolder();
  const first = await start(folder);
  await createTables(first.client, [table]);
  await first.client.send(new PutItemCommand({ TableName: 'records', Item: item('a', 1) }));
  await first.stop();
  const second = await start(folder);
  await createTables(second.client, [table]);
  expect(await due(second.client)).toEqual(['a']);
});

it('refuses a data folder whose table has another shape', async () => {
  const folder = temporaryFolder();
  const { client } = await start(folder);
  await createTables(client, [table]);
  const { GlobalSecondaryIndexes: _gone, ...without } = table;
  await expect(createTables(client, [without])).rejects.toMatchObject({ code: 'table_shape' });
  const otherKey = { ...table, KeySchema: [{ AttributeName: 'dueShard', KeyType: 'HASH' as const }] };
  await expect(createTables(client, [otherKey])).rejects.toThrow(/other keys/);
});

it('says that a data folder is in use', async () => {
  const folder = temporaryFolder();
  await start(folder);
  await expect(startDynamoDb({ dataFolder: folder })).rejects.toMatchObject({
    code: 'data_folder_busy',
    message: expect.stringContaining(`the data folder ${folder} is in use`),
  });
});

it('says that there cannot be such a data folder', async () => {
  const folder = join(temporaryFolder(), 'file');
  writeFileSync(folder, '');
  await expect(startDynamoDb({ dataFolder: folder })).rejects.toMatchObject({
    code: 'data_folder_unusable',
    message: expect.stringContaining(`the data folder ${folder} cannot be used: `),
  });
});

it('gives a data folder to one of many that start at once, and to the next when that one stops', async () => {
  const folder = temporaryFolder();
  for (let round = 0; round < 5; round += 1) {
    const outcomes = await Promise.allSettled(Array.from({ length: 4 }, () => start(folder)));
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    expect(refused.map(({ code }) => code)).toEqual(Array(3).fill('data_folder_busy'));
    for (const outcome of outcomes) if (outcome.status === 'fulfilled') await outcome.value.stop();
  }
});

it('mends an index that a killed process left behind the items', async () => {
  const folder = temporaryFolder();
  const first = await start(folder);
  await createTables(first.client, [table]);
  await first.client.send(new PutItemCommand({ TableName: 'records', Item: item('lost', 10) }));
  await first.client.send(new PutItemCommand({ TableName: 'records', Item: item('sound', 20) }));
  await first.stop();
  // What a kill between the steps of one write leaves: an entry taken away, and an entry of a write that never was.
  await breakIndex(join(folder, 'dynamodb'));
  const second = await start(folder);
  expect(await due(second.client)).toEqual(['lost', 'sound']);
  const { Item: found } = await second.client.send(
    new GetItemCommand({ TableName: 'records', Key: { id: { S: 'lost' } } }),
  );
  expect(found).toEqual(item('lost', 10));
});

async function breakIndex(path: string): Promise<void> {
  const require = createRequire(createRequire(import.meta.url).resolve('dynalite'));
  const { Level } = require('level');
  const store = new Level(path, { valueEncoding: 'json' });
  const entries: [string, Record<string, unknown>][] = await store.iterator({ gte: 'index-', lt: 'index.' }).all();
  const lost = entries.find(([, value]) => (value['id'] as { S: string }).S === 'lost');
  expect(entries).toHaveLength(2);
  await store.batch([
    { type: 'del', key: lost?.[0] },
    { type: 'put', key: `${lost?.[0]}00`, value: item('phantom', 15) },
  ]);
  await store.close();
}
