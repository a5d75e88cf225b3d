import { createHash } from 'node:crypto';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Draft, Item, ItemIndex } from '../instructions/ports.ts';

/** An item as DynamoDB stores it. */
export type StoredRecord = Record<string, AttributeValue>;

/**
 * How many shards the due index has. One takes a thousand writes a second, so four are far beyond what the Partner API can
 * follow; each more is one more request of every run of `dispatch-due`, and of its cold start. May be raised later, but
 * never lowered: what is due in a shard nobody reads any more would be lost.
 */
export const dueShards = 4;

/** The attributes that belong to the store. An item may not have members of these names. */
const indexAttributes = ['dueShard', 'dueAtMs', 'listIn', 'listKey', 'openIn'] as const;

/** The shard an id is due in. */
export function dueShardOf(id: string): string {
  return String((createHash('sha256').update(id).digest()[0] as number) % dueShards);
}

/**
 * The stored form of an item: its own members as they are, readable in the console, and the index entries beside them.
 * Refuses a `bigint` anywhere, because it would come back as a `number` when it is small: amounts are stored as text.
 */
export function toRecord<T extends Item>(draft: Draft<T>, version: number, writeId: string): StoredRecord {
  const { index, ...members } = draft as Draft<Item> & Record<string, unknown>;
  const taken = indexAttributes.find((name) => name in members);
  if (taken) throw new TypeError(`an item cannot have a member "${taken}": it belongs to the index`);
  const attributes = { ...members, ...flattened(members.id, index), version, writeId };
  refuseBigInts(attributes, 'item', 0);
  return marshall(attributes, { removeUndefinedValues: true });
}

/** The item of a stored form. */
export function fromRecord<T extends Item>(record: StoredRecord): T {
  const { dueShard: _shard, dueAtMs, listIn, listKey, openIn, ...members } = unmarshall(record);
  const index: ItemIndex = {
    ...(dueAtMs === undefined ? {} : { dueAtMs }),
    ...(listIn === undefined ? {} : { listIn }),
    ...(listKey === undefined ? {} : { listKey }),
    ...(openIn === undefined ? {} : { openIn }),
  };
  return { ...members, index } as unknown as T;
}

function flattened(id: string, index: ItemIndex): Record<string, unknown> {
  const { dueAtMs, listIn, listKey, openIn } = index;
  if ((listIn === undefined) !== (listKey === undefined)) {
    throw new TypeError('an item stands in a list by listIn and listKey together');
  }
  return { dueAtMs, listIn, listKey, openIn, dueShard: dueAtMs === undefined ? undefined : dueShardOf(id) };
}

const deepestNesting = 32;

function refuseBigInts(value: unknown, path: string, depth: number): void {
  if (typeof value === 'bigint') throw new TypeError(`${path} is a bigint: store amounts as decimal text`);
  if (typeof value !== 'object' || value === null) return;
  if (depth > deepestNesting) throw new TypeError(`${path} is nested deeper than ${deepestNesting}`);
  for (const [name, member] of Object.entries(value)) refuseBigInts(member, `${path}.${name}`, depth + 1);
}
