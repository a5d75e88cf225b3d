import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import type { ClientConfig } from '../../../../lib/platform/config/clients.ts';
import { cursorAfter, positionIn } from '../../../../lib/platform/cursor.ts';
import { ConfigurationError } from '../../../../lib/platform/errors.ts';
import { tokenAuthentication } from '../../../../lib/platform/http/authenticate.ts';
import {
  answer,
  type ClientCall,
  type DoorOptions,
  type DoorOutside,
  httpDoor,
  operatorDoor,
  publicDoor,
} from '../../../../lib/platform/http/door.ts';
import { InvalidRequest } from '../../../../lib/platform/http/errors.ts';
import { getJson } from '../../../../lib/platform/http/get-json.ts';
import { issuerKeys } from '../../../../lib/platform/http/key-set.ts';
import { parseWith } from '../../../../lib/platform/http/parse.ts';
import type { HttpEvent } from '../../../../lib/platform/http/visit.ts';
import { makeReporter } from '../../../../lib/platform/reporter.ts';
import { startIssuer, type TestIssuer } from '../../../support/issuer.ts';

const startSeconds = 1_800_000_000;
const clock = { nowMs: () => startSeconds * 1000 };
const desk: ClientConfig = {
  id: 'desk',
  bindings: [],
  webhooks: [],
  queueSenders: [],
  sweeps: [],
  followedPairs: [],
  limits: [],
};

let issuer: TestIssuer;
let outside: DoorOutside;
let lines: string[];

beforeAll(async () => {
  issuer = await startIssuer(startSeconds);
});
afterAll(() => issuer.stop());
beforeEach(() => {
  lines = [];
  const keys = issuerKeys(() => getJson(issuer.jwksUrl, { timeoutMs: 60_000, maxBytes: 262_144 }), clock);
  const authenticate = tokenAuthentication({ issuer: issuer.issuer, audience: issuer.audience, keys, clock });
  const reporter = makeReporter({ level: 'info', clock, write: (line) => lines.push(line) });
  outside = { authenticate: () => authenticate, config: () => ({ clients: [desk] }), reporter: () => reporter, clock };
});

const context = { awsRequestId: 'request-1', functionName: 'create-transfer' };
const eventOf = (event: Partial<HttpEvent> = {}): HttpEvent => ({
  rawPath: '/transfers',
  requestContext: { http: { method: 'POST' } },
  ...event,
});

async function knock(
  flow: (call: ClientCall) => Promise<ReturnType<typeof answer>>,
  event: Partial<HttpEvent> = {},
  options: DoorOptions = { scope: 'transfers:write', body: 'json' },
  token?: string,
) {
  const headers = { Authorization: `Bearer ${token ?? (await issuer.token())}`, ...event.headers };
  const response = await httpDoor(options, flow, outside)(eventOf({ body: '{}', ...event, headers }), context);
  return { ...response, json: response.body === '' ? undefined : JSON.parse(response.body) };
}
const never = async () => {
  throw new Error('the flow was reached');
};
const logged = () => lines.map((line) => JSON.parse(line));

