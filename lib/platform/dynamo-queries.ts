import { type DynamoDBClient, QueryCommand, type QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DueItem, Item, ItemStore, Page } from '../instructions/ports.ts';
import { cursorAfter, type Position, positionIn } from './cursor.ts';
import { dueShards, fromRecord, type StoredRecord } from './dynamo-record.ts';

/** One page of a filtered list takes at most this many requests; what is left is behind the cursor. */
const requestsPerPage = 8;
/** A filtered request looks at this many items at most, whatever was asked for. */
const itemsPerFilteredRequest = 200;

/** The reads of the three indexes. All are eventually consistent: what they find is read again before it is acted upon. */
export function queriesOn(
  client: Pick<DynamoDBClient, 'send'>,
  tableName: string,
): Pick<ItemStore, 'due' | 'list' | 'open'> {
  const query = (input: Omit<QueryCommandInput, 'TableName'>) =>
    client.send(new QueryCommand({ TableName: tableName, ...input }));

  /** One request per shard is enough: `limit` items of the due index are far below the megabyte a request can return. */
  async function dueInShard(shard: number, beforeMs: number, limit: number): Promise<DueItem[]> {
    const answer = await query({
      IndexName: 'due',
      KeyConditionExpression: 'dueShard = :shard AND dueAtMs < :before',
      ExpressionAttributeValues: { ':shard': { S: String(shard) }, ':before': { N: String(beforeMs) } },
      Limit: limit,
    });
    return (answer.Items ?? []).map(dueItem);
  }

  async function page<T extends Item>(
    group: string,
    input: Omit<QueryCommandInput, 'TableName'>,
    options: { limit: number; keyOf: (position: Position) => StoredRecord; from?: Position | undefined },
  ): Promise<Page<T>> {
    const { limit, keyOf } = options;
    const found: StoredRecord[] = [];
    let start = options.from && keyOf(options.from);
    for (let request = 0; request < requestsPerPage; request += 1) {
      const filtered = input.FilterExpression !== undefined;
      const answer = await query({
        ...input,
        Limit: filtered ? itemsPerFilteredRequest : limit - found.length,
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      });
      found.push(...(answer.Items ?? []));
      start = answer.LastEvaluatedKey;
      if (found.length > limit) {
        // The filter let through more than there is room for: the next page starts after the last item of this one.
        found.length = limit;
        start = keyOf(positionOf(found[limit - 1] as StoredRecord));
      }
      if (start === undefined || found.length === limit) break;
    }
    const items = found.map((record) => fromRecord<T>(record));
    return start === undefined ? { items } : { items, cursor: cursorAfter(group, positionOf(start)) };
  }

  return {
    async due(beforeMs, limit) {
      const shards = Array.from({ length: dueShards }, (_, shard) => shard);
      const found = (await Promise.all(shards.map((shard) => dueInShard(shard, beforeMs, limit)))).flat();
      return found.sort((a, b) => a.dueAtMs - b.dueAtMs).slice(0, limit);
    },

    async list<T extends Item>(listIn: string, options: ListOptions) {
      const from = options.cursor === undefined ? undefined : positionIn(`list:${listIn}`, options.cursor);
      const { afterKey } = options;
      // DynamoDB refuses a start outside the range that is asked for; there is nothing behind such a cursor anyway.
      if (afterKey !== undefined && from?.listKey !== undefined && from.listKey <= afterKey) return { items: [] };
      const keyOf = (position: Position): StoredRecord => ({
        id: { S: position.id },
        listIn: { S: listIn },
        listKey: { S: position.listKey ?? ' ' },
      });
      return page<T>(`list:${listIn}`, listQuery(listIn, options), { limit: options.limit, keyOf, from });
    },

    async open<T extends Item>(openIn: string, options: { limit: number; cursor?: string }) {
      const from = options.cursor === undefined ? undefined : positionIn(`open:${openIn}`, options.cursor);
      const keyOf = (position: Position): StoredRecord => ({ id: { S: position.id }, openIn: { S: openIn } });
      const input = {
        IndexName: 'open',
        KeyConditionExpression: 'openIn = :group',
        ExpressionAttributeValues: { ':group': { S: openIn } },
      };
      return page<T>(`open:${openIn}`, input, { limit: options.limit, keyOf, from });
    },
  };
}

type ListOptions = Parameters<ItemStore['list']>[1];

function listQuery(listIn: string, { where = {}, afterKey }: ListOptions): Omit<QueryCommandInput, 'TableName'> {
  const filters = Object.entries(where);
  return {
    IndexName: 'list',
    KeyConditionExpression: afterKey === undefined ? 'listIn = :list' : 'listIn = :list AND listKey > :after',
    ScanIndexForward: false,
    ExpressionAttributeValues: {
      ':list': { S: listIn },
      ...(afterKey === undefined ? {} : { ':after': { S: afterKey } }),
      ...Object.fromEntries(filters.map(([, value], place) => [`:value${place}`, { S: value }])),
    },
    ...(filters.length === 0
      ? {}
      : {
          FilterExpression: filters.map((_, place) => `#name${place} = :value${place}`).join(' AND '),
          ExpressionAttributeNames: Object.fromEntries(filters.map(([name], place) => [`#name${place}`, name])),
        }),
  };
}

function positionOf(record: StoredRecord): Position {
  const listKey = record['listKey']?.S;
  return { id: record['id']?.S as string, ...(listKey === undefined ? {} : { listKey }) };
}

function dueItem(record: StoredRecord): DueItem {
  const { id, dueAtMs, openIn, workAtMs, work, tellAtMs } = unmarshall(record);
  return {
    id,
    dueAtMs,
    ...(openIn === undefined ? {} : { openIn }),
    ...(workAtMs === undefined ? {} : { workAtMs }),
    ...(work === undefined ? {} : { work }),
    ...(tellAtMs === undefined ? {} : { tellAtMs }),
  };
}
