import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Authenticate, tokenAuthentication } from '../../../../lib/platform/http/authenticate.ts';
import { InvalidRequest } from '../../../../lib/platform/http/errors.ts';
import { getJson } from '../../../../lib/platform/http/get-json.ts';
import { issuerKeys } from '../../../../lib/platform/http/key-set.ts';
import { startIssuer, type TestIssuer } from '../../../support/issuer.ts';

const startSeconds = 1_800_000_000;
/** Only what hangs meets it, however busy the machine. */
const patience = { timeoutMs: 60_000, maxBytes: 262_144 };
let nowMs: number;
let limits: typeof patience;
let issuer: TestIssuer;
let authenticate: Authenticate;

beforeEach(async () => {
  nowMs = startSeconds * 1000;
  limits = patience;
  issuer = await startIssuer(startSeconds);
  const clock = { nowMs: () => nowMs };
  const keys = issuerKeys(() => getJson(issuer.jwksUrl, limits), clock);
  authenticate = tokenAuthentication({ issuer: issuer.issuer, audience: issuer.audience, keys, clock });
});
afterEach(() => issuer.stop());

const refusal = async (authorization: string | undefined) => {
  const error = await authenticate(authorization).catch((thrown: unknown) => thrown);
  if (!(error instanceof InvalidRequest)) throw new Error('it was let in', { cause: error });
  return { status: error.status, reason: error.reason, challenge: error.headers['www-authenticate'] };
};
const refused = (reason: string) => ({
  status: 401,
  reason,
  challenge: `Bearer realm="qredo-functions", error="invalid_token", error_description="${reason}"`,
});
const bearer = async (...of: Parameters<TestIssuer['token']>) => `Bearer ${await issuer.token(...of)}`;
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a token', () => {
  it('names its subject and its scopes', async () => {
    expect(await authenticate(await bearer({ scope: 'a b  c' }))).toEqual({ subject: 'desk', scopes: ['a', 'b', 'c'] });
    expect((await authenticate(await bearer({ scope: undefined, scp: ['a', 'b'] }))).scopes).toEqual(['a', 'b']);
    expect((await authenticate(await bearer({ scope: undefined, scp: 'a b' }))).scopes).toEqual(['a', 'b']);
    expect((await authenticate(await bearer({ scope: { a: true } }))).scopes).toEqual([]);
    expect((await authenticate(`bearer ${await issuer.token()}`)).subject).toBe('desk');
    expect((await authenticate(await bearer({ aud: ['other', issuer.audience] }))).subject).toBe('desk');
  });

  it('that is missing is asked for', async () => {
    const missing = { status: 401, reason: 'missing token', challenge: 'Bearer realm="qredo-functions"' };
    expect(await refusal(undefined)).toEqual(missing);
    expect(await refusal('')).toEqual(missing);
  });

  it('must come in a header of the one form', async () => {
    const token = await issuer.token();
    for (const header of [
      token,
      `Basic ${token}`,
      `Bearer  ${token}`,
      `Bearer ${token} `,
      `Bearer ${token},Bearer ${token}`,
      `Bearer ${token}.x`,
    ]) {
      expect(await refusal(header)).toEqual(refused('invalid token'));
    }
    for (const header of ['Bearer', 'Bearer a.b', 'Bearer a.b.c', 'Bearer ä.b.c', `Bearer ${'a'.repeat(9000)}.b.c`]) {
      expect(await refusal(header)).toEqual(refused('invalid token'));
    }
    expect(issuer.requests()).toBeLessThanOrEqual(1);
  });

  it.each([
    ['another issuer', { iss: 'https://other.test/' }],
    ['no issuer', { iss: undefined }],
    ['another audience', { aud: 'other' }],
    ['no audience', { aud: undefined }],
    ['no expiry', { exp: undefined }],
    ['a start in the future', { nbf: startSeconds + 60 }],
    ['no subject', { sub: undefined }],
    ['an empty subject', { sub: '' }],
    ['an over-long subject', { sub: 'x'.repeat(256) }],
  ])('with %s is refused', async (_what, claims) => {
    expect(await refusal(await bearer(claims))).toEqual(refused('invalid token'));
  });

  it.each(['RS256', 'PS256', 'ES256', 'EdDSA'])('may be signed by %s', async (algorithm) => {
    await issuer.rotate('another', algorithm);
    expect((await authenticate(await bearer())).subject).toBe('desk');
  });

  it('may not be signed by anything else', async () => {
    await issuer.rotate('another', 'ES512');
    expect(await refusal(await bearer())).toEqual(refused('invalid token'));
  });

  it('is good until it expires, give or take five seconds', async () => {
    const authorization = await bearer({ exp: startSeconds + 10 });
    nowMs += 14_000;
    expect((await authenticate(authorization)).subject).toBe('desk');
    nowMs += 1_000;
    expect(await refusal(authorization)).toEqual(refused('token expired'));
  });

  it('without a signature, or with one by a shared secret, is refused', async () => {
    const claims = { iss: issuer.issuer, aud: issuer.audience, sub: 'desk', exp: startSeconds + 600 };
    for (const alg of ['none', 'None', 'NONE']) {
      expect(await refusal(`Bearer ${base64({ alg })}.${base64(claims)}.`)).toEqual(refused('invalid token'));
    }
    const content = `${base64({ alg: 'HS256', kid: 'first' })}.${base64(claims)}`;
    const publicKeyAsSecret = JSON.stringify(await getJson(issuer.jwksUrl, patience));
    const forged = createHmac('sha256', publicKeyAsSecret).update(content).digest('base64url');
    expect(await refusal(`Bearer ${content}.${forged}`)).toEqual(refused('invalid token'));
  });

  it('that was changed, or signed by a key of the same name, is refused', async () => {
    const [header, , signature] = (await issuer.token()).split('.');
    const claims = { iss: issuer.issuer, aud: issuer.audience, sub: 'somebody else', exp: startSeconds + 600 };
    expect(await refusal(`Bearer ${header}.${base64(claims)}.${signature}`)).toEqual(refused('invalid token'));
    const stranger = await startIssuer(startSeconds);
    const foreign = await stranger.token({ iss: issuer.issuer }, { kid: 'first' });
    await stranger.stop();
    expect(await refusal(`Bearer ${foreign}`)).toEqual(refused('invalid token'));
  });
});