describe('a door', () => {
  it('hands the flow who calls and what was sent, and answers what it says', async () => {
    let seen: ClientCall | undefined;
    const response = await knock(
      async (call) => {
        seen = call;
        return answer(202, { id: 'i' }, { location: '/instructions/i' });
      },
      {
        body: '{"amount":"5"}',
        headers: { 'Idempotency-Key': 'k' },
        pathParameters: { id: 'p' },
        queryStringParameters: { state: 'open', none: undefined },
      },
    );
    expect(seen).toMatchObject({ client: desk, subject: 'desk', scopes: ['transfers:write'], body: { amount: '5' } });
    expect(seen).toMatchObject({ method: 'POST', path: { id: 'p' }, query: { state: 'open' }, requestId: 'request-1' });
    expect(seen?.headers['idempotency-key']).toBe('k');
    expect(response).toMatchObject({ statusCode: 202, json: { id: 'i' } });
    expect(response.headers).toEqual({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': 'request-1',
      location: '/instructions/i',
    });
  });

  it('reads a body that came in base64', async () => {
    const body = Buffer.from('{"name":"ä€😀"}').toString('base64');
    const response = await knock(async (call) => answer(200, call.body), { body, isBase64Encoded: true });
    expect(response.json).toEqual({ name: 'ä€😀' });
  });

  it('does not look at a body it does not ask for, and can do without one it may have', async () => {
    const reads = async (call: ClientCall) => answer(200, { body: call.body ?? 'none' });
    expect((await knock(reads, { body: 'nonsense' }, {})).json).toEqual({ body: 'none' });
    expect((await knock(reads, { body: '' }, { body: 'optional' })).json).toEqual({ body: 'none' });
    expect((await knock(reads, { body: '{"a":1}' }, { body: 'optional' })).json).toEqual({ body: { a: 1 } });
    expect((await knock(reads, { body: '{' }, { body: 'optional' })).statusCode).toBe(400);
  });

  describe('refuses, in the frame, before the flow', () => {
    it.each([
      ['{', 'invalid json'],
      ['{"a":1,}', 'invalid json'],
      ["{'a':1}", 'invalid json'],
      ['{"a":NaN}', 'invalid json'],
      ['{"a":"\\ud800"}', 'invalid json'],
      [`${'['.repeat(8_000)}`, 'invalid json'],
      ['[]', 'invalid field: body'],
      ['null', 'invalid field: body'],
      ['"text"', 'invalid field: body'],
      ['12', 'invalid field: body'],
      ['', 'missing field: body'],
    ])('the body %#', async (body, reason) => {
      const { json, statusCode } = await knock(never, { body });
      expect([statusCode, json]).toEqual([400, { code: 400, msg: 'Bad Request', detail: { reason, field: 'body' } }]);
    });

    it.each([
      ['{"amount":"1","amount":"2"}', 'amount'],
      ['{"amount":"1","\\u0061mount":"2"}', 'amount'],
      ['{"worstPrice":{"sendAmount":"1","sendAmount":"2"}}', 'worstPrice.sendAmount'],
    ])('a body that names a member twice: %s', async (body, field) => {
      const { json, statusCode } = await knock(never, { body });
      expect([statusCode, json.detail]).toEqual([400, { reason: `duplicate field: ${field}`, field }]);
      expect((await knock(never, { body }, { body: 'optional' })).statusCode).toBe(400);
    });

    it('bytes that are not UTF-8', async () => {
      const body = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]).toString('base64');
      expect((await knock(never, { body, isBase64Encoded: true })).json.detail.reason).toBe('invalid json');
    });

    it('a body above 16 KB, counted in bytes', async () => {
      const filled = (bytes: number) => `{"a":"${'x'.repeat(bytes - 8)}"}`;
      expect((await knock(async () => answer(200), { body: filled(16_384) })).statusCode).toBe(200);
      const { json } = await knock(never, { body: filled(16_385) });
      expect(json).toEqual({
        code: 413,
        msg: 'Payload Too Large',
        detail: { reason: 'body too large', field: 'body' },
      });
      expect((await knock(never, { body: `{"a":"${'€'.repeat(6_000)}"}` })).statusCode).toBe(413);
    });

    it('a request without a token, with a challenge', async () => {
      const response = await knock(never, { headers: { Authorization: '' } });
      expect(response.json).toEqual({
        code: 401,
        msg: 'Unauthorized',
        detail: { reason: 'missing token', field: 'authorization' },
      });
      expect(response.headers['www-authenticate']).toBe('Bearer realm="qredo-functions"');
    });

    it('a token without the scope, which it names', async () => {
      const response = await knock(never, {}, { scope: 'operate' });
      const detail = { reason: 'scope', scope: 'operate', field: 'authorization' };
      expect(response.json).toEqual({ code: 403, msg: 'Forbidden', detail });
      expect(response.headers['www-authenticate']).toContain('error="insufficient_scope", scope="operate"');
      const near = await issuer.token({ scope: 'operate:all operat' });
      expect((await knock(never, {}, { scope: 'operate' }, near)).statusCode).toBe(403);
    });

    it('a subject the configuration does not know', async () => {
      const { json } = await knock(never, {}, {}, await issuer.token({ sub: 'stranger' }));
      const detail = { reason: 'unknown client', field: 'authorization' };
      expect(json).toEqual({ code: 403, msg: 'Forbidden', detail });
    });

    it('who may not come in before it looks at what they bring', async () => {
      expect((await knock(never, { body: '{', headers: { Authorization: 'nonsense' } })).statusCode).toBe(401);
    });
  });

  describe('answers what the flow throws', () => {
    it('on purpose, with its reason and field', async () => {
      const { json, statusCode } = await knock(async () => {
        throw new InvalidRequest(422, 'this key was used for another request', 'Idempotency-Key');
      });
      const detail = { reason: 'this key was used for another request', field: 'Idempotency-Key' };
      expect([statusCode, json]).toEqual([422, { code: 422, msg: 'Unprocessable Entity', detail }]);
    });

    it('for a cursor that is not its own', async () => {
      const { json } = await knock(async () =>
        answer(200, positionIn('list:mine', cursorAfter('list:other', { id: 'a' }))),
      );
      expect(json).toEqual({
        code: 400,
        msg: 'Bad Request',
        detail: { reason: 'invalid field: cursor', field: 'cursor' },
      });
    });

    it.each([
      ['an error', () => new Error('the table qredo-prod said Bearer abc.def')],
      ['a configuration error', () => new ConfigurationError('TABLE_NAME is not set')],
      ['no error at all', () => 'thrown text' as unknown as Error],
    ])('unexpectedly (%s), with nothing of it, and logs it', async (_what, thrown) => {
      const { json, statusCode } = await knock(async () => {
        throw thrown();
      });
      expect([statusCode, json]).toEqual([
        500,
        { code: 500, msg: 'Internal Server Error', detail: { reason: 'internal' } },
      ]);
      const [line] = logged().filter((each) => each.level === 'error');
      expect(line).toMatchObject({ requestId: 'request-1', function: 'create-transfer', clientId: 'desk' });
      expect(JSON.stringify(line)).not.toContain('abc.def');
    });

    it('when it takes too long for Lambda', async () => {
      const slow = { ...context, getRemainingTimeInMillis: () => 300 };
      const door = httpDoor({}, () => new Promise(() => undefined), outside);
      const response = await door(eventOf({ headers: { authorization: `Bearer ${await issuer.token()}` } }), slow);
      expect(JSON.parse(response.body)).toEqual({
        code: 503,
        msg: 'Service Unavailable',
        detail: { reason: 'timeout' },
      });
    });
  });

  it('never logs a token, and tells the client in every line after the token was checked', async () => {
    const token = await issuer.token();
    const [, , signature] = token.split('.');
    await knock(
      async (call) => {
        outside.reporter().info('here', { headers: call.headers, event: call.event, text: `it said Bearer ${token}` });
        return answer(200);
      },
      {},
      {},
      token,
    );
    expect(logged()[0]).toMatchObject({ msg: 'here', clientId: 'desk', requestId: 'request-1' });
    expect(lines.join('')).not.toContain(signature);
  });

  it('tells the flow by when it must have answered', async () => {
    const handler = httpDoor({}, async (call) => answer(200, { deadlineMs: call.deadlineMs }), outside);
    const event = eventOf({ headers: { authorization: `Bearer ${await issuer.token()}` } });
    const { body } = await handler(event, { ...context, getRemainingTimeInMillis: () => 60_000 });
    expect(JSON.parse(body).deadlineMs).toBe(clock.nowMs() + 59_750);
  });
});

