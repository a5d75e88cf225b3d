import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { readSecretText } from '../../../lib/platform/aws/secrets.ts';
import { dynamoStore } from '../../../lib/platform/dynamo-store.ts';
import { ConfigurationError } from '../../../lib/platform/errors.ts';
import { sqsHints } from '../../../lib/platform/sqs-hints.ts';

describe('reading a secret', () => {
  const secrets = mockClient(SecretsManagerClient);
  const reading = (name: string) => readSecretText(new SecretsManagerClient({}), name);
  beforeEach(() => secrets.reset());

  it('gives its text', async () => {
    secrets.on(GetSecretValueCommand, { SecretId: 'app/webhooks' }).resolves({ SecretString: 'text' });
    expect(await reading('app/webhooks')).toBe('text');
  });

  it('says which secret is missing or holds no text', async () => {
    secrets.rejects(new ResourceNotFoundException({ message: 'no', $metadata: {} }));
    const missing = reading('app/webhooks');
    await expect(missing).rejects.toThrow(ConfigurationError);
    await expect(missing).rejects.toThrow('no secret "app/webhooks"');
    for (const empty of [{}, { SecretString: '' }, { SecretBinary: new Uint8Array(4) }]) {
      secrets.resolves(empty);
      await expect(reading('app/webhooks')).rejects.toThrow('"app/webhooks" holds no text');
    }
  });

  it('leaves other failures as they are', async () => {
    const denied = Object.assign(new Error('no'), { name: 'AccessDeniedException' });
    secrets.rejects(denied);
    await expect(reading('name')).rejects.toBe(denied);
  });
});

describe('a write to the table', () => {
  const dynamoDb = mockClient(DynamoDBClient);
  const store = dynamoStore({ client: new DynamoDBClient({}), tableName: 'things', random: { id: () => 'mine' } });
  const refused = () => new ConditionalCheckFailedException({ message: 'the condition is not met', $metadata: {} });
  const current = { id: 'a', version: 7, writeId: 'w7', index: {}, state: 'open' };
  const written = { ...current, version: 8, writeId: 'mine', state: 'done' };
  beforeEach(() => dynamoDb.reset());

  it('is on condition that nothing stands there, or that very version by that very write', async () => {
    dynamoDb.on(PutItemCommand).resolves({});
    await store.create({ id: 'a', index: {} });
    expect(await store.replace(current, { ...current, state: 'done' })).toEqual(written);
    const [create, replace] = dynamoDb.commandCalls(PutItemCommand).map(({ args: [{ input }] }) => input);
    expect(create).toMatchObject({ TableName: 'things', ConditionExpression: 'attribute_not_exists(id)' });
    expect(replace).toMatchObject({
      ConditionExpression: '#version = :version AND writeId = :writeId',
      ExpressionAttributeValues: { ':version': { N: '7' }, ':writeId': { S: 'w7' } },
      Item: { version: { N: '8' }, writeId: { S: 'mine' } },
    });
  });

  it('that was refused is ours if our writeId stands there: its first answer was lost', async () => {
    dynamoDb.on(PutItemCommand).rejects(refused());
    dynamoDb.on(GetItemCommand).resolves({ Item: { id: { S: 'a' }, writeId: { S: 'mine' } } });
    expect(await store.replace(current, { ...current, state: 'done' })).toEqual(written);
    dynamoDb.on(GetItemCommand).resolves({ Item: { id: { S: 'a' }, writeId: { S: 'theirs' } } });
    expect(await store.replace(current, { ...current, state: 'done' })).toBeUndefined();
    dynamoDb.on(GetItemCommand).resolves({});
    expect(await store.create({ id: 'a', index: {} })).toBeUndefined();
    for (const { args } of dynamoDb.commandCalls(GetItemCommand)) expect(args[0].input.ConsistentRead).toBe(true);
  });

  it('of which nobody knows what became is an error, not a loss', async () => {
    const throttled = Object.assign(new Error('slow down'), { name: 'ProvisionedThroughputExceededException' });
    dynamoDb.on(PutItemCommand).rejects(throttled);
    await expect(store.create({ id: 'a', index: {} })).rejects.toBe(throttled);
    expect(dynamoDb.commandCalls(GetItemCommand)).toEqual([]);
  });
});

describe('hints', () => {
  const queue = mockClient(SQSClient);
  const warn = vi.fn();
  const count = vi.fn();
  const hints = sqsHints({ client: new SQSClient({}), queueUrl: (route) => route, reporter: { warn, count } });
  const sent = () => queue.commandCalls(SendMessageBatchCommand).map(({ args: [{ input }] }) => input);
  beforeEach(() => {
    queue.reset();
    vi.clearAllMocks();
  });

  it('go ten to a request, each id once, with the delay SQS allows', async () => {
    queue.resolves({});
    const ids = Array.from({ length: 12 }, (_, place) => ({ id: `i${place}` }));
    await hints.send('poll', [...ids, ...ids], { delayMs: 3_600_000 });
    expect(sent().map(({ QueueUrl, Entries = [] }) => [QueueUrl, Entries.length])).toEqual([
      ['poll', 10],
      ['poll', 2],
    ]);
    expect(sent()[0]?.Entries?.[0]).toEqual({ Id: '0', MessageBody: '{"id":"i0"}', DelaySeconds: 900 });
  });

  it('that could not be sent are named and counted, and throw nothing', async () => {
    queue.resolves({ Successful: [], Failed: [{ Id: '1', SenderFault: false, Code: 'InternalError' }] });
    await hints.send('tell', [{ id: 'a' }, { id: 'b' }]);
    queue.rejects(new Error('the queue is gone'));
    await hints.send('tell', [{ id: 'c' }]);
    expect(warn.mock.calls.map(([, facts]) => facts.ids)).toEqual([['b'], ['c']]);
    expect(count.mock.calls).toEqual([
      ['HintsNotSent', 1, { route: 'tell' }],
      ['HintsNotSent', 1, { route: 'tell' }],
    ]);
  });
});
