import { describe, expect, it } from 'vitest';
import { NotConnectedError, TimedOutError } from '../../../lib/partner-api/index.ts';
import { type Credentials, type CredentialsSource, verifySignature } from '../../../lib/signing/index.ts';
import { publicKey } from '../signing/vectors.ts';
import { baseUrl, credentials, errorOf, fakeApi, json, refusal, transfer } from './fake-api.ts';

const created = json({ tx_id: 't1', status: 'new' });
const dateOf = (ms: number) => ({ date: new Date(ms).toUTCString() });

describe('a call', () => {
  it('signs the very URL and body that are sent, with a timestamp only', async () => {
    const api = fakeApi([created, json({ matches: [] })]);
    await api.client.transfers.create('c/1', { ...transfer, amountBaseUnits: 2n ** 60n + 1n });
    await api.client.companies.search("café & crème/50%'");
    const [post, get] = api.requests;
    expect([post?.url, get?.url]).toEqual([
      `${baseUrl}/company/c%2F1/transfer`,
      `${baseUrl}/company/search?query=caf%C3%A9%20%26%20cr%C3%A8me%2F50%25%27`,
    ]);
    expect(post?.body).toBe(
      '{"wallet_id":"w1","counterparty_wallet_address":"w2","expires":1700086400,"partner_txID":"key-1",' +
        '"send":{"symbol":"BTC-TESTNET","amount":1152921504606846977}}',
    );
    for (const request of api.requests) {
      const { 'x-sign': signature, 'x-timestamp': stamp, ...others } = request.headers as Record<string, string>;
      expect(others).toEqual({
        accept: 'application/json',
        'content-type': 'application/json',
        'x-api-key': 'the-api-key',
      });
      expect(stamp).toBe('1700000000');
      const signed = { stamp: stamp as string, url: request.url, body: request.body ?? '', publicKey };
      expect(verifySignature({ ...signed, signature: signature as string })).toBe(true);
    }
  });

  it('goes to the operation meant, or nowhere', async () => {
    const api = fakeApi([]);
    for (const id of ['', '.', '..']) {
      await expect(api.client.transfers.get('c', id)).rejects.toMatchObject({
        code: 'invalid_request',
        effect: 'notSent',
      });
    }
    expect(api.requests).toEqual([]);
  });

  it.each([
    ['http://api.example/api', /plain http/],
    ['http://10.0.0.1/api', /plain http/],
    ['http://127.0.0.1.evil.example/', /plain http/],
    ['ftp://api.example/', /https/],
    ['not a url', /not a URL/],
    ['https://user:pass@api.example/', /user/],
    ['https://api.example/?a=b', /query/],
  ])('is never made to %s', (url, message) => {
    expect(() => fakeApi([], { baseUrl: url })).toThrow(message);
  });

  it.each(['http://127.0.0.1:8001/api/v1/p/', 'http://localhost:1/x', 'http://[::1]:1/x', 'https://a.example/'])(
    'may be made to %s',
    (url) => {
      expect(fakeApi([], { baseUrl: url }).client.baseUrl).toBe(new URL(url).href.replace(/\/$/, ''));
    },
  );

  it('is not signed once its time has passed, and until then is', async () => {
    const api = fakeApi([created]);
    const signBeforeMs = api.nowMs;
    const error = await errorOf(api.client.transfers.create('c', transfer, { signBeforeMs }));
    expect([error.code, error.effect]).toEqual(['too_late', 'notSent']);
    expect(api.requests).toEqual([]);
    await api.client.transfers.create('c', transfer, { signBeforeMs: api.nowMs + 1 });
    expect(api.requests).toHaveLength(1);
  });

  it('is not signed a second time, with another key or clock, once its time has passed', async () => {
    const api = fakeApi([
      () => {
        api.nowMs += 10;
        return refusal(401, 'timestamp', dateOf(api.nowMs + 600_000));
      },
    ]);
    const error = await errorOf(api.client.transfers.create('c', transfer, { signBeforeMs: api.nowMs + 5 }));
    expect([error.code, api.requests.length]).toEqual(['too_late', 1]);
  });

  it('is not sent when the caller has ended it, or the credentials cannot be had', async () => {
    const api = fakeApi([]);
    const ended = await errorOf(api.client.transfers.create('c', transfer, { signal: AbortSignal.abort() }));
    const source = { current: async () => Promise.reject(new Error('the secret is missing')) };
    const noSecret = await errorOf(fakeApi([], { credentials: source }).client.transfers.create('c', transfer));
    expect([ended.code, ended.effect, noSecret.code, noSecret.effect]).toEqual([
      'cancelled',
      'notSent',
      'credentials',
      'notSent',
    ]);
    expect(noSecret.message).toContain('the secret is missing');
  });

  it('tells what became of it', async () => {
    const api = fakeApi([refusal(400, 'insufficient balance')]);
    const error = await errorOf(api.client.transfers.create('c', transfer));
    expect(api.reports).toEqual([{ operation: 'transfers.create', method: 'POST', status: 400, durationMs: 0, error }]);
  });
});

