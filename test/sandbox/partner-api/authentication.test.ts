import { createPrivateKey, createPublicKey, type JsonWebKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeApiKey } from '../../../sandbox/partner-api/api-key.ts';
import { originsOf, type SignaturePolicy } from '../../../sandbox/partner-api/authentication.ts';
import { Sandbox } from '../../../sandbox/partner-api/sandbox.ts';

interface Vector {
  name: string;
  method: string;
  timestamp?: string;
  nonce?: string;
  header: string;
  url: string;
  body: string;
  x_sign: string;
}

const file = new URL('../../vectors/signing-vectors.json', import.meta.url);
const vectors = JSON.parse(readFileSync(file, 'utf8')) as {
  key: { private_key_jwk: JsonWebKey };
  api_keys: { label: string; base64url_unpadded: string; base64_padded: string; decoded: { key_id: string } }[];
  vectors: Vector[];
  must_be_rejected: (Vector & { expected_error: { http_status: number; body: object } })[];
  same_bytes_other_encoding: { name: string; derived_from: string; x_sign: string }[];
};
const privateKey = createPrivateKey({ key: vectors.key.private_key_jwk, format: 'jwk' });
const publicKeyPem = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' });
const liveKey = vectors.api_keys[0]?.base64url_unpadded as string;
const sandboxKey = vectors.api_keys[1]?.base64url_unpadded as string;
const stampOf = (vector: Vector) => vector.timestamp ?? vector.nonce ?? '';

/** A sandbox that stands at the given second and knows the vectors' two keys. */
function standingAt(seconds: number, signaturePolicy?: SignaturePolicy): Sandbox {
  const sandbox = new Sandbox({ seed: 1, clock: () => seconds * 1000, signaturePolicy });
  for (const apiKey of [liveKey, sandboxKey]) {
    const body = JSON.stringify({ apiKey, publicKeyPem });
    expect(sandbox.control({ method: 'POST', target: '/keys', body }).status).toBe(200);
  }
  return sandbox;
}

function admit(sandbox: Sandbox, headers: Record<string, string>, url: string, body = '') {
  const { origin } = new URL(url);
  try {
    const result = sandbox.admit({
      headers,
      rawTarget: url.slice(origin.length),
      origins: [origin],
      body: Buffer.from(body),
    });
    return { account: result.account.keyId, nonce: result.nonce };
  } catch (error) {
    return (error as { body: object }).body;
  }
}

const originOf = (url: string) => url.slice(0, url.indexOf('/', url.indexOf('//') + 2));

function admitVector(sandbox: Sandbox, vector: Vector, changes: Record<string, string> = {}) {
  const headers = { 'x-api-key': liveKey, [vector.header]: stampOf(vector), 'x-sign': vector.x_sign, ...changes };
  const rawTarget = vector.url.slice(originOf(vector.url).length);
  try {
    sandbox.admit({ headers, rawTarget, origins: [originOf(vector.url)], body: Buffer.from(vector.body) });
    return 'accepted';
  } catch (error) {
    return (error as { body: object }).body;
  }
}

const refusal = (reason: string) => ({ code: 401, msg: 'errPartnerAuth', detail: { reason } });

describe('the signing vectors', () => {
  it.each(vectors.vectors.map((vector) => [vector.name, vector] as const))('%s verifies', (_name, vector) => {
    expect(admitVector(standingAt(1_700_000_000), vector)).toBe('accepted');
  });

  it.each(vectors.must_be_rejected.map((vector) => [vector.name, vector] as const))(
    '%s is refused',
    (_name, vector) => {
      expect(admitVector(standingAt(1_700_000_000), vector)).toEqual(vector.expected_error.body);
    },
  );

  it.each(vectors.same_bytes_other_encoding.map((item) => [item.name, item] as const))(
    '%s is accepted',
    (_name, item) => {
      const vector = vectors.vectors.find(({ name }) => name === item.derived_from) as Vector;
      expect(admitVector(standingAt(1_700_000_000), vector, { 'x-sign': item.x_sign })).toBe('accepted');
    },
  );

  it('has API keys that decode in both alphabets', () => {
    for (const { base64url_unpadded, base64_padded, decoded } of vectors.api_keys) {
      expect(decodeApiKey(base64url_unpadded)).toEqual(decodeApiKey(base64_padded));
      expect(decodeApiKey(base64url_unpadded)?.keyId).toBe(decoded.key_id);
    }
  });
});

