import { createConnection } from 'node:net';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Invocation, type LocalAws, startLocalAws } from '../../../sandbox/aws/index.ts';
import { fixtureFile } from './support.ts';

let aws: LocalAws;
const invocations: Invocation[] = [];

beforeAll(async () => {
  aws = await startLocalAws({
    serverlessFile: fixtureFile,
    runSchedules: false,
    integrationTimeoutMs: 600,
    onInvoke: (invocation) => invocations.push(invocation),
  });
});
afterAll(() => aws.stop());

/** What the echo function was given. */
async function echoed(path: string, init: RequestInit = {}) {
  const response = await fetch(`${aws.httpUrl}${path}`, init);
  const body = (await response.json()) as { event: APIGatewayProxyEventV2; [more: string]: unknown };
  return { response, body, event: body.event };
}

/** What API Gateway makes of what a handler returns, throws or takes its time for. */
async function shaped(order: object) {
  const response = await fetch(`${aws.httpUrl}/shape`, { method: 'POST', body: JSON.stringify(order) });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

it('gives the handler an event in payload format 2.0', async () => {
  const { event } = await echoed('/items/a%20b?x=1&x=2&y=%26', {
    headers: { 'X-Mixed': 'Case', cookie: 'a=1; b=2', 'user-agent': 'test' },
  });
  expect(event).toMatchObject({
    version: '2.0',
    routeKey: 'GET /items/{id}',
    rawPath: '/items/a%20b',
    rawQueryString: 'x=1&x=2&y=%26',
    queryStringParameters: { x: '1,2', y: '&' },
    pathParameters: { id: 'a b' },
    cookies: ['a=1', 'b=2'],
    isBase64Encoded: false,
    requestContext: {
      accountId: '000000000000',
      domainName: new URL(aws.httpUrl).host,
      http: { method: 'GET', path: '/items/a%20b', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
      routeKey: 'GET /items/{id}',
      stage: '$default',
    },
  });
  expect(event.headers).toMatchObject({
    'x-mixed': 'Case',
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-proto': 'http',
  });
  expect(event.headers).not.toHaveProperty('cookie');
  expect(event).not.toHaveProperty('body');
  expect(event.requestContext.requestId).toMatch(/^[\w-]{36}$/);
  expect(event.requestContext.time).toMatch(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
  expect(event.requestContext.timeEpoch).toEqual(expect.any(Number));
});

it('leaves out what a request does not have', async () => {
  const { event } = await echoed('/items', { method: 'POST' });
  for (const name of ['cookies', 'queryStringParameters', 'pathParameters', 'body']) {
    expect(event).not.toHaveProperty(name);
  }
  expect(event.rawQueryString).toBe('');
});

it('joins a header that comes twice by a comma', async () => {
  const { hostname, port } = new URL(aws.httpUrl);
  const socket = createConnection(Number(port), hostname);
  socket.write(
    'GET /items/1 HTTP/1.1\r\nhost: x\r\nIdempotency-Key: a\r\nidempotency-key: b\r\nconnection: close\r\n\r\n',
  );
  let text = '';
  for await (const chunk of socket) text += chunk;
  expect(text).toContain('"idempotency-key":"a,b"');
});

it.each([
  ['application/json', '{"amount":1}', false],
  ['application/problem+json', '{}', false],
  ['text/plain; charset=utf-8', 'ü', false],
  ['application/x-www-form-urlencoded', 'a=1', true],
  ['application/octet-stream', 'abc', true],
])('hands on a body of %s as text or as Base64', async (type, body, isBase64Encoded) => {
  const { event } = await echoed('/items', { method: 'POST', body, headers: { 'content-type': type } });
  expect(event.isBase64Encoded).toBe(isBase64Encoded);
  expect(isBase64Encoded ? Buffer.from(event.body ?? '', 'base64').toString() : event.body).toBe(body);
});

it('does not change bytes that are no text, whatever their type says', async () => {
  const bytes = new Uint8Array([0xff, 0xfe, 0x00]);
  const headers = { 'content-type': 'application/json' };
  const { event } = await echoed('/items', { method: 'POST', body: bytes, headers });
  expect(event.isBase64Encoded).toBe(true);
  expect(new Uint8Array(Buffer.from(event.body ?? '', 'base64'))).toEqual(bytes);
});

it('matches ANY and greedy paths', async () => {
  const { event } = await echoed('/files/a/b.txt', { method: 'DELETE' });
  expect(event).toMatchObject({ routeKey: 'ANY /files/{path+}', pathParameters: { path: 'a/b.txt' } });
});

it('gives the handler a context and the environment of the file', async () => {
  const { body } = await echoed('/items/1');
  expect(body).toMatchObject({
    functionName: 'fixture-dev-echo',
    memoryLimitInMB: '256',
    environment: { table: 'fixture-dev-records', greeting: 'hello', file: '42' },
  });
  expect(body['remainingMs']).toBeGreaterThan(2000);
  expect(body['remainingMs']).toBeLessThanOrEqual(3000);
});

it('sends status, headers, cookies and body as the handler says', async () => {
  const { response } = await echoed('/items/1');
  expect(response.headers.get('x-number')).toBe('7');
  expect(response.headers.getSetCookie()).toEqual(['a=1; Secure', 'b=2']);
  expect(response.headers.get('apigw-requestid')).toBeTruthy();
  const teapot = { statusCode: 418, headers: { 'Content-Type': 'x/y' }, body: 'aGk=', isBase64Encoded: true };
  expect(await shaped({ returns: teapot })).toEqual({ status: 418, type: 'x/y', text: 'hi' });
  expect(await shaped({ returns: { statusCode: 204 } })).toMatchObject({ status: 204, text: '' });
  expect(await shaped({ returns: { statusCode: 200, body: 'x' } })).toMatchObject({ type: 'text/plain;charset=UTF-8' });
});

it('makes a 200 of JSON of a result without a status', async () => {
  expect(await shaped({ returns: { a: 1 } })).toEqual({ status: 200, type: 'application/json', text: '{"a":1}' });
  expect(await shaped({ returns: 'text' })).toMatchObject({ status: 200, text: 'text' });
  expect(await shaped({})).toMatchObject({ status: 200, text: 'null' });
});

const internal = { status: 500, type: 'application/json', text: '{"message":"Internal Server Error"}' };

it.each([
  ['a status that is no number', { statusCode: 'ok' }],
  ['a status that is none', { statusCode: 99 }],
  ['a body that is no text', { statusCode: 200, body: { not: 'a string' } }],
  ['a header that is a list', { statusCode: 200, headers: { a: ['b'] } }],
  ['cookies that are no list', { statusCode: 200, cookies: 'a=1' }],
  ['more than 6 MB', { statusCode: 200, body: 'x'.repeat(6 * 1024 * 1024) }],
])('answers 500 when the handler returns %s', async (_what, returns) => {
  expect(await shaped({ returns })).toEqual(internal);
});

it('answers 500 without the reason when the handler throws', async () => {
  expect(await shaped({ throws: true })).toEqual(internal);
  expect(invocations.at(-1)).toMatchObject({ function: 'shape', trigger: 'http', outcome: 'error' });
});

it('answers 503 when the gateway has waited long enough, and 500 is for the function only', async () => {
  const answer = await shaped({ sleepMs: 1200, returns: 'too late' });
  expect(answer).toMatchObject({ status: 503, text: '{"message":"Service Unavailable"}' });
});

it('counts a run beyond its time-out as failed and discards what it returns', async () => {
  const event = { body: JSON.stringify({ sleepMs: 30_000, returns: 'too late' }) };
  const invocation = await aws.invoke('shape', event);
  expect(invocation).toMatchObject({ function: 'shape', trigger: 'direct', outcome: 'timeout', result: undefined });
  expect(invocation.ms).toBeGreaterThan(990);
  expect(invocation.ms).toBeLessThan(30_000);
});

it('answers 404 where there is no route, also for another method and for HEAD', async () => {
  for (const [path, method] of [
    ['/nothing', 'GET'],
    ['/items/1', 'POST'],
    ['/items/1', 'HEAD'],
    ['/items/', 'POST'],
  ] as const) {
    const response = await fetch(`${aws.httpUrl}${path}`, { method });
    expect(response.status).toBe(404);
    if (method !== 'HEAD') expect(await response.json()).toEqual({ message: 'Not Found' });
  }
});

it('refuses a body above 10 MB and takes one below', async () => {
  const send = (bytes: number) => fetch(`${aws.httpUrl}/items`, { method: 'POST', body: 'x'.repeat(bytes) });
  const refused = await send(10 * 1024 * 1024 + 1);
  expect(refused.status).toBe(413);
  expect(await refused.json()).toEqual({ message: 'Request Entity Too Large' });
  expect((await send(1024 * 1024)).status).toBe(200);
});

it('answers 400 to a path that cannot be decoded', async () => {
  expect((await fetch(`${aws.httpUrl}/items/%zz`)).status).toBe(400);
});
