import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { allScopes } from '../../sandbox/local/partner.ts';
import { demoClient, type LocalSystem, startLocalSystem } from '../../sandbox/local/system.ts';

const sample = JSON.parse(
  (JSON.parse(readFileSync('events/create-transfer.json', 'utf8')) as { body: string }).body,
) as Record<string, unknown>;

let system: LocalSystem;
let token: string;
let keys = 0;

beforeAll(async () => {
  system = await startLocalSystem({ httpPort: 0, partnerApiPort: 0, logLevel: 'silent' });
  token = await system.issuer.token(demoClient, allScopes);
  // The first to come waits until the keys of the issuer are there; on a busy machine longer than a door may take.
  const isOpen = async () => expect((await send('GET', '/instructions')).status).toBe(200);
  await vi.waitFor(isOpen, { timeout: 120_000, interval: 100 });
});

afterAll(async () => {
  await system?.stop();
});

interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown> & { detail?: { reason: string; field?: string } };
}

async function send(
  method: string,
  path: string,
  options: { body?: string; headers?: Record<string, string> } = {},
): Promise<Answered> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...options.headers };
  const answer = await fetch(`${system.httpUrl}${path}`, {
    method,
    headers,
    ...(options.body === undefined ? {} : { body: options.body }),
  });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Answered['body'] };
}

/** Asks for a transfer under a key of its own, or under the one given. */
function ask(members: Record<string, unknown> = {}, key: string | undefined = `key-${keys++}`): Promise<Answered> {
  return send('POST', '/transfers', {
    body: JSON.stringify({ ...sample, ...members }),
    ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
  });
}

async function ended(id: unknown): Promise<Answered['body']> {
  const untilMs = performance.now() + 240_000;
  while (performance.now() < untilMs) {
    const { body } = await send('GET', `/instructions/${String(id)}`);
    if (['completed', 'rejected', 'expired', 'failed', 'cancelled'].includes(String(body['state']))) return body;
    await wait(100);
  }
  throw new Error(`${String(id)} did not end`);
}

describe('the doors of the running system', () => {
  it('takes a transfer with 202 and its location, and answers the same key with 200', async () => {
    const first = await ask({}, 'twice');
    expect(first.status).toBe(202);
    expect(first.headers.get('location')).toBe(`/instructions/${String(first.body['id'])}`);
    const again = await ask({}, 'twice');
    expect(again.status).toBe(200);
    expect(again.body['id']).toBe(first.body['id']);
    const other = await ask({ amount: '1' }, 'twice');
    expect(other).toMatchObject({ status: 422, body: { code: 422, msg: 'Unprocessable Entity' } });
    expect(await ended(first.body['id'])).toMatchObject({ state: 'completed' });
  });

  it('loses nothing when every queue is emptied in the middle', async () => {
    const asked = await ask();
    await system.aws.purgeQueues();
    await wait(300);
    await system.aws.purgeQueues();
    expect(await ended(asked.body['id'])).toMatchObject({ state: 'completed' });
  });

  it('stops everything at once and goes on when told to', async () => {
    expect((await send('PUT', '/control', { body: '{"stopAll":true,"reason":"drill"}' })).status).toBe(200);
    const asked = await ask();
    expect(asked.status).toBe(202);
    await wait(500);
    const held = await send('GET', `/instructions/${String(asked.body['id'])}`);
    expect(held.body).toMatchObject({ state: 'accepted' });
    const cancelled = await send('DELETE', `/instructions/${String(asked.body['id'])}`);
    expect(cancelled).toMatchObject({ status: 200, body: { state: 'cancelled' } });
    expect((await send('PUT', '/control', { body: '{"stopAll":false}' })).body).toMatchObject({ stopAll: false });
  });

  it('says which stopped names nobody has', async () => {
    const body = JSON.stringify({ stoppedClients: [demoClient, 'nobody'], stoppedStrategies: ['btc-ehh', 'btc-eth'] });
    const stopped = await send('PUT', '/control', { body });
    expect(stopped).toMatchObject({ status: 200, body: { unknown: ['nobody', 'btc-ehh'] } });
    expect((await send('PUT', '/control', { body: '{}' })).body).toMatchObject({ unknown: [] });
  });

  it('hears what is dropped on the inbound queue, and takes it in once', async () => {
    const request = {
      client: demoClient,
      kind: 'transfer',
      idempotencyKey: 'dropped',
      body: { ...sample, reference: 'dropped' },
    };
    const queue = new SQSClient({ useQueueUrlAsEndpoint: false });
    const message = { QueueUrl: system.inboundQueueUrl, MessageBody: JSON.stringify(request) };
    for (let time = 0; time < 2; time++) await queue.send(new SendMessageCommand(message));
    queue.destroy();
    const dropped = async () => {
      const { body } = await send('GET', '/instructions?kind=transfer');
      return (body['instructions'] as { reference: string }[]).filter(({ reference }) => reference === 'dropped');
    };
    await expect.poll(dropped, { timeout: 120_000, interval: 100 }).toHaveLength(1);
    const [transfer] = (await dropped()) as { id?: string }[];
    expect(await ended(transfer?.id)).toMatchObject({ state: 'completed' });
    expect(await dropped()).toHaveLength(1);
  });

  it('says 409 with the state when it is too late to cancel', async () => {
    const asked = await ask();
    await ended(asked.body['id']);
    const late = await send('DELETE', `/instructions/${String(asked.body['id'])}`);
    expect(late).toMatchObject({ status: 409, body: { detail: { reason: 'not cancellable: completed' } } });
  });

  it('lists and filters', async () => {
    const { status, body } = await send('GET', '/instructions?state=completed&kind=transfer&limit=1');
    expect(status).toBe(200);
    expect(body['instructions']).toHaveLength(1);
    expect(typeof body['cursor']).toBe('string');
    expect(await send('GET', '/instructions?state=done')).toMatchObject({
      status: 400,
      body: { detail: { field: 'state' } },
    });
  });

  it('serves its own description to everybody', async () => {
    const answer = await fetch(`${system.httpUrl}/openapi.json`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ openapi: expect.stringMatching(/^3\.1/) });
  });
});

