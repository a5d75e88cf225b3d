import { describe, expect, it } from 'vitest';
import { enter } from '../../../lib/instructions/machine.ts';
import { type Instruction, indexed } from '../../../lib/instructions/record.ts';
import { deliverWebhooks, type Endpoint, type Teller, tellingLeaseMs } from '../../../lib/webhooks/deliver.ts';
import { verify, WebhookSecretError } from '../../../lib/webhooks/signature.ts';
import { desk } from '../instructions/desk.ts';

const secret = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;
const dayMs = 86_400_000;

interface Post {
  readonly url: string;
  readonly id: string;
  readonly type: string;
  readonly sequence: number;
}

/** A desk with one accepted transfer, endpoints that answer as they are told, and what they were sent. */
async function telling(
  endpoints: Endpoint[] = [{ name: 'main', url: 'https://partner.example/hooks' }],
  secretsOf: Teller['secretsOf'] = async () => [secret],
) {
  const one = desk();
  const { instruction } = await one.ask();
  const posts: Post[] = [];
  const answers = new Map<string, number>();
  const teller: Teller = {
    ...one,
    endpointsOf: () => endpoints,
    secretsOf,
    post: async ({ url, headers, body }) => {
      verify({ headers, body, secrets: [secret], nowSeconds: Math.floor(one.clock.nowMs() / 1000) });
      const { type, data } = JSON.parse(body) as { type: string; data: { sequence: number } };
      posts.push({ url, id: headers['webhook-id'] ?? '', type, sequence: data.sequence });
      const status = answers.get(url) ?? 204;
      if (status === 0) throw new Error('connection reset');
      return { status };
    },
  };
  const advance = async (...states: Instruction['state'][]) => {
    for (const state of states) {
      const current = await one.stored(instruction.id);
      await one.store.replace<Instruction>(current, indexed(enter(current, state, one.clock.nowMs()), true));
    }
  };
  return {
    one,
    posts,
    advance,
    answer: (status: number, url = 'https://partner.example/hooks') => answers.set(url, status),
    deliver: () => deliverWebhooks(teller, instruction.id),
    now: () => one.stored(instruction.id),
  };
}

