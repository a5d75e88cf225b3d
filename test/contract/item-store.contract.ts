import { beforeEach, describe, expect, it } from 'vitest';
import type { Draft, Item, ItemStore } from '../../lib/instructions/ports.ts';
import { InvalidCursor } from '../../lib/platform/cursor.ts';

/** What the contract keeps in the store. */
export interface Thing extends Item {
  readonly state: string;
  readonly kind?: string;
  readonly workAtMs?: number;
  readonly work?: string;
  readonly tellAtMs?: number;
  readonly nested?: unknown;
}

const thing = (id: string, members: Partial<Omit<Thing, 'id'>> = {}): Draft<Thing> => ({
  id,
  state: 'new',
  index: {},
  ...members,
});

const inList = (listIn: string, place: number, state = 'new') =>
  thing(`${listIn}-${place}`, {
    state,
    index: { listIn, listKey: `2026-01-01T00:00:${String(place).padStart(3, '0')}` },
  });

/** Holds a store to what {@link ItemStore} promises. */
export function describeItemStore(name: string, freshStore: () => Promise<ItemStore>) {
  describe(`${name} as the table`, () => {
    let store: ItemStore;
    beforeEach(async () => {
      store = await freshStore();
    });

    const all = async (read: (cursor?: string) => Promise<{ items: Thing[]; cursor?: string }>) => {
      const ids: string[] = [];
      let cursor: string | undefined;
      for (let pages = 0; pages < 50; pages += 1) {
        const page = await read(cursor);
        ids.push(...page.items.map((item) => item.id));
        if (page.cursor === undefined) return ids;
        cursor = page.cursor;
      }
      throw new Error('the pages never end');
    };
    const create = async (...drafts: Draft<Thing>[]) => {
      for (const draft of drafts) expect(await store.create<Thing>(draft)).toBeDefined();
    };

    describe('writing', () => {
      it('gives back what was stored, in every shape JSON has', async () => {
        const nested = {
          text: 'ä',
          list: [1, [2], { three: 3 }],
          nothing: null,
          yes: true,
          empty: {},
          none: [],
          blank: '',
        };
        const index = { dueAtMs: 5, listIn: 'l', listKey: 'k', openIn: 'o' };
        const created = await store.create<Thing>(thing('a', { nested, index }));
        expect(created).toMatchObject({ id: 'a', version: 1, state: 'new', nested, index });
        expect(await store.get('a')).toEqual(created);
        expect(await store.get('b')).toBeUndefined();
      });

      it('leaves out members that are undefined', async () => {
        await create({ ...thing('a'), kind: undefined } as unknown as Draft<Thing>);
        expect(await store.get('a')).not.toHaveProperty('kind');
      });

      it('creates an id once', async () => {
        const first = await store.create<Thing>(thing('a', { state: 'first' }));
        expect(await store.create<Thing>(thing('a', { state: 'second' }))).toBeUndefined();
        expect(await store.get('a')).toEqual(first);
      });

      it('lets one of many creators win', async () => {
        const answers = await Promise.all(
          Array.from({ length: 8 }, (_, writer) => store.create<Thing>(thing('a', { state: `writer ${writer}` }))),
        );
        const winners = answers.filter((answer) => answer !== undefined);
        expect(winners).toHaveLength(1);
        expect(await store.get('a')).toEqual(winners[0]);
      });

      it('replaces the version that was read, with a version one higher and another writeId', async () => {
        const first = (await store.create<Thing>(thing('a', { kind: 'old' }))) as Thing;
        const second = await store.replace(first, thing('a', { state: 'next' }));
        expect(second).toMatchObject({ version: 2, state: 'next' });
        expect(second).not.toHaveProperty('kind');
        expect(second?.writeId).not.toBe(first.writeId);
        expect(await store.get('a')).toEqual(second);
      });

      it('takes the item that was read as the draft of the next', async () => {
        const first = (await store.create<Thing>(thing('a'))) as Thing;
        const second = await store.replace(first, { ...first, state: 'next' });
        expect(second).toMatchObject({ version: 2, state: 'next' });
        expect(second?.writeId).not.toBe(first.writeId);
      });

      it('does not replace what somebody else wrote since, nor what is not there', async () => {
        const first = (await store.create<Thing>(thing('a'))) as Thing;
        const second = await store.replace(first, thing('a', { state: 'theirs' }));
        expect(await store.replace(first, thing('a', { state: 'ours' }))).toBeUndefined();
        expect(await store.get('a')).toEqual(second);
        expect(await store.replace({ ...first, id: 'b' }, thing('b'))).toBeUndefined();
        expect(await store.get('b')).toBeUndefined();
      });

      it('does not mistake another item of the same version for the one that was read', async () => {
        const first = (await store.create<Thing>(thing('a'))) as Thing;
        expect(await store.replace({ ...first, writeId: 'of another life' }, thing('a'))).toBeUndefined();
      });

      it('lets one of many writers of a version win, again and again', async () => {
        let current = (await store.create<Thing>(thing('a'))) as Thing;
        for (let round = 0; round < 5; round += 1) {
          const answers = await Promise.all(
            Array.from({ length: 6 }, (_, writer) =>
              store.replace(current, thing('a', { state: `${round}/${writer}` })),
            ),
          );
          const winners = answers.filter((answer) => answer !== undefined);
          expect(winners).toHaveLength(1);
          current = winners[0] as Thing;
          expect(await store.get('a')).toEqual(current);
        }
        expect(current.version).toBe(6);
      });

      it('shares no object with its callers', async () => {
        const list = ['kept'];
        await create(thing('a', { nested: list }));
        list.push('later');
        const read = (await store.get<Thing>('a')) as Thing;
        // A store may hand out what cannot be changed; then this changes nothing and says so.
        Reflect.set(read.nested as string[], 1, 'later');
        expect((await store.get<Thing>('a'))?.nested).toEqual(['kept']);
      });

      it('refuses what it could not give back', async () => {
        await expect(store.create<Thing>(thing('a', { nested: { amount: 1n } }))).rejects.toThrow('item.nested.amount');
        await expect(store.create({ ...thing('a'), dueAtMs: 1 } as Draft<Thing>)).rejects.toThrow('"dueAtMs"');
        await expect(store.create<Thing>(thing('a', { index: { listIn: 'l' } }))).rejects.toThrow('listKey');
        const first = (await store.create<Thing>(thing('a'))) as Thing;
        await expect(store.replace(first, thing('b'))).rejects.toThrow('cannot be called b');
      });
    });

    describe('what is due', () => {
      it('finds items of all shards that were due before, the earliest first, with what their hints need', async () => {
        for (let place = 0; place < 40; place += 1)
          await create(thing(`id ${place}`, { index: { dueAtMs: 1000 - place } }));
        await create(
          thing('full', { workAtMs: 7, work: 'poll', tellAtMs: 9, index: { dueAtMs: 7, openIn: 'fund:c/f' } }),
          thing('later', { index: { dueAtMs: 2000 } }),
          thing('never'),
        );
        const due = await store.due(2000, 100);
        expect(due[0]).toEqual({ id: 'full', dueAtMs: 7, openIn: 'fund:c/f', workAtMs: 7, work: 'poll', tellAtMs: 9 });
        expect(due).toHaveLength(41);
        expect(due.map((item) => item.dueAtMs)).toEqual(due.map((item) => item.dueAtMs).sort((a, b) => a - b));
        expect(due[1]).toEqual({ id: 'id 39', dueAtMs: 961 });
      });

      it('gives the earliest when there are more than the limit', async () => {
        for (let place = 0; place < 20; place += 1)
          await create(thing(`id ${place}`, { index: { dueAtMs: 100 - place } }));
        expect((await store.due(1000, 3)).map((item) => item.dueAtMs)).toEqual([81, 82, 83]);
      });

      it('forgets an item that has nothing left to do, and finds it again when it has', async () => {
        const first = (await store.create<Thing>(thing('a', { index: { dueAtMs: 1 } }))) as Thing;
        const idle = (await store.replace(first, thing('a'))) as Thing;
        expect(await store.due(10, 10)).toEqual([]);
        await store.replace(idle, thing('a', { index: { dueAtMs: 3 } }));
        expect(await store.due(10, 10)).toEqual([{ id: 'a', dueAtMs: 3 }]);
      });
    });

    describe('a list', () => {
      it('comes newest first, in pages that miss nothing and repeat nothing', async () => {
        for (let place = 0; place < 7; place += 1) await create(inList('mine', place));
        await create(inList('theirs', 1), thing('unlisted'));
        const ids = await all((cursor) => store.list('mine', { limit: 3, ...(cursor ? { cursor } : {}) }));
        expect(ids).toEqual(['mine-6', 'mine-5', 'mine-4', 'mine-3', 'mine-2', 'mine-1', 'mine-0']);
      });

      it('pages through items with one and the same key', async () => {
        const index = { listIn: 'mine', listKey: 'same' };
        for (let place = 0; place < 5; place += 1) await create(thing(`id-${place}`, { index }));
        const ids = await all((cursor) => store.list('mine', { limit: 2, ...(cursor ? { cursor } : {}) }));
        expect(ids.sort()).toEqual(['id-0', 'id-1', 'id-2', 'id-3', 'id-4']);
      });

      it('fills its pages when it is filtered', async () => {
        for (let place = 0; place < 30; place += 1)
          await create(inList('mine', place, place % 10 === 3 ? 'rare' : 'common'));
        const page = await store.list<Thing>('mine', { limit: 2, where: { state: 'rare' } });
        expect(page.items.map((item) => item.id)).toEqual(['mine-23', 'mine-13']);
        const next = await store.list<Thing>('mine', {
          limit: 2,
          where: { state: 'rare' },
          cursor: page.cursor as string,
        });
        expect(next.items.map((item) => item.id)).toEqual(['mine-3']);
        expect(next.cursor).toBeUndefined();
        expect((await store.list('mine', { limit: 5, where: { state: 'rare', kind: 'x' } })).items).toEqual([]);
      });

      it('can start after a key, also in the middle of its pages', async () => {
        for (let place = 0; place < 6; place += 1) await create(inList('mine', place));
        const afterKey = '2026-01-01T00:00:002';
        const ids = await all((cursor) => store.list('mine', { limit: 2, afterKey, ...(cursor ? { cursor } : {}) }));
        expect(ids).toEqual(['mine-5', 'mine-4', 'mine-3']);
        const { cursor } = await store.list('mine', { limit: 5 });
        expect(await store.list('mine', { limit: 5, afterKey, cursor: cursor as string })).toEqual({ items: [] });
      });

      it('takes no cursor but its own', async () => {
        for (let place = 0; place < 3; place += 1) await create(inList('mine', place), inList('theirs', place));
        const { cursor } = await store.list('theirs', { limit: 1 });
        const forged = Buffer.from('["x","y"]').toString('base64url');
        for (const wrong of [cursor as string, forged, '', 'no cursor', '!', 'e30', 'x'.repeat(5000)]) {
          await expect(store.list('mine', { limit: 1, cursor: wrong })).rejects.toThrow(InvalidCursor);
        }
        await expect(store.list('mine', { limit: 1, cursor: '!' })).rejects.toMatchObject({ field: 'cursor' });
      });
    });

    describe('an open group', () => {
      it('holds its items until they leave it', async () => {
        const ids = ['a', 'b', 'c', 'd', 'e'];
        for (const id of ids) await create(thing(id, { index: { openIn: 'fund:c/f' } }));
        await create(thing('x', { index: { openIn: 'fund:c/g' } }), thing('y'));
        const open = () => all((cursor) => store.open('fund:c/f', { limit: 2, ...(cursor ? { cursor } : {}) }));
        expect((await open()).sort()).toEqual(ids);
        const left = (await store.get<Thing>('c')) as Thing;
        await store.replace(left, thing('c'));
        expect((await open()).sort()).toEqual(['a', 'b', 'd', 'e']);
        const { cursor } = await store.open('fund:c/f', { limit: 1 });
        await expect(store.open('fund:c/g', { limit: 1, cursor: cursor as string })).rejects.toThrow(InvalidCursor);
      });
    });
  });
}
