import { describe, expect, it } from 'vitest';
import { enter } from '../../../lib/instructions/machine.ts';
import { type Instruction, indexed } from '../../../lib/instructions/record.ts';
import { deliverWebhooks, type Endpoint, type Teller } from '../../../lib/webhooks/deliver.ts';
import { replayEvents } from '../../../lib/webhooks/replay.ts';
import { desk } from '../instructions/desk.ts';

const main: Endpoint = { name: 'main', url: 'https://main.example/hooks' };
const audit: Endpoint = { name: 'audit', url: 'https://audit.example/hooks' };

/** A completed transfer, told to its end, and what each endpoint received since. */
async function toldTransfer(endpoints: Endpoint[] = [main]) {
  const one = desk();
  const { instruction } = await one.ask();
  const { id } = instruction;
  for (const state of ['submitting', 'pending', 'completed'] as const) {
    const current = await one.stored(id);
    await one.store.replace<Instruction>(current, indexed(enter(current, state, one.clock.nowMs()), true));
  }
  const posts: { url: string; webhookId: string; sequence: number }[] = [];
  const statuses = new Map<string, number>();
  /** What happens in the middle of a post, once. */
  let meanwhile: (() => Promise<unknown>) | undefined;
  const teller: Teller = {
    ...one,
    endpointsOf: () => endpoints,
    secretsOf: async () => [`whsec_${Buffer.alloc(32, 3).toString('base64')}`],
    post: async ({ url, headers, body }) => {
      const happening = meanwhile;
      meanwhile = undefined;
      await happening?.();
      const { data } = JSON.parse(body) as { data: { sequence: number } };
      posts.push({ url, webhookId: headers['webhook-id'] ?? '', sequence: data.sequence });
      return { status: statuses.get(url) ?? 204 };
    },
  };
  const deliver = async () => {
    for (let rounds = 0; rounds < 10 && ((await one.stored(id)).tellAtMs ?? Infinity) <= one.clock.nowMs(); rounds++)
      await deliverWebhooks(teller, id);
  };
  return {
    one,
    id,
    posts,
    deliver,
    statuses,
    during: (happening: () => Promise<unknown>) => {
      meanwhile = happening;
    },
    sequences: (endpoint: Endpoint) => posts.filter(({ url }) => url === endpoint.url).map(({ sequence }) => sequence),
    stored: () => one.stored(id),
  };
}

describe('a replay', () => {
  it('has the whole history told again, in order, under the same ids', async () => {
    const { one, id, posts, deliver, stored } = await toldTransfer();
    await deliver();
    const before = posts.splice(0);
    expect((await stored()).tellAtMs).toBeUndefined();
    expect(await replayEvents(one, { id })).toEqual({ main: 0 });
    expect((await stored()).index.dueAtMs).toBe(one.clock.nowMs());
    expect(one.hints.waiting('tell').map((hint) => hint.id)).toContain(id);
    await deliver();
    expect(posts).toEqual(before);
    expect(posts.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3]);
    expect((await stored()).tellAtMs).toBeUndefined();
  });

  it('begins where it is told to, at one endpoint alone', async () => {
    const { one, id, posts, deliver, sequences } = await toldTransfer([main, audit]);
    await deliver();
    posts.splice(0);
    expect(await replayEvents(one, { id, endpoint: 'audit', fromSequence: 2 })).toEqual({ audit: 2 });
    await deliver();
    expect(sequences(audit)).toEqual([2, 3]);
    expect(sequences(main)).toEqual([]);
  });

  it('tells again from the first event that was given up, and forgets that it was', async () => {
    const { one, id, posts, statuses, deliver, sequences, stored } = await toldTransfer();
    await deliver();
    posts.splice(0);
    await replayEvents(one, { id, fromSequence: 2 });
    statuses.set(main.url, 410);
    await deliver();
    expect((await stored()).telling['main']).toMatchObject({ announced: 4, givenUp: [2, 3] });

    statuses.set(main.url, 204);
    posts.splice(0);
    expect(await replayEvents(one, { id })).toEqual({ main: 2 });
    await deliver();
    expect(sequences(main)).toEqual([2, 3]);
    expect((await stored()).telling['main']).not.toHaveProperty('givenUp');
  });

  it('never passes over what was not told yet', async () => {
    const { one, id, statuses, deliver, sequences, stored } = await toldTransfer();
    statuses.set(main.url, 503);
    await deliver();
    expect((await stored()).telling['main']).toMatchObject({ announced: 0, failures: 1 });
    statuses.set(main.url, 204);
    expect(await replayEvents(one, { id, fromSequence: 3 })).toEqual({ main: 0 });
    // The wait after the failure is over as well.
    await deliver();
    expect(sequences(main)).toEqual([0, 0, 1, 2, 3]);
  });

  it('is not lost to a worker that is telling at the same moment', async () => {
    const { one, id, posts, deliver, during, sequences, stored } = await toldTransfer();
    await deliver();
    posts.splice(0);
    await replayEvents(one, { id, fromSequence: 3 });
    // The worker has posted 3 and not recorded it yet when the operator asks for everything from 1 on.
    during(() => replayEvents(one, { id, fromSequence: 1 }));
    await deliver();
    expect(sequences(main)).toEqual([3, 1, 2, 3]);
    expect((await stored()).telling['main']).toMatchObject({ announced: 4, replays: 2 });
  });

  it('leaves what a worker tells another endpoint meanwhile', async () => {
    const { one, id, posts, deliver, during, sequences } = await toldTransfer([main, audit]);
    await deliver();
    posts.splice(0);
    await replayEvents(one, { id, endpoint: 'main', fromSequence: 3 });
    during(() => replayEvents(one, { id, endpoint: 'audit', fromSequence: 3 }));
    await deliver();
    expect(sequences(main)).toEqual([3]);
    expect(sequences(audit)).toEqual([3]);
  });

  it('does not overwrite a state that is entered at the same moment', async () => {
    const { one, id, deliver, stored } = await toldTransfer();
    await deliver();
    const { replace } = one.store;
    let others = 1;
    const store = {
      ...one.store,
      replace: async (...args: Parameters<typeof replace>) => {
        if (others-- > 0) {
          const current = await stored();
          await replace(current, { ...current, reason: 'written by somebody else' } as never);
        }
        return await replace(...args);
      },
    } as typeof one.store;
    await replayEvents({ ...one, store }, { id });
    expect(await stored()).toMatchObject({ reason: 'written by somebody else', telling: { main: { announced: 0 } } });
  });

  it('refuses what it cannot tell again, and says which field is wrong', async () => {
    const { one, id, deliver } = await toldTransfer();
    await expect(replayEvents(one, { id })).rejects.toMatchObject({ status: 404, field: 'endpoint' });
    await deliver();
    await expect(replayEvents(one, { id: 'nothing' })).rejects.toMatchObject({ status: 404, field: 'id' });
    await expect(replayEvents(one, { id, endpoint: 'other' })).rejects.toMatchObject({
      status: 404,
      field: 'endpoint',
    });
    await expect(replayEvents(one, { id, fromSequence: 4 })).rejects.toMatchObject({ status: 400, field: 'from' });
  });
});
