import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Draft } from '../../lib/instructions/ports.ts';
import { dynamoStore } from '../../lib/platform/dynamo-store.ts';
import { systemRandom } from '../../lib/platform/random.ts';
import { type LocalDynamo, startDynamo } from '../support/dynalite.ts';
import { memoryStore } from '../support/memory-store.ts';
import { describeItemStore, type Thing } from './item-store.contract.ts';

let dynamo: LocalDynamo;
beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.stop());

const storeOn = (client: DynamoDBClient, tableName: string) => dynamoStore({ client, tableName, random: systemRandom });

describeItemStore('memory', async () => memoryStore(systemRandom));
describeItemStore('DynamoDB', async () => storeOn(dynamo.client, await dynamo.table()));

describe('a write whose answer is lost', () => {
  const draft = (state: string): Draft<Thing> => ({ id: 'a', state, index: {} });
  const lost = () => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET', name: 'TimeoutError' });

  /** A client that loses the answers to its first `count` puts, whatever they were; the SDK's own retry then repeats them. */
  function losingClient(count: number, maxAttempts: number, between: () => Promise<unknown> = async () => {}) {
    let left = count;
    const client = dynamo.anotherClient(maxAttempts);
    client.middlewareStack.add(
      (next, context) => async (args) => {
        if (context.commandName !== 'PutItemCommand' || left === 0) return next(args);
        left -= 1;
        await next(args).catch(() => 'a refusal is lost like any other answer');
        await between();
        throw lost();
      },
      { step: 'finalizeRequest', priority: 'low', name: 'loseTheAnswer' },
    );
    return { client, lostAnswers: () => count - left };
  }

  it('counts as done when the SDK repeats a create', async () => {
    const table = await dynamo.table();
    const { client, lostAnswers } = losingClient(1, 3);
    const created = await storeOn(client, table).create<Thing>(draft('new'));
    expect(lostAnswers()).toBe(1);
    expect(created).toMatchObject({ version: 1, state: 'new' });
    expect(await storeOn(dynamo.client, table).get('a')).toEqual(created);
  });

  it('counts as done when the SDK repeats a replace, twice', async () => {
    const table = await dynamo.table();
    const first = (await storeOn(dynamo.client, table).create<Thing>(draft('new'))) as Thing;
    const { client, lostAnswers } = losingClient(2, 3);
    const second = await storeOn(client, table).replace<Thing>(first, draft('next'));
    expect(lostAnswers()).toBe(2);
    expect(second).toMatchObject({ version: 2, state: 'next' });
    expect(await storeOn(dynamo.client, table).get('a')).toEqual(second);
  });

  it('is an error when nobody repeats it, although it took effect', async () => {
    const table = await dynamo.table();
    const { client } = losingClient(1, 1);
    await expect(storeOn(client, table).create<Thing>(draft('new'))).rejects.toThrow('socket hang up');
    expect(await storeOn(dynamo.client, table).get('a')).toMatchObject({ state: 'new' });
  });

  it('counts as lost when somebody wrote the next version before it was repeated', async () => {
    const table = await dynamo.table();
    const other = storeOn(dynamo.client, table);
    const first = (await other.create<Thing>(draft('new'))) as Thing;
    const { client } = losingClient(1, 3, async () => {
      const ours = (await other.get<Thing>('a')) as Thing;
      expect(ours.state).toBe('ours');
      await other.replace<Thing>(ours, draft('theirs'));
    });
    expect(await storeOn(client, table).replace<Thing>(first, draft('ours'))).toBeUndefined();
    expect(await other.get('a')).toMatchObject({ version: 3, state: 'theirs' });
  });

  it('does not take the winner for itself', async () => {
    const table = await dynamo.table();
    const other = storeOn(dynamo.client, table);
    const first = (await other.create<Thing>(draft('new'))) as Thing;
    await other.replace<Thing>(first, draft('theirs'));
    const { client } = losingClient(1, 3);
    expect(await storeOn(client, table).replace<Thing>(first, draft('ours'))).toBeUndefined();
    expect(await other.get('a')).toMatchObject({ version: 2, state: 'theirs' });
  });
});