describe('the order of checks', () => {
  const now = 1_700_000_000;
  const url = 'https://api.example/api/v1/p/assets';
  const signed = (stamp: string, body = '') =>
    sign('RSA-SHA256', Buffer.from(stamp + url + body), privateKey).toString('base64url');

  it('asks for a key first, and says which check failed', () => {
    const sandbox = standingAt(now);
    const emptyToken = { code: 401, msg: 'Unauthorized', detail: { reason: 'empty token' } };
    expect(admit(sandbox, {}, url)).toEqual(emptyToken);
    expect(admit(sandbox, { 'x-api-key': '' }, url)).toEqual(emptyToken);
    expect(admit(sandbox, { 'x-api-key': 'nonsense' }, url)).toEqual(refusal('api key'));
    const otherSecret = Buffer.from(JSON.stringify({ key_id: 'ndyzhMoXeRGw9A', key: 'x' })).toString('base64url');
    expect(admit(sandbox, { 'x-api-key': otherSecret }, url)).toEqual(refusal('api key'));
    expect(admit(sandbox, { 'x-api-key': liveKey, 'x-sign': 'AAAA' }, url)).toEqual(refusal('timestamp'));
    const both = { 'x-api-key': liveKey, 'x-timestamp': `${now}`, 'x-nonce': '1', 'x-sign': signed(`${now}`) };
    expect(admit(sandbox, both, url)).toEqual(refusal('nonce'));
  });

  it('accepts timestamps within 300 seconds either way, and the empty x-nonce some clients send beside', () => {
    const sandbox = standingAt(now);
    const at = (stamp: string) =>
      admit(sandbox, { 'x-api-key': liveKey, 'x-timestamp': stamp, 'x-nonce': '', 'x-sign': signed(stamp) }, url);
    for (const stamp of [now - 300, now, now + 300])
      expect(at(`${stamp}`)).toMatchObject({ account: 'ndyzhMoXeRGw9A' });
    for (const stamp of [`${now - 301}`, `${now + 301}`, '1.7e9', 'soon', `${now}000`]) {
      expect(at(stamp)).toEqual(refusal('timestamp'));
    }
  });

  it('lets a nonce grow only, and keeps a refused signature from using it up', () => {
    const sandbox = standingAt(now);
    const call = (nonce: string, signature = signed(nonce)) =>
      sandbox.callSigned(
        { method: 'GET', target: '/assets' },
        {
          headers: { 'x-api-key': liveKey, 'x-nonce': nonce, 'x-sign': signature },
          rawTarget: '/api/v1/p/assets',
          origins: ['https://api.example'],
          body: '',
        },
      );
    expect(call('9', 'AAAA').status).toBe(401);
    expect(call('5').status).toBe(200);
    expect(JSON.parse(call('5').body)).toEqual(refusal('nonce'));
    expect(JSON.parse(call('4').body)).toEqual(refusal('nonce'));
    expect(call('6').status).toBe(200);
  });

  it('lets a sandbox key go unsigned, but checks a signature that is there; policy can turn both ways', () => {
    const bare = (apiKey: string) => ({ 'x-api-key': apiKey });
    const wrong = { 'x-timestamp': `${now}`, 'x-sign': 'AAAA' };
    expect(admit(standingAt(now), bare(sandboxKey), url)).toMatchObject({ account: '-KD8iIdgrlrUig' });
    expect(admit(standingAt(now), { ...bare(sandboxKey), ...wrong }, url)).toEqual(refusal('signature'));
    expect(admit(standingAt(now), bare(liveKey), url)).toEqual(refusal('timestamp'));
    expect(admit(standingAt(now, 'required'), bare(sandboxKey), url)).toEqual(refusal('timestamp'));
    expect(admit(standingAt(now, 'ifPresent'), bare(liveKey), url)).toMatchObject({ account: 'ndyzhMoXeRGw9A' });
  });

  it('refuses a revoked key with 403, and keeps the API key when its public key is replaced', () => {
    const sandbox = standingAt(now);
    sandbox.control({ method: 'DELETE', target: '/keys/ndyzhMoXeRGw9A' });
    expect(admit(sandbox, { 'x-api-key': liveKey }, url)).toMatchObject({ code: 403 });
  });
});

describe('the URL that was signed', () => {
  it('finds the URL a client signed with its default port, which its HTTP library left out of Host', () => {
    const without = { publicBaseUrls: [], trustForwarded: false, headers: { host: 'api.example' } };
    expect(originsOf({ ...without, isTls: true, isUpgrade: false })).toEqual([
      'https://api.example',
      'https://api.example:443',
    ]);
    expect(originsOf({ ...without, isTls: true, isUpgrade: true })).toContain('wss://api.example:443');
    const named = { ...without, headers: { host: '127.0.0.1:8080' } };
    expect(originsOf({ ...named, isTls: false, isUpgrade: false })).toEqual(['http://127.0.0.1:8080']);
  });

  it('is looked for under public URLs, then forwarded ones if trusted, then the Host header; wss for upgrades', () => {
    const headers = { host: '127.0.0.1:8080', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'proxy.example' };
    const base = { publicBaseUrls: ['https://api.example/api/v1/p'], headers, isTls: false };
    expect(originsOf({ ...base, trustForwarded: true, isUpgrade: false })).toEqual([
      'https://api.example',
      'https://proxy.example',
      'http://127.0.0.1:8080',
    ]);
    expect(originsOf({ ...base, publicBaseUrls: [], trustForwarded: false, isUpgrade: true })).toEqual([
      'wss://127.0.0.1:8080',
      'ws://127.0.0.1:8080',
    ]);
  });
});
