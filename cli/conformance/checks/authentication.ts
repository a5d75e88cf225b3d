import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { notAdmitted, ok, okWith, refused } from '../answers.ts';
import type { Api } from '../api.ts';
import { check } from '../check.ts';
import { equal, ksuid } from '../expect.ts';
import { SkippedError } from '../outcome.ts';
import { exchange, type RawClient, signatureOf } from '../raw-client.ts';

/** A key that must sign, so that what is tried here does not depend on the kind of the key given. */
async function signing(api: Api): Promise<{ client: RawClient; privateKey: KeyObject }> {
  const client = api.client.options.privateKey === undefined ? (await api.stranger()).client : api.client;
  const { privateKey } = client.options;
  if (privateKey === undefined) throw new SkippedError('needs a private key');
  return { client, privateKey };
}

/** `GET /assets` with the headers replaced as given. */
async function withHeaders(api: Api, change: (stamp: string, url: string) => Record<string, string | undefined>) {
  const { client, privateKey } = await signing(api);
  const url = client.url('/assets');
  const stamp = String(api.now);
  const usual = { 'x-timestamp': stamp, 'x-sign': signatureOf(privateKey, stamp + url) };
  return client.send('GET', '/assets', { headers: { ...usual, ...change(stamp, url) } });
}

/** Creates a company with a body signed and sent byte for byte. */
async function companyFrom(api: Api, body: string) {
  const { client } = await signing(api);
  return okWith(await client.post('/company', body), { company_id: ksuid, ref: '' });
}