describe('what must not get in', () => {
  let before: { stored: number; sent: number | undefined };

  // Transfers alone: the schedules of the running system read at the Partner API all the time, and may quote there.
  async function transfers(): Promise<typeof before> {
    const { body } = await send('GET', '/instructions?kind=transfer&limit=200');
    const { byOperation } = system.partnerApi.sandbox.requests.read();
    return {
      stored: (body['instructions'] as unknown[]).length,
      sent: byOperation['POST /company/{company_id}/transfer'],
    };
  }

  beforeAll(async () => {
    // Those of the tests before have ended by now, so none of them is sent late and counted here.
    before = await transfers();
    expect(before.sent).toBeGreaterThan(0);
  });

  const key = { 'idempotency-key': 'bad' };
  const goodBody = JSON.stringify(sample);

  it.each([
    ['malformed JSON', { body: '{"amount": ', headers: key }, 400, 'body'],
    ['an array', { body: '[]', headers: key }, 400, 'body'],
    ['no body', { headers: key }, 400, 'body'],
    [
      'a number that JSON would round',
      { body: goodBody.replace('"250000"', '90071992547409930'), headers: key },
      400,
      'amount',
    ],
    ['an unknown field', { body: goodBody.replace('"amount"', '"amuont"'), headers: key }, 400, undefined],
    [
      'a body above 16 KB',
      { body: JSON.stringify({ ...sample, reference: 'x'.repeat(17_000) }), headers: key },
      413,
      'body',
    ],
    ['no idempotency key', { body: goodBody }, 400, 'Idempotency-Key'],
    [
      'a long idempotency key',
      { body: goodBody, headers: { 'idempotency-key': 'k'.repeat(256) } },
      400,
      'Idempotency-Key',
    ],
    ['no token', { body: goodBody, headers: { ...key, authorization: '' } }, 401, 'authorization'],
    [
      'a token that is none',
      { body: goodBody, headers: { ...key, authorization: 'Bearer a.b.c' } },
      401,
      'authorization',
    ],
  ])('%s', async (_what, options, status, field) => {
    const answer = await send('POST', '/transfers', options);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ code: status, detail: { reason: expect.any(String) } });
    if (field !== undefined) expect(answer.body.detail?.field).toBe(field);
  });

  it.each(['GET', 'DELETE'])('%s of an id that no table would take', async (method) => {
    for (const id of ['A'.repeat(2049), '%20', '..%2fcontrol']) {
      const { status, body } = await send(method, `/instructions/${id}`);
      expect([status, body]).toMatchObject([404, { code: 404, detail: { reason: 'instruction', field: 'id' } }]);
    }
  });

  it('a token without the scope', async () => {
    const weak = await system.issuer.token(demoClient, ['instructions:read']);
    const answer = await send('POST', '/transfers', {
      body: goodBody,
      headers: { ...key, authorization: `Bearer ${weak}` },
    });
    expect(answer).toMatchObject({ status: 403, body: { detail: { reason: expect.stringContaining('scope') } } });
    const control = await send('PUT', '/control', { body: '{}', headers: { authorization: `Bearer ${weak}` } });
    expect(control.status).toBe(403);
  });

  it('a token of somebody who is no client', async () => {
    const stranger = await system.issuer.token('stranger', allScopes);
    const answer = await send('POST', '/transfers', {
      body: goodBody,
      headers: { ...key, authorization: `Bearer ${stranger}` },
    });
    expect(answer.status).toBe(403);
  });

  it('stored nothing and sent nothing', async () => {
    await wait(1_000);
    expect(await transfers()).toEqual(before);
  });
});
