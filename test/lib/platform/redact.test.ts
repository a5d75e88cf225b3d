import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loggable, redacted } from '../../../lib/platform/redact.ts';

describe('what is fit for a log', () => {
  it.each([
    'authorization',
    'Authorization',
    'x-sign',
    'X-Sign',
    'xSign',
    'x-api-key',
    'apiKey',
    'api_key',
    'API_KEY',
    'privateKeyPem',
    'private_key',
    'token',
    'accessToken',
    'access_token',
    'refresh-token',
    'idTokens',
    'secret',
    'webhookSecret',
    'secrets',
    'SecretString',
    'signature',
    'webhook-signature',
    'signatures',
    'password',
    'cookie',
    'set-cookie',
    'jwt',
    'pem',
    'secretAccessKey',
    'credentials',
    'proxy-authorization',
  ])('has no value of a member called %s, wherever it stands', (name) => {
    const facts = { [name]: 'hunter2', inner: [{ deep: { [name]: { more: 'hunter2' } } }] };
    const error = Object.assign(new Error('x', { cause: facts }), { response: { headers: facts } });
    const logged = JSON.stringify(loggable({ facts, error, map: new Map([['k', facts]]) }));
    expect(logged).not.toContain('hunter2');
    expect(logged).toContain(redacted);
  });

  it.each(['instructionId', 'secretId', 'idempotencyKey', 'keyId', 'tokenCount', 'state', 'design', 'assigned'])(
    'keeps a member called %s',
    (name) => {
      expect(loggable({ [name]: 'value' })).toEqual({ [name]: 'value' });
    },
  );

  it.each([
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIhunter2\n-----END RSA PRIVATE KEY-----'],
    ['-----BEGIN PRIVATE KEY-----\\nMIIhunter2 cut off'],
    ['whsec_hunter2AAAA/+=='],
    ['Authorization: Bearer hunter2.x.y'],
    ['authorization=bearer hunter2'],
    ['eyJhbGciOiJSUzI1NiJ9.hunter2.c2lnbmF0dXJl'],
  ])('has no secret inside a text: %j', (text) => {
    const error = new Error(`it said ${text}`);
    const logged = JSON.stringify([
      loggable(text),
      loggable({ a: [text] }),
      loggable(error),
      loggable(new Error('x', { cause: error })),
    ]);
    expect(logged).not.toContain('hunter2');
  });

  it('tells of an error with its own members and its causes', () => {
    const cause = Object.assign(new TypeError('inner'), { code: 'ECONNRESET' });
    const error = Object.assign(new Error('outer', { cause }), { status: 503, $metadata: { big: true } });
    expect(loggable(error)).toMatchObject({
      name: 'Error',
      message: 'outer',
      status: 503,
      stack: expect.stringContaining('outer'),
      cause: { name: 'TypeError', message: 'inner', code: 'ECONNRESET' },
    });
    expect(loggable(error)).not.toHaveProperty('$metadata');
  });

  it('says amounts as text, and cuts what never ends', () => {
    const endless: Record<string, unknown> = { amount: 12345678901234567890n };
    endless['self'] = endless;
    const logged = JSON.stringify(loggable(endless));
    expect(logged).toContain('"amount":"12345678901234567890"');
    expect(logged).toContain('[too deep]');
    const big = loggable({ list: Array(5_000).fill(1), text: 'x'.repeat(100_000) }) as { list: []; text: string };
    expect(big.list).toHaveLength(100);
    expect(big.text.length).toBeLessThan(5_000);
    expect(loggable({ bytes: Buffer.from('hunter2') })).toEqual({ bytes: '[7 bytes]' });
  });

  it('never throws and always fits JSON', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true }),
        (value) => {
          JSON.stringify(loggable(value));
        },
      ),
      { seed: 36 },
    );
  });
});