describe('a hook for metrics that fails', () => {
  it('changes nothing', async () => {
    const onCall = () => {
      throw new Error('no metrics today');
    };
    expect(await fakeApi([created], { onCall }).client.transfers.create('c', transfer)).toMatchObject({ txId: 't1' });
  });
});

describe('the repetition', () => {
  it.each([
    ['a time-out', new TimedOutError('x')],
    ['a lost connection', new Error('socket hang up')],
    ['no connection', new NotConnectedError('x')],
    ['a server fault', refusal(503)],
    ['too many requests', refusal(429, 'rate limit', { 'retry-after': '1' })],
  ])('is never made of a creation: %s', async (_name, answer) => {
    const api = fakeApi([answer, created]);
    await errorOf(api.client.transfers.create('c', transfer));
    expect([api.requests.length, api.waitsMs]).toEqual([1, []]);
  });

  it('of a read is bounded, with growing waits', async () => {
    const api = fakeApi([refusal(500), new Error('reset'), refusal(502), created]);
    const error = await errorOf(api.client.transfers.get('c', 't'));
    expect([error.code, api.requests.length, api.waitsMs]).toEqual(['server_fault', 3, [375, 750]]);
  });

  it('of a read succeeds, signed afresh', async () => {
    const api = fakeApi([
      () => {
        api.nowMs += 5000;
        return refusal(500);
      },
      json({ txID: 't', txStatus: 'pending' }),
    ]);
    expect((await api.client.transfers.get('c', 't')).status).toBe('pending');
    expect(api.requests.map((request) => request.headers['x-timestamp'])).toEqual(['1700000000', '1700000005']);
  });

  it('of a read honours Retry-After, and is not made when it asks for too much', async () => {
    const api = fakeApi([refusal(429, 'rate limit', { 'retry-after': '7' }), json({ assets: [] })]);
    await api.client.assets.list();
    expect(api.waitsMs).toEqual([7000]);
    const slow = fakeApi([refusal(429, 'rate limit', { 'retry-after': '31' })]);
    expect(await errorOf(slow.client.assets.list())).toMatchObject({ code: 'rate_limited', retryAfterMs: 31_000 });
  });

  it('of a read is not made of a refusal', async () => {
    const api = fakeApi([refusal(404, 'transaction')]);
    expect((await errorOf(api.client.transfers.get('c', 't'))).code).toBe('not_found');
    expect(api.requests).toHaveLength(1);
  });
});