describe('other doors', () => {
  it('let an operator in who is no client, with the scope only', async () => {
    const door = operatorDoor({ scope: 'operate' }, async ({ subject }) => answer(200, { subject }), outside);
    const as = async (scope: string) =>
      door(eventOf({ headers: { authorization: `Bearer ${await issuer.token({ sub: 'op', scope })}` } }), context);
    expect(JSON.parse((await as('operate')).body)).toEqual({ subject: 'op' });
    expect((await as('transfers:write')).statusCode).toBe(403);
  });

  it('let everybody in', async () => {
    const door = publicDoor(async ({ method }) => answer(200, { method }), outside);
    expect(JSON.parse((await door(eventOf(), context)).body)).toEqual({ method: 'POST' });
  });
});

describe('parsing a request with a schema', () => {
  const schema = z.strictObject({
    amount: z.union([z.string().check(z.regex(/^[1-9]\d*$/)), z.int().check(z.positive())]),
    note: z.exactOptional(z.string().check(z.maxLength(5))),
    inner: z.exactOptional(z.array(z.strictObject({ asset: z.string() }))),
  });
  const door = async (body: string) => {
    const { json, statusCode } = await knock(async (call) => answer(200, parseWith(schema, call.body)), { body });
    return statusCode === 200 ? json : json.detail;
  };

  it.each([
    ['{"amount":"5","note":"hello"}', { amount: '5', note: 'hello' }],
    ['{"amount":9007199254740991}', { amount: 9007199254740991 }],
  ])('takes %s', async (body, value) => {
    expect(await door(body)).toEqual(value);
  });

  it.each([
    ['{}', 'missing', 'amount'],
    ['{"amount":"5","memo":"x"}', 'unknown', 'memo'],
    ['{"amount":"5","__proto__":{}}', 'unknown', '__proto__'],
    ['{"amount":"5","note":"too long"}', 'invalid', 'note'],
    ['{"amount":"5","note":null}', 'invalid', 'note'],
    ['{"amount":"5","inner":[{"asset":"a"},{"asset":1}]}', 'invalid', 'inner[1].asset'],
    ['{"amount":"5","inner":[{}]}', 'missing', 'inner[0].asset'],
    ['{"amount":"5","inner":[{"asset":"a","b":1}]}', 'unknown', 'inner[0].b'],
    ['{"amount":9007199254740992}', 'invalid', 'amount'],
    ['{"amount":9007199254740993}', 'invalid', 'amount'],
    ['{"amount":1.0}', 'invalid', 'amount'],
    ['{"amount":1e3}', 'invalid', 'amount'],
    ['{"amount":1.5}', 'invalid', 'amount'],
    ['{"amount":1e400}', 'invalid', 'amount'],
    ['{"amount":0}', 'invalid', 'amount'],
    ['{"amount":-1}', 'invalid', 'amount'],
    ['{"amount":"1.0"}', 'invalid', 'amount'],
  ])('refuses %s and names the field', async (body, what, field) => {
    expect(await door(body)).toEqual({ reason: `${what} field: ${field}`, field });
  });
});