/** Who is let in: reference 2, in the order of 2.6. All of it is tried on operations 1 and 3. */
export const authenticationChecks = [
  check('1', 'refuses a call without an API key: 401, reason empty token', async (api) => {
    for (const key of [undefined, '']) {
      refused(await exchange('GET', api.client.url('/assets'), { 'x-api-key': key }, ''), 401, 'empty token');
    }
  }),
  check('1', 'refuses an API key it does not know: 401, reason api key', async (api) => {
    const unknown = Buffer.from('{"key_id":"AAAAAAAAAAAAAA","key":"AAAA"}').toString('base64url');
    for (const key of ['nonsense', unknown]) {
      notAdmitted(await exchange('GET', api.client.url('/assets'), { 'x-api-key': key }, ''), 'api key');
    }
  }),
  check('1', 'refuses a known key id with another secret: 401, reason api key', async (api) => {
    const key = JSON.parse(Buffer.from(api.client.options.apiKey, 'base64').toString('utf8'));
    const other = Buffer.from(JSON.stringify({ ...key, key: 'A'.repeat(43) })).toString('base64url');
    notAdmitted(await exchange('GET', api.client.url('/assets'), { 'x-api-key': other }, ''), 'api key');
  }),
  check('1', 'takes the API key in either base64 alphabet, padded or not', async (api) => {
    const bytes = Buffer.from(api.client.options.apiKey, 'base64');
    for (const key of [bytes.toString('base64'), bytes.toString('base64url')]) {
      ok(await api.client.send('GET', '/assets', { headers: { 'x-api-key': key } }));
    }
  }),
  check('1', 'refuses a call without timestamp and nonce: 401, reason timestamp', async (api) => {
    notAdmitted(await withHeaders(api, () => ({ 'x-timestamp': undefined })), 'timestamp');
  }),
  check('1', 'refuses a call with both timestamp and nonce: 401, reason nonce', async (api) => {
    notAdmitted(await withHeaders(api, () => ({ 'x-nonce': '5' })), 'nonce');
  }),
  check('1', 'takes an empty nonce beside a timestamp as absent', async (api) => {
    ok(await withHeaders(api, () => ({ 'x-nonce': '' })));
  }),
  check('1', 'refuses a timestamp outside the window or that is no integer: 401, reason timestamp', async (api) => {
    const { privateKey } = await signing(api);
    for (const stamp of [String(api.now - 400), String(api.now + 400), 'soon', `${api.now}.5`]) {
      const change = (_: string, url: string) => ({
        'x-timestamp': stamp,
        'x-sign': signatureOf(privateKey, stamp + url),
      });
      notAdmitted(await withHeaders(api, change), 'timestamp');
    }
  }),
  check('1', 'takes a timestamp four minutes off, and the same one again', async (api) => {
    const { privateKey } = await signing(api);
    const stamp = String(api.now - 240);
    const change = (_: string, url: string) => ({
      'x-timestamp': stamp,
      'x-sign': signatureOf(privateKey, stamp + url),
    });
    ok(await withHeaders(api, change));
    ok(await withHeaders(api, change));
  }),
  check('1', 'takes a nonce that grows, and no other: 401, reason nonce', async (api) => {
    const { client } = await api.newStranger();
    const { privateKey } = client.options;
    if (privateKey === undefined) throw new SkippedError('needs a private key');
    const url = client.url('/assets');
    const withNonce = (nonce: string) => {
      const headers = { 'x-timestamp': undefined, 'x-nonce': nonce, 'x-sign': signatureOf(privateKey, nonce + url) };
      return client.send('GET', '/assets', { headers });
    };
    ok(await withNonce('7'));
    notAdmitted(await withNonce('7'), 'nonce');
    notAdmitted(await withNonce('6'), 'nonce');
    notAdmitted(await withNonce('x'), 'nonce');
    ok(await withNonce('8'));
    const unsigned = await client.send('GET', '/assets', {
      headers: { 'x-timestamp': undefined, 'x-nonce': '99', 'x-sign': 'AAAA' },
    });
    notAdmitted(unsigned, 'signature');
    ok(await withNonce('9'));
  }),
  check(
    '1',
    'refuses a signature that is missing, malformed or of another text or key: 401, reason signature',
    async (api) => {
      const { privateKey: other } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const { privateKey } = await signing(api);
      notAdmitted(await withHeaders(api, () => ({ 'x-sign': undefined })), 'signature');
      notAdmitted(await withHeaders(api, () => ({ 'x-sign': '!!' })), 'signature');
      notAdmitted(await withHeaders(api, (stamp, url) => ({ 'x-sign': signatureOf(other, stamp + url) })), 'signature');
      const elsewhere = (stamp: string, url: string) => ({ 'x-sign': signatureOf(privateKey, `${stamp}${url}?`) });
      notAdmitted(await withHeaders(api, elsewhere), 'signature');
    },
  ),
  check('1', 'takes a padded signature', async (api) => {
    const { privateKey } = await signing(api);
    const padded = (stamp: string, url: string) => `${signatureOf(privateKey, stamp + url)}==`;
    ok(await withHeaders(api, (stamp, url) => ({ 'x-sign': padded(stamp, url) })));
  }),
  check('1', 'checks the signature of a sandbox key if there is one, and lets it call without', async (api) => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const { apiKey } = await api.control.newKey('sandbox', pem);
    const url = api.client.url('/assets');
    const stamp = String(api.now);
    const call = (headers: Record<string, string>) => exchange('GET', url, { 'x-api-key': apiKey, ...headers }, '');
    ok(await call({}));
    ok(await call({ 'x-timestamp': stamp, 'x-sign': signatureOf(privateKey, stamp + url) }));
    notAdmitted(await call({ 'x-timestamp': stamp, 'x-sign': signatureOf(privateKey, `${stamp}x`) }), 'signature');
  }),
  check('1', 'refuses a revoked key: 403', async (api) => {
    const { client, keyId } = await api.newStranger();
    ok(await client.get('/assets'));
    await api.control.revoke(keyId);
    const answer = await client.get('/assets');
    equal([answer.status, answer.body?.code, answer.body?.msg], [403, 403, 'Forbidden'], 'answer');
  }),
  check('1', 'signs what the query string says, escapes and order untouched', async (api) => {
    const { client, privateKey } = await signing(api);
    const path = '/company/search?query=a%20b+c&z=1&a=%C3%A9';
    ok(await client.get(path));
    const stamp = String(api.now);
    const decoded = client.url('/company/search?query=a b c&z=1&a=é');
    const headers = { 'x-timestamp': stamp, 'x-sign': signatureOf(privateKey, stamp + decoded) };
    notAdmitted(await client.send('GET', path, { headers }), 'signature');
  }),
  check('1', 'accepts 4096-bit keys', async (api) => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 4096 });
    const pem = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
    const { apiKey } = await api.control.newKey('live', pem);
    const url = api.client.url('/assets');
    const stamp = String(api.now);
    const headers = { 'x-api-key': apiKey, 'x-timestamp': stamp, 'x-sign': signatureOf(privateKey, stamp + url) };
    ok(await exchange('GET', url, headers, ''));
  }),
  check('3', 'verifies the body byte for byte: pretty-printed, tabs, CRLF, a final newline', async (api) => {
    await companyFrom(api, '{\n  "name": "Heron"\n}');
    await companyFrom(api, '{\t"name":\t"Heron"}');
    await companyFrom(api, '{\r\n"name": "Heron"\r\n}\r\n');
    await companyFrom(api, '{"name":"Heron \\u0026 Vale é"}\n');
  }),
  check('3', 'refuses a body altered after signing: 401, reason signature', async (api) => {
    const { client } = await signing(api);
    const headers = client.signedHeaders(client.url('/company'), '{"name": "Heron"}');
    notAdmitted(await exchange('POST', client.url('/company'), headers, '{"name":"Heron"}'), 'signature');
  }),
  check('3', 'needs neither Accept nor Content-Type, and minds none', async (api) => {
    for (const type of [undefined, 'text/plain', 'application/json', 'application/json; charset=utf-8']) {
      const headers = { 'content-type': type, accept: type };
      okWith(await api.client.send('POST', '/company', { body: { name: 'Heron' }, headers }), {
        company_id: ksuid,
        ref: '',
      });
    }
  }),
  check('1', 'takes a JSON content type with an empty body', async (api) => {
    ok(await api.client.send('GET', '/assets', { headers: { 'content-type': 'application/json' } }));
  }),
];