describe('the clock', () => {
  it('follows the server: a refused timestamp is signed once more, later ones at once', async () => {
    const aheadMs = 3_600_000;
    const api = fakeApi([refusal(401, 'timestamp', dateOf(1_700_000_000_000 + aheadMs)), created, created]);
    await api.client.transfers.create('c', transfer);
    await api.client.transfers.create('c', transfer);
    expect(api.requests.map((request) => request.headers['x-timestamp'])).toEqual([
      '1700000000',
      '1700003600',
      '1700003600',
    ]);
    expect(api.client.serverTimeMs()).toBe(api.nowMs + aheadMs + 500);
  });

  it('is corrected no further than allowed, and signs no second time when nothing changed', async () => {
    const day = 24 * 3_600_000;
    for (const headers of [dateOf(1_700_000_000_000 + 2 * day), dateOf(1_700_000_000_000), { date: 'rubbish' }, {}]) {
      const api = fakeApi([refusal(401, 'timestamp', headers as Record<string, string>)]);
      expect((await errorOf(api.client.transfers.create('c', transfer))).reason).toBe('timestamp');
      expect([api.requests.length, api.client.serverTimeMs()]).toEqual([1, api.nowMs]);
    }
  });

  it('learns nothing from an answer that took long, nor from differences within a second or two', async () => {
    const api = fakeApi([
      () => {
        api.nowMs += 11_000;
        return json({ assets: [] }, 200, dateOf(api.nowMs + 60_000));
      },
      json({ assets: [] }, 200, dateOf(1_700_000_011_000 + 1000)),
    ]);
    await api.client.assets.list();
    await api.client.assets.list();
    expect(api.client.serverTimeMs()).toBe(api.nowMs);
  });
});

describe('the second key', () => {
  const named = (keyId: string): Credentials => ({
    apiKey: `key-${keyId}`,
    signer: { keyId, sign: () => `signed-by-${keyId}` },
  });

  function source(
    candidates: Credentials[],
  ): CredentialsSource & { accepted(given: Credentials): void; kept: string[] } {
    const kept: string[] = [];
    return {
      kept,
      current: async () => named('old'),
      async *alternatives() {
        yield* candidates;
      },
      accepted: (given) => void kept.push(given.signer.keyId),
    };
  }

  it.each(['signature', 'api key'])('is tried after a 401 %s, and kept when it works', async (reason) => {
    const keys = source([named('current'), named('pending')]);
    const api = fakeApi([refusal(401, reason), refusal(401, reason), created], { credentials: keys });
    await api.client.transfers.create('c', transfer);
    expect(api.requests.map((request) => request.headers['x-sign'])).toEqual([
      'signed-by-old',
      'signed-by-current',
      'signed-by-pending',
    ]);
    expect(new Set(api.requests.map((request) => request.body)).size).toBe(1);
    expect(keys.kept).toEqual(['pending']);
  });

  it('is tried twice at most', async () => {
    const keys = source(['a', 'b', 'c', 'd'].map(named));
    const api = fakeApi(new Array(9).fill(refusal(401, 'signature')), { credentials: keys });
    const error = await errorOf(api.client.transfers.create('c', transfer));
    expect([error.code, error.effect, api.requests.length]).toEqual(['unauthorized', 'notSent', 3]);
  });

  it('is not tried for another 401, nor after any other answer', async () => {
    for (const answer of [refusal(401, 'nonce'), refusal(401), refusal(403), json('<html>', 401)]) {
      const api = fakeApi([answer, created], { credentials: source([named('current')]) });
      await errorOf(api.client.transfers.create('c', transfer));
      expect(api.requests).toHaveLength(1);
    }
  });

  it('that cannot be read leaves the first refusal', async () => {
    const keys: CredentialsSource = {
      current: async () => credentials,
      // biome-ignore lint/correctness/useYield: it fails before it can give anything
      async *alternatives() {
        throw new Error('throttled');
      },
    };
    const api = fakeApi([refusal(401, 'signature')], { credentials: keys });
    expect(await errorOf(api.client.transfers.create('c', transfer))).toMatchObject({
      code: 'unauthorized',
      reason: 'signature',
    });
  });
});