describe("the issuer's keys", () => {
  it('are fetched once for many tokens', async () => {
    await Promise.all(Array.from({ length: 5 }, async () => authenticate(await bearer())));
    await authenticate(await bearer());
    expect(issuer.requests()).toBe(1);
  });

  it('are fetched again for a key that is not among them, but not for every forged token', async () => {
    await authenticate(await bearer());
    expect(await refusal(await bearer({}, { kid: 'unknown' }))).toEqual(refused('invalid token'));
    expect(issuer.requests()).toBe(1);
    nowMs += 30_000;
    await issuer.rotate('second');
    expect((await authenticate(await bearer())).subject).toBe('desk');
    expect(issuer.requests()).toBe(2);
    for (let token = 0; token < 5; token += 1) await refusal(await bearer({}, { kid: `unknown ${token}` }));
    expect(issuer.requests()).toBe(2);
  });

  it('are renewed after ten minutes', async () => {
    await authenticate(await bearer({ exp: startSeconds + 9_000 }));
    nowMs += 600_000;
    await authenticate(await bearer({ exp: startSeconds + 9_000 }));
    expect(issuer.requests()).toBe(2);
  });

  it.each(['error', 'silent', 'no json', 'endless'] as const)(
    'that cannot be had (%s) make it a 503, not a 401',
    async (mode) => {
      issuer.behave(mode);
      if (mode === 'silent') limits = { ...patience, timeoutMs: 300 };
      expect(await refusal(await bearer())).toMatchObject({ status: 503, reason: 'tokens cannot be checked' });
      issuer.behave('keys');
      limits = patience;
      expect((await authenticate(await bearer())).subject).toBe('desk');
    },
  );

  it('stay good for an hour while the issuer does not answer, and are not asked for at every request', async () => {
    const authorization = await bearer({ exp: startSeconds + 9_000 });
    await authenticate(authorization);
    issuer.behave('error');
    nowMs += 601_000;
    for (let request = 0; request < 3; request += 1) await authenticate(authorization);
    expect(issuer.requests()).toBe(2);
    nowMs += 2_998_000;
    await authenticate(authorization);
    nowMs += 1_000;
    expect(await refusal(authorization)).toMatchObject({ status: 503 });
  });

  it('are read over https, or from this machine', async () => {
    await expect(getJson('http://issuer.test/jwks.json', { timeoutMs: 100, maxBytes: 10 })).rejects.toThrow(
      'must be https',
    );
  });
});
