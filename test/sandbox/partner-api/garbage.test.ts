import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPartnerApi } from '../../../sandbox/partner-api/server.ts';
import { TestAgent } from './agent-helpers.ts';
import { generatedRequests, makeMarket } from './generated.ts';
import { Bench } from './helpers.ts';
import { rawExchange, type Served, startServer } from './server-helpers.ts';

let served: Served;
beforeAll(async () => {
  served = await startServer();
});
afterAll(() => served.api.close());

/** An agent that has finished its registration; its operations are generated as well. */
function registeredAgent(bench: Bench): string {
  const agent = new TestAgent();
  const body = JSON.stringify(agent.initiated(bench.call('POST', '/coreclient/init', agent.registration).body));
  const finish = { method: 'POST', target: '/coreclient/finish', body };
  expect(bench.sandbox.call({ apiKeyId: bench.apiKeyId, agentId: agent.id, ...finish }).status).toBe(200);
  return agent.id;
}

/** Every answer in a stream of raw bytes: its status, and whether its body is the error frame. */
function answersIn(text: string): { status: number; framed: boolean }[] {
  return text
    .split(/(?=HTTP\/1\.1 \d{3} )/)
    .filter((part) => part.startsWith('HTTP/1.1 ') && !part.startsWith('HTTP/1.1 100'))
    .map((part) => {
      const status = Number(part.slice(9, 12));
      const body = part.slice(part.indexOf('\r\n\r\n') + 4);
      return { status, framed: body.startsWith(`{"code":${status},"msg":"`) };
    });
}