describe('telling a partner', () => {
  it('tells every state once, in order, under an id of its own, signed', async () => {
    const { posts, advance, deliver, now } = await telling();
    await advance('submitting', 'pending');
    await deliver();
    await deliver();
    const { id, tellAtMs, index } = await now();
    expect(posts.map(({ type, sequence, id: webhookId }) => [type, sequence, webhookId])).toEqual([
      ['instruction.accepted', 0, `${id}_0`],
      ['instruction.submitting', 1, `${id}_1`],
      ['instruction.pending', 2, `${id}_2`],
    ]);
    expect(tellAtMs).toBeUndefined();
    expect(index.dueAtMs).toBe((await now()).workAtMs);
  });

  it('asks for a person when a secret of ours is missing, and goes on once it is mended', async () => {
    let secrets: readonly string[] = [];
    const { one, posts, deliver } = await telling(undefined, async () => {
      if (secrets.length === 0) throw new WebhookSecretError('there is no webhook secret for "desk/main"');
      return secrets;
    });
    await deliver();
    expect([posts, one.alarms]).toEqual([[], ['webhook_secret_unusable']]);
    secrets = [secret];
    one.pass(dayMs / 2);
    await deliver();
    expect([posts.length, one.alarms]).toEqual([1, ['webhook_secret_unusable']]);
  });

  it('goes on where it stopped when the history grows', async () => {
    const { posts, advance, deliver } = await telling();
    await deliver();
    await advance('submitting');
    await deliver();
    expect(posts.map(({ sequence }) => sequence)).toEqual([0, 1]);
  });

  it('tries again later and later, under the same id, and tells nothing out of order meanwhile', async () => {
    const { one, posts, advance, answer, deliver, now } = await telling();
    await advance('submitting');
    answer(503);
    const waits: number[] = [];
    for (let failures = 0; failures < 6; failures++) {
      await deliver();
      const { tellAtMs = 0 } = await now();
      waits.push(tellAtMs - one.clock.nowMs());
      one.pass(waits.at(-1) ?? 0);
    }
    expect(new Set(posts.map(({ id }) => id)).size).toBe(1);
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    answer(200);
    await deliver();
    expect(posts.slice(-2).map(({ sequence }) => sequence)).toEqual([0, 1]);
  });

  it('is tried for a day, then given up with an alarm and remembered for the replay', async () => {
    const { one, posts, answer, deliver, now } = await telling();
    answer(0);
    const startedAtMs = one.clock.nowMs();
    while ((await now()).tellAtMs !== undefined) {
      one.pass(Math.max(0, ((await now()).tellAtMs ?? 0) - one.clock.nowMs()));
      await deliver();
      expect(posts.length).toBeLessThan(60);
    }
    expect(one.clock.nowMs() - startedAtMs).toBe(dayMs);
    expect(one.alarms).toEqual(['webhook_given_up']);
    expect((await now()).telling['main']).toMatchObject({ announced: 1, givenUp: [0] });
  });

  it('gives up at once on an endpoint that is gone for good', async () => {
    const { one, answer, deliver, now } = await telling();
    answer(410);
    await deliver();
    expect(one.alarms).toEqual(['webhook_given_up']);
    expect((await now()).tellAtMs).toBeUndefined();
  });

  it('does not let a dead endpoint hold the others', async () => {
    const dead = 'https://dead.example/';
    const { posts, advance, answer, deliver, now } = await telling([
      { name: 'dead', url: dead },
      { name: 'live', url: 'https://live.example/' },
    ]);
    answer(500, dead);
    await advance('submitting');
    await deliver();
    expect(posts.filter(({ url }) => url !== dead).map(({ sequence }) => sequence)).toEqual([0, 1]);
    expect((await now()).telling).toMatchObject({ dead: { announced: 0, failures: 1 }, live: { announced: 2 } });
  });

  it('tells an endpoint only of the events it asked for', async () => {
    const { posts, advance, deliver, now } = await telling([
      { name: 'main', url: 'https://partner.example/hooks', events: ['instruction.cancelled'] },
    ]);
    await advance('cancelled');
    await deliver();
    expect(posts.map(({ type }) => type)).toEqual(['instruction.cancelled']);
    expect((await now()).tellAtMs).toBeUndefined();
  });

  it('lets one of two workers tell, and another take over when the first one died', async () => {
    const { one, posts, deliver } = await telling();
    await Promise.all([deliver(), deliver()]);
    expect(posts).toHaveLength(1);

    const second = await telling();
    second.answer(0);
    const current = await second.now();
    await second.one.store.replace<Instruction>(current, { ...current, tellAtMs: one.clock.nowMs() + tellingLeaseMs });
    await second.deliver();
    expect(second.posts).toEqual([]);
    second.one.pass(tellingLeaseMs);
    second.answer(204);
    await second.deliver();
    expect(second.posts).toHaveLength(1);
  });

  it('is not taken back by a worker that stood still for longer than its lease', async () => {
    const { one, posts, advance, deliver, now } = await telling();
    const { replace } = one.store;
    let stalled = false;
    one.store.replace = async (current, draft) => {
      const written = await replace(current, draft);
      if (!stalled) {
        // Right after its claim the first worker stands still, and another tells everything.
        stalled = true;
        one.pass(tellingLeaseMs);
        await advance('submitting', 'pending');
        await deliver();
      }
      return written;
    };
    await deliver();
    expect((await now()).telling['main']).toMatchObject({ announced: 3 });
    expect(posts.map(({ sequence }) => sequence).slice(0, 3)).toEqual([0, 1, 2]);
  });
});
