import type { DueItem, Item, ItemStore, Page, Random } from '../../lib/instructions/ports.ts';
import { cursorAfter, positionIn } from '../../lib/platform/cursor.ts';
import { fromRecord, type StoredRecord, toRecord } from '../../lib/platform/dynamo-record.ts';

/** A memory store, with a view of everything it holds. */
export interface MemoryStore extends ItemStore {
  /** Every item, in order of its first write. */
  all<T extends Item>(): T[];
}

/**
 * The table in memory, with the promises of the one on DynamoDB (`test/contract` holds both to them). Items go through the
 * stored form, so nothing can be kept here that DynamoDB would not keep, and no caller shares an object with the table.
 */
export function memoryStore(random: Pick<Random, 'id'>): MemoryStore {
  const records = new Map<string, StoredRecord>();

  const items = <T extends Item>(): T[] => [...records.values()].map((record) => fromRecord<T>(record));

  return {
    all: items,

    async get<T extends Item>(id: string) {
      const record = records.get(id);
      return record && fromRecord<T>(record);
    },

    async create<T extends Item>(draft: Parameters<typeof toRecord<T>>[0]) {
      const record = toRecord<T>(draft, 1, random.id());
      if (records.has(draft.id)) return undefined;
      records.set(draft.id, record);
      return fromRecord<T>(record);
    },

    async replace<T extends Item>(current: T, draft: Parameters<typeof toRecord<T>>[0]) {
      if (draft.id !== current.id)
        throw new TypeError(`the next version of ${current.id} cannot be called ${draft.id}`);
      const record = toRecord<T>(draft, current.version + 1, random.id());
      const stored = records.get(current.id);
      const unchanged = stored?.['version']?.N === String(current.version) && stored['writeId']?.S === current.writeId;
      if (!unchanged) return undefined;
      records.set(draft.id, record);
      return fromRecord<T>(record);
    },

    async due(beforeMs, limit) {
      return items<Item & Partial<DueItem>>()
        .flatMap(({ id, index, workAtMs, work, tellAtMs }) =>
          index.dueAtMs === undefined || index.dueAtMs >= beforeMs
            ? []
            : [defined({ id, dueAtMs: index.dueAtMs, openIn: index.openIn, workAtMs, work, tellAtMs })],
        )
        .sort((a, b) => a.dueAtMs - b.dueAtMs)
        .slice(0, limit);
    },

    async list<T extends Item>(listIn: string, options: Parameters<ItemStore['list']>[1]) {
      const from = options.cursor === undefined ? undefined : positionIn(`list:${listIn}`, options.cursor);
      const place = (item: Item) => [item.index.listKey ?? '', item.id];
      const wanted = items<T>()
        .filter(({ index }) => index.listIn === listIn)
        .filter(({ index }) => options.afterKey === undefined || (index.listKey ?? '') > options.afterKey)
        .filter((item) => Object.entries(options.where ?? {}).every(([name, value]) => member(item, name) === value))
        .sort((a, b) => -compare(place(a), place(b)))
        .filter((item) => from === undefined || compare(place(item), [from.listKey ?? '', from.id]) < 0);
      return page(wanted, options.limit, `list:${listIn}`);
    },

    async open<T extends Item>(openIn: string, options: { limit: number; cursor?: string }) {
      const from = options.cursor === undefined ? undefined : positionIn(`open:${openIn}`, options.cursor);
      const wanted = items<T>()
        .filter(({ index }) => index.openIn === openIn)
        .sort((a, b) => compare([a.id], [b.id]))
        .filter(({ id }) => from === undefined || compare([id], [from.id]) > 0);
      return page(wanted, options.limit, `open:${openIn}`);
    },
  };
}

function page<T extends Item>(wanted: T[], limit: number, group: string): Page<T> {
  const items = wanted.slice(0, limit);
  const last = items.at(-1);
  if (wanted.length <= limit || last === undefined) return { items };
  const { id, index } = last;
  return { items, cursor: cursorAfter(group, index.listKey === undefined ? { id } : { id, listKey: index.listKey }) };
}

function member(item: object, name: string): unknown {
  return (item as Record<string, unknown>)[name];
}

function compare(a: readonly string[], b: readonly string[]): number {
  for (const [place, text] of a.entries()) {
    const other = b[place] ?? '';
    if (text !== other) return text < other ? -1 : 1;
  }
  return 0;
}

function defined<T extends object>(members: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never;
}
