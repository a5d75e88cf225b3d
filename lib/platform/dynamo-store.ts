import { type AttributeValue, type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Draft, Item, ItemStore, Random } from '../instructions/ports.ts';
import { queriesOn } from './dynamo-queries.ts';
import { fromRecord, type StoredRecord, toRecord } from './dynamo-record.ts';

/** What a store on DynamoDB is made of. */
export interface DynamoStoreOptions {
  readonly client: Pick<DynamoDBClient, 'send'>;
  readonly tableName: string;
  readonly random: Pick<Random, 'id'>;
}

/**
 * The table, on DynamoDB. Its key is `id`; the sparse indexes are `due` (dueShard, dueAtMs), `list` (listIn, listKey) and
 * `open` (openIn, id).
 *
 * Errors of the SDK pass through as they are: after one, a write may or may not have been applied.
 */
export function dynamoStore({ client, tableName, random }: DynamoStoreOptions): ItemStore {
  async function read(id: string): Promise<StoredRecord | undefined> {
    const answer = await client.send(
      new GetItemCommand({ TableName: tableName, Key: { id: { S: id } }, ConsistentRead: true }),
    );
    return answer.Item;
  }

  /** Puts on condition. Whether this very write stands in the table afterwards. */
  async function put(record: StoredRecord, condition: Condition): Promise<boolean> {
    try {
      await client.send(new PutItemCommand({ TableName: tableName, Item: record, ...condition }));
      return true;
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      const stored = await read(record['id']?.S as string);
      return stored?.['writeId']?.S !== undefined && stored['writeId'].S === record['writeId']?.S;
    }
  }

  return {
    async get<T extends Item>(id: string) {
      const record = await read(id);
      return record && fromRecord<T>(record);
    },

    // Two creators of one id, A and B:
    //
    //   A: PutItem(not exists) ── applied, answer lost ──▶ SDK repeats it ── condition fails ──▶ read: writeId is A's ──▶ done
    //   B:           PutItem(not exists) ── condition fails ──▶ read: writeId is A's, not B's ──▶ undefined
    //
    // If A's item is replaced by C between A's two tries, A reads C's writeId and answers undefined: A then reads the item
    // and finds its own id with its own content, which for an id that is derived from the request means the same.
    async create<T extends Item>(draft: Draft<T>) {
      const record = toRecord<T>(draft, 1, random.id());
      const done = await put(record, { ConditionExpression: 'attribute_not_exists(id)' });
      return done ? fromRecord<T>(record) : undefined;
    },

    // Two writers of one item, A and B, who both read version 7 written as w7:
    //
    //   A: read (7, w7) ─────────── PutItem(8 if 7, w7) applied ── answer lost, SDK repeats ── fails ── read: 8 is A's ──▶ done
    //   B:      read (7, w7) ─────────────────────── PutItem(8 if 7, w7) ── fails ── read: 8 is A's, not B's ──▶ undefined
    //
    // The condition names the writeId beside the version, so that an item restored from a backup to an old version number
    // is not mistaken for the one that was read. If C writes 9 between A's two tries, A answers undefined although its 8 was
    // applied: C read 8, so A's change is in 9, and A reads afresh before it does anything else.
    async replace<T extends Item>(current: T, draft: Draft<T>) {
      if (draft.id !== current.id)
        throw new TypeError(`the next version of ${current.id} cannot be called ${draft.id}`);
      const record = toRecord<T>(draft, current.version + 1, random.id());
      const done = await put(record, {
        ConditionExpression: '#version = :version AND writeId = :writeId',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':version': { N: String(current.version) }, ':writeId': { S: current.writeId } },
      });
      return done ? fromRecord<T>(record) : undefined;
    },

    ...queriesOn(client, tableName),
  };
}

interface Condition {
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues?: Record<string, AttributeValue>;
}

function isConditionFailure(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}
