import { existsSync } from 'node:fs';
import database from 'dynalite/db/index.js';
import { type LevelStore, openLevelStore } from './level-store.ts';

interface StoredTable {
  TableName: string;
  LocalSecondaryIndexes?: unknown[];
  GlobalSecondaryIndexes?: unknown[];
}

type Operation = Parameters<LevelStore['batch']>[0][number];

/**
 * Makes the secondary indexes of a data folder agree with its items again, in one atomic write.
 *
 * `dynalite` writes the index before the item, in separate steps, and takes an old index entry away before it writes the
 * new one. A process killed in between leaves an item that no query on the index finds: an instruction that is overdue
 * for ever and never looked at. DynamoDB itself cannot lose an index entry, so the embedded one must not either.
 *
 * To be called before `dynalite` opens the folder. Returns how many index entries there are afterwards.
 */
export async function repairIndexes(folder: string): Promise<number> {
  if (!existsSync(folder)) return 0;
  const store = await openLevelStore(folder);
  try {
    const operations: Operation[] = [];
    for await (const [key] of store.iterator(startingWith('index-'))) operations.push({ type: 'del', key });
    let entries = 0;
    for await (const [, table] of store.iterator(startingWith('table~'))) {
      for (const put of await indexEntries(store, table as unknown as StoredTable)) {
        operations.push(put);
        entries += 1;
      }
    }
    await store.batch(operations);
    return entries;
  } finally {
    await store.close();
  }
}

async function indexEntries(store: LevelStore, table: StoredTable): Promise<Operation[]> {
  const operations: Operation[] = [];
  for await (const [, item] of store.iterator(startingWith(`item-${table.TableName}~`))) {
    for (const kind of ['Local', 'Global'] as const) {
      const { puts } = database.getIndexActions(table[`${kind}SecondaryIndexes`] ?? [], undefined, item, table);
      for (const put of puts) {
        const key = `index-${kind.toLowerCase()}~${table.TableName}~${put.index}~${put.key}`;
        operations.push({ type: 'put', key, value: put.item });
      }
    }
  }
  return operations;
}

function startingWith(prefix: string): { gte: string; lt: string } {
  return { gte: prefix, lt: `${prefix}\u{ffff}` };
}
