import type { Draft, DueItem, Item, ItemStore, Page, Random } from '../../lib/instructions/ports.ts';
import { cursorAfter, positionIn } from '../../lib/platform/cursor.ts';
import { fromRecord, toRecord } from '../../lib/platform/dynamo-record.ts';

/** A memory store, with a view of everything it holds. */
export interface MemoryStore extends ItemStore {
  /** Every item, in order of its first write. */
  all<T extends Item>(): T[];
}

/**
 * The table in memory, with the promises of the one on DynamoDB (`test/contract` holds both to them). Each write goes
 * through the stored form, so nothing can be kept here that DynamoDB would not keep. What is read is frozen to the bottom
 * instead of copied: a caller that changed what it has read would change nothing in DynamoDB, and fails here.
 */
export function memoryStore(random: Pick<Random, 'id'>): MemoryStore {
  const stored = new Map<string, Item>();

  const items = <T extends Item>(): T[] => [...stored.values()] as T[];

  const write = <T extends Item>(draft: Draft<T>, version: number): T => {
    const item = frozen(fromRecord<T>(toRecord<T>(draft, version, random.id())));
    stored.set(draft.id, item);
    return item;
  };

  return {
    all: items,

    async get<T extends Item>(id: string) {
      return stored.get(id) as T | undefined;
    },

    async create<T extends Item>(draft: Draft<T>) {
      return stored.has(draft.id) ? undefined : write(draft, 1);
    },

    async replace<T extends Item>(current: T, draft: Draft<T>) {
      if (draft.id !== current.id)
        throw new TypeError(`the next version of ${current.id} cannot be called ${draft.id}`);
      const newest = stored.get(current.id);
      const unchanged = newest?.version === current.version && newest.writeId === current.writeId;
      return unchanged ? write(draft, current.version + 1) : undefined;
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

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}
