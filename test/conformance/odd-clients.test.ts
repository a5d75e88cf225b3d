import { type KeyObject, sign } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTarget } from './served.ts';

/**
 * Clients as others wrote them years ago, byte for byte. Each talks over a bare socket, so that nothing is added or
 * put right on the way.
 */
let open: Awaited<ReturnType<typeof startTarget>>;
beforeAll(async () => {
  open = await startTarget({ seed: 8 });
});
afterAll(() => open.server.close());

/** Sends lines and a body, and reads until the server ends the connection. */
function talk(
  lines: readonly string[],
  body = '',
): Promise<{ status: number; headers: string; text: string; body: Json }> {
  const { hostname, port } = new URL(open.target.baseUrl);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`));
    const chunks: Buffer[] = [];
    socket.setTimeout(60_000, () => socket.destroy(new Error('no end of the answer within 60 s')));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('end', () => {
      const whole = Buffer.concat(chunks).toString('utf8');
      const at = whole.indexOf('\r\n\r\n');
      const text = whole.slice(at + 4);
      resolve({ status: Number(whole.slice(9, 12)), headers: whole.slice(0, at), text, body: JSON.parse(text) });
    });
  });
}

// biome-ignore lint/suspicious/noExplicitAny: answers of many operations
type Json = any;

const signature = (key: KeyObject, text: string) => sign('RSA-SHA256', Buffer.from(text), key).toString('base64url');
const now = () => String(Math.floor(Date.now() / 1000));

/** What a client may do its own way; the rest is as in the vendor's Go client. */
interface Habits {
  readonly body?: string;
  readonly stamp?: string;
  readonly headers?: (stamp: string, signed: string) => string[];
  readonly version?: string;
}

/** The Go client's request: API key, timestamp and signature, neither Accept nor Content-Type. */
function request(method: string, path: string, habits: Habits = {}) {
  const { baseUrl, apiKey, privateKey } = open.target;
  const { body = '', stamp = now(), version = '1.1' } = habits;
  const url = baseUrl + path;
  const signed = signature(privateKey, stamp + url + body);
  const usual = [`x-timestamp: ${stamp}`, `x-sign: ${signed}`];
  const { host } = new URL(url);
  const headers = [`Host: ${host}`, `X-API-KEY: ${apiKey}`, ...(habits.headers?.(stamp, signed) ?? usual)];
  if (body !== '') headers.push(`Content-Length: ${Buffer.byteLength(body)}`);
  if (version === '1.1') headers.push('Connection: close');
  return talk([`${method} ${url.slice(new URL(url).origin.length)} HTTP/${version}`, ...headers], body);
}

const made = { company_id: expect.stringMatching(/^[0-9A-Za-z]{27}$/), ref: '' };

describe('a client that', () => {
  it('sends neither Accept nor Content-Type', async () => {
    expect(await request('POST', '/company', { body: '{"name":"Heron"}' })).toMatchObject({ status: 200, body: made });
    expect((await request('GET', '/assets')).status).toBe(200);
  });

  it('sends an empty x-nonce beside its timestamp, and a content type with every GET', async () => {
    const headers = (stamp: string, signed: string) => [
      'accept: application/json',
      'content-type: application/json',
      'x-nonce:',
      `x-timestamp: ${stamp}`,
      `x-sign: ${signed}`,
    ];
    expect((await request('GET', '/company/search', { headers })).status).toBe(200);
    expect((await request('POST', '/company', { headers, body: '{"name":"Heron"}' })).status).toBe(200);
  });

  it.each([
    ['pretty-printed JSON', '{\n    "name": "Heron",\n    "ref": ""\n}'],
    ['tabs', '{\t"name":\t"Heron"\t}'],
    ['CRLF', '{\r\n  "name": "Heron"\r\n}\r\n'],
    ['a final newline', '{"name":"Heron"}\n'],
    ['escapes and bytes beyond ASCII', '{"name":"H\\u00e9ron \u00fc \u{1f9ea}"}'],
  ])('signs and sends %s', async (_name, body) => {
    expect(await request('POST', '/company', { body })).toMatchObject({ status: 200, body: made });
  });

  it.each([
    ['compact after signing pretty', '{"name": "Heron"}', '{"name":"Heron"}'],
    ['LF after signing CRLF', '{"name":"Heron"}\r\n', '{"name":"Heron"}\n'],
    ['without the newline it signed', '{"name":"Heron"}\n', '{"name":"Heron"}'],
  ])('sends %s is refused', async (_name, signed, body) => {
    const { baseUrl, privateKey } = open.target;
    const headers = (stamp: string) => [
      `x-timestamp: ${stamp}`,
      `x-sign: ${signature(privateKey, `${stamp}${baseUrl}/company${signed}`)}`,
    ];
    const answer = await request('POST', '/company', { body, headers });
    expect(answer.text).toBe('{"code":401,"msg":"errPartnerAuth","detail":{"reason":"signature"}}');
  });

  it('names wallets by short codes everywhere', async () => {
    const { company_id } = (await request('POST', '/company', { body: '{"name":"Heron"}' })).body;
    const wallets = '[{"name":"a","asset":"BTC-TESTNET"},{"name":"b","asset":"BTC-TESTNET"}]';
    const fund = await request('POST', `/company/${company_id}/fund`, { body: `{"name":"F","wallets":${wallets}}` });
    const { body } = await request('GET', `/company/${company_id}/fund/${fund.body.fund_id}`);
    const [one, two] = body.wallets.map((wallet: { short_code: string }) => wallet.short_code);
    const deposit = JSON.stringify({ walletId: one, amount: 10_000 });
    open.server.sandbox.control({ method: 'POST', target: '/deposits', body: deposit });
    const read = await request('GET', `/wallet/${encodeURIComponent(one)}`);
    expect(read.body).toMatchObject({ short_code: one, balance: 10_000 });
    const transfer = JSON.stringify({
      wallet_id: one,
      counterparty_wallet_address: two,
      expires: String(Math.floor(Date.now() / 1000) + 60),
      reference: '',
      partner_txID: '',
      benefit_of: '',
      account_no: '',
      members: null,
      fund_id: '',
      tc_only: false,
      send: { symbol: 'BTC-TESTNET', amount: 1000 },
    });
    expect((await request('POST', `/company/${company_id}/transfer`, { body: transfer })).body.status).toBe('new');
    const code = encodeURIComponent(one).replaceAll('%20', '+');
    const ledger = await request('GET', `/company/${company_id}/fund/${fund.body.fund_id}/ledger?wallet_id=${code}`);
    expect(ledger.body.Total).toBe(2);
  });

  it('keeps a counter file and sends nonces', async () => {
    const headers = (nonce: string, signed: string) => [`x-nonce: ${nonce}`, `x-sign: ${signed}`];
    for (const stamp of ['1', '2', '10'])
      expect((await request('GET', '/assets', { stamp, headers })).status).toBe(200);
    const again = await request('GET', '/assets', { stamp: '10', headers });
    expect([again.status, again.body.detail.reason]).toEqual([401, 'nonce']);
  });

  it('pads its signature', async () => {
    const headers = (stamp: string, signed: string) => [`x-timestamp: ${stamp}`, `x-sign: ${signed}==`];
    expect((await request('GET', '/assets', { headers })).status).toBe(200);
  });

  it('has a sandbox key and never signs', async () => {
    const key = open.server.sandbox.control({ method: 'POST', target: '/keys', body: '{"kind":"sandbox"}' });
    const { apiKey } = JSON.parse(key.body);
    const { host, pathname } = new URL(open.target.baseUrl);
    const lines = [`Host: ${host}`, `X-Api-Key: ${apiKey}`, 'Connection: close'];
    expect((await talk([`GET ${pathname}/assets HTTP/1.1`, ...lines])).status).toBe(200);
    const body = '{"name":"Heron"}';
    const post = await talk([`POST ${pathname}/company HTTP/1.1`, ...lines, `Content-Length: ${body.length}`], body);
    expect(post).toMatchObject({ status: 200, body: made });
  });

  it('speaks HTTP/1.0 and waits for the end of the connection', async () => {
    const get = await request('GET', '/assets', { version: '1.0' });
    expect([get.status, get.headers.toLowerCase()]).toEqual([200, expect.not.stringContaining('transfer-encoding')]);
    const post = await request('POST', '/company', { version: '1.0', body: '{"name":"Heron"}' });
    expect(post).toMatchObject({ status: 200, body: made });
  });

  it('writes header names in any case and the whole URL in the request line, as through a proxy', async () => {
    const { baseUrl, apiKey, privateKey } = open.target;
    const url = `${baseUrl}/assets`;
    const stamp = now();
    const lines = [`X-API-Key: ${apiKey}`, `X-TIMESTAMP: ${stamp}`, `X-Sign: ${signature(privateKey, stamp + url)}`];
    const { host } = new URL(url);
    expect((await talk([`GET ${url} HTTP/1.1`, `Host: ${host}`, ...lines, 'Connection: close'])).status).toBe(200);
  });

  it('sends its body in chunks', async () => {
    const { baseUrl, apiKey, privateKey } = open.target;
    const body = '{"name":"Heron"}';
    const url = `${baseUrl}/company`;
    const stamp = now();
    const { host, pathname } = new URL(url);
    const lines = [
      `POST ${pathname} HTTP/1.1`,
      `Host: ${host}`,
      `x-api-key: ${apiKey}`,
      `x-timestamp: ${stamp}`,
      `x-sign: ${signature(privateKey, stamp + url + body)}`,
      'Transfer-Encoding: chunked',
      'Connection: close',
    ];
    const chunks = `5\r\n${body.slice(0, 5)}\r\n${(body.length - 5).toString(16)}\r\n${body.slice(5)}\r\n0\r\n\r\n`;
    expect(await talk(lines, chunks)).toMatchObject({ status: 200, body: made });
  });
});