describe('bytes that make no sense', () => {
  const head = (line: string, ...headers: string[]) => [line, 'Host: x', ...headers, '', ''].join('\r\n');
  const cases: [string, () => string | Buffer, number][] = [
    ['no HTTP at all', () => 'hello there\r\n\r\n', 400],
    ['binary', () => Buffer.from([0, 1, 2, 255, 254, 13, 10, 13, 10]), 400],
    ['an HTTP/2 preface', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['an over-long URL', () => head(`GET /api/v1/p/${'a'.repeat(40_000)} HTTP/1.1`), 431],
    ['over-long headers', () => head('GET /api/v1/p/assets HTTP/1.1', `X-Big: ${'a'.repeat(40_000)}`), 431],
    ['a bad percent escape', () => head('GET /api/v1/p/wallet/%zz HTTP/1.1'), 404],
    ['a percent escape that is no UTF-8', () => head('GET /api/v1/p/wallet/%ff HTTP/1.1'), 404],
    ['an unknown method', () => head('BREW /api/v1/p/assets HTTP/1.1'), 400],
    ['a method nobody takes', () => head('PROPFIND /api/v1/p/assets HTTP/1.1'), 405],
    ['OPTIONS for the whole server', () => head('OPTIONS * HTTP/1.1'), 404],
    ['CONNECT', () => head('CONNECT example.com:443 HTTP/1.1'), 405],
    ['no Host', () => 'GET /api/v1/p/assets HTTP/1.1\r\n\r\n', 401],
    ['an odd expectation', () => head('GET /api/v1/p/assets HTTP/1.1', 'Expect: wonders'), 401],
    ['two lengths', () => head('POST /api/v1/p/company HTTP/1.1', 'Content-Length: 1', 'Content-Length: 2'), 400],
    ['a bad chunk', () => `${head('POST /api/v1/p/company HTTP/1.1', 'Transfer-Encoding: chunked')}zz\r\nhello`, 400],
    ['a body cut short', () => `${head('POST /api/v1/p/company HTTP/1.1', 'Content-Length: 50')}{"name"`, 400],
    [
      'an upgrade to nowhere',
      () => head('GET /api/v1/p/nix HTTP/1.1', 'Connection: Upgrade', 'Upgrade: websocket'),
      404,
    ],
    ['a strange content type', () => head('DELETE /api/v1/p/assets HTTP/1.1', 'Content-Type: ;;;/'), 405],
  ];
  it.each(cases)('%s', async (_name, bytes, status) => {
    expect(answersIn(await rawExchange(served.api, bytes()))).toEqual([{ status, framed: true }]);
  });

  it.each([
    ['a head that never ends', 'GET /api/v1/p/assets HTTP/1.1\r\nHost: x\r\n'],
    ['a body that never comes', 'POST /api/v1/p/company HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{'],
  ])('%s is 408 after the time-out, never a hang', async (_name, bytes) => {
    // Nothing else is asked of it: on a busy machine it would be too late for the time-out.
    const impatient = await startPartnerApi({ requestTimeoutMs: 300 });
    expect(answersIn(await rawExchange(impatient, bytes, { halfClose: false }))).toEqual([
      { status: 408, framed: true },
    ]);
    await impatient.close();
  });

  it('a body beyond 1 MiB is refused, and the server goes on', async () => {
    const body = 'x'.repeat(1024 * 1024 + 1);
    const url = `${served.api.baseUrl}/company`;
    const answer = await fetch(url, { method: 'POST', headers: { 'x-api-key': served.apiKey }, body });
    expect([answer.status, await answer.json()]).toMatchObject([413, { code: 413 }]);
    expect((await served.call('GET', '/assets')).status).toBe(200);
  });
});

describe('bodies that make no sense', () => {
  const post = async (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) => {
    const init = { method: 'POST', headers: { 'x-api-key': served.apiKey, ...headers }, body };
    const answer = await fetch(`${served.api.baseUrl}${path}`, init);
    return [answer.status, ((await answer.json()) as { detail?: { reason?: string } }).detail?.reason];
  };
  const deep = (depth: number) => `{"name":${'['.repeat(depth)}1234567890123456789${']'.repeat(depth)}}`;
  it.each([
    ['empty', ''],
    ['no JSON', '{name'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a text', '"name"'],
    ['invalid UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['two values', '{} {}'],
  ])('%s is 400 invalid json', async (_name, body) => {
    expect(await post('/company', body)).toEqual([400, 'invalid json']);
  });

  it('deep nesting is 400, with and without the lossless reader', async () => {
    expect((await post('/company', deep(400_000)))[0]).toBe(400);
    expect((await post('/company', deep(400_000).replace('1234567890123456789', '1')))[0]).toBe(400);
  });

  it('of a member given twice the last one counts', async () => {
    expect(await post('/company', '{"name":"","name":5}')).toEqual([400, 'invalid field: name']);
  });

  it('a JSON content type without a body is no error where no body is due', async () => {
    const headers = { 'x-api-key': served.apiKey, 'content-type': 'application/json' };
    const base = served.api.baseUrl;
    expect((await fetch(`${base}/assets`, { headers })).status).toBe(200);
    const put = await fetch(`${base}/coreclient/none/action/none`, { method: 'PUT', headers });
    expect(await put.json()).toMatchObject({ code: 404, detail: { reason: 'core client' } });
  });

  it('members named like an object prototype mean nothing', async () => {
    expect(await post('/company', '{"__proto__":{"name":"x"},"constructor":1}')).toEqual([400, 'missing field: name']);
  });
});

describe('generated requests', () => {
  const overHttp = process.env['NIGHTLY'] === undefined ? 1000 : 10_000;
  it(`${overHttp} over HTTP get a 4xx in the frame or a proper success`, async () => {
    const { id } = (await served.call('POST', '/coreclient', { name: 'bot' })).body;
    await served.call('POST', `/company/${served.companyId}/trustedparty`, { address: id });
    const [wallet_id, other_wallet_id] = served.walletIds as [string, string];
    const ids = { company_id: served.companyId, fund_id: served.fundId, wallet_id, other_wallet_id };
    const market = makeMarket(served.api.sandbox, served.keyId, { ...ids, client_id: id, member: id });
    const requests = generatedRequests(market);
    const property = fc.asyncProperty(requests, async ({ method, path, body }) => {
      const length = Buffer.byteLength(body);
      const headers = `Host: x\r\nX-API-KEY: ${served.apiKey}\r\nContent-Length: ${length}\r\nConnection: close`;
      const answers = answersIn(
        await rawExchange(served.api, `${method} /api/v1/p${path} HTTP/1.1\r\n${headers}\r\n\r\n${body}`),
      );
      expect(answers).toHaveLength(1);
      const { status, framed } = answers[0] ?? { status: 0, framed: false };
      expect(status === 200 || (framed && status >= 400 && status < 500)).toBe(true);
    });
    await fc.assert(property, { numRuns: overHttp, seed: 11 });
    expect((await served.control('GET', '/actions')).status).toBe(200);
    expect((await served.control('GET', '/ledger')).body.balanced).toBe(true);
  });

  it('10,000 entered directly: a refusal leaves books and id stream as they were', () => {
    const bench = new Bench();
    const at = bench.setUp();
    const [wallet_id, other_wallet_id] = at.walletIds as [string, string];
    const client_id = bench.call('POST', '/coreclient', { name: 'bot' }).body.id;
    const ids = { company_id: at.companyId, fund_id: at.fundId, wallet_id, other_wallet_id, client_id };
    const market = makeMarket(bench.sandbox, bench.apiKeyId, { ...ids, member: at.users[0] as string });
    const requests = generatedRequests(market);
    const agentId = registeredAgent(bench);
    const { world } = bench.sandbox;
    const seen = new Set<number>();
    const property = fc.property(requests, ({ method, path, body }) => {
      const before = [world.ledger.postings, world.ids.stream.position];
      const { status } = bench.sandbox.call({ apiKeyId: bench.apiKeyId, agentId, method, target: path, body });
      seen.add(status);
      expect([200, 202, 400, 403, 404, 409, 426]).toContain(status);
      if (status !== 200) expect([world.ledger.postings, world.ids.stream.position]).toEqual(before);
    });
    fc.assert(property, { numRuns: 10_000, seed: 12 });
    expect([...seen]).toEqual(expect.arrayContaining([200, 400, 404, 426]));
    expect(bench.isBalanced()).toBe(true);
    // What was taken in can be told: nothing in it keeps an action from being read.
    expect(bench.control('GET', '/actions').status).toBe(200);
  });
});
