import { describe, expect, it } from 'vitest';
import { retryAfterMs } from '../../../lib/partner-api/answers.ts';
import type { TransportAnswer } from '../../../lib/partner-api/index.ts';
import { NotConnectedError, PartnerApiError } from '../../../lib/partner-api/index.ts';
import { errorOf, fakeApi, json, refusal, transfer } from './fake-api.ts';

const outcome = async (answer: TransportAnswer | Error) => {
  const error = await errorOf(fakeApi([answer]).client.transfers.create('c', transfer));
  expect(error).toBeInstanceOf(PartnerApiError);
  return [error.effect, error.code];
};

describe('what an attempt came to', () => {
  it.each([
    ['400 in the frame', refusal(400, 'insufficient balance'), 'refused', 'bad_request'],
    ['404 in the frame', refusal(404, 'wallet'), 'refused', 'not_found'],
    ['409 in the frame', refusal(409), 'refused', 'conflict'],
    ['a code that is a text', json({ code: '400', msg: 'Bad Request' }, 400), 'refused', 'bad_request'],
    ['a detail that is no object', json({ code: 400, msg: 'Bad Request', detail: 'x' }, 400), 'refused', 'bad_request'],
    ['401', refusal(401, 'nonce'), 'notSent', 'unauthorized'],
    ['401 of a proxy', json('<html>', 401), 'unknown', 'unreadable_answer'],
    ['403 of a proxy', json('<html>', 403), 'unknown', 'unreadable_answer'],
    ['405 of a proxy', json('', 405), 'unknown', 'unreadable_answer'],
    ['403', refusal(403), 'notSent', 'forbidden'],
    ['405', refusal(405), 'notSent', 'method_not_allowed'],
    ['429', refusal(429, 'rate limit'), 'notSent', 'rate_limited'],
    ['429 of a proxy', json('slow down', 429), 'unknown', 'unreadable_answer'],
    ['no connection', new NotConnectedError('refused'), 'notSent', 'not_connected'],
    ['404 page of a proxy', json('<html>not found</html>', 404), 'unknown', 'unreadable_answer'],
    ['400 JSON of somebody else', json({ message: 'bad' }, 400), 'unknown', 'unreadable_answer'],
    ['400 in a frame of another code', json({ code: 500, msg: 'x' }, 400), 'unknown', 'unreadable_answer'],
    ['408', refusal(408), 'unknown', 'unreadable_answer'],
    ['413', refusal(413), 'unknown', 'unreadable_answer'],
    ['a redirect', json('', 302, { location: 'https://elsewhere.example/' }), 'unknown', 'unreadable_answer'],
    ['500 in the frame', refusal(500, 'internal'), 'unknown', 'server_fault'],
    ['502 of a proxy', json('<html>', 502), 'unknown', 'server_fault'],
    ['a reset', Object.assign(new Error('reset'), { code: 'ECONNRESET' }), 'unknown', 'connection_lost'],
    [
      'ECONNREFUSED from who knows where',
      Object.assign(new Error('x'), { code: 'ECONNREFUSED' }),
      'unknown',
      'connection_lost',
    ],
    ['a success that is no JSON', json('OK'), 'unknown', 'unreadable_answer'],
    ['a success cut short', json('{"tx_id":"t'), 'unknown', 'unreadable_answer'],
    ['a success without the id', json({ status: 'new' }), 'unknown', 'unreadable_answer'],
    ['a success with an id of another type', json({ tx_id: {}, status: 'new' }), 'unknown', 'unreadable_answer'],
    ['a success that is a list', json([]), 'unknown', 'unreadable_answer'],
    ['an empty success', json(''), 'unknown', 'unreadable_answer'],
    ['a success nested too deep', json('[1234567890123456'.repeat(50_000)), 'unknown', 'unreadable_answer'],
  ])('%s', async (_name, answer, effect, code) => {
    expect(await outcome(answer)).toEqual([effect, code]);
  });

  it('is told with operation, status and reason, and without key, signature or body', async () => {
    const api = fakeApi([refusal(400, 'insufficient balance', { 'retry-after': '3' })]);
    const error = await errorOf(api.client.transfers.create('c', transfer));
    expect(error).toMatchObject({ status: 400, reason: 'insufficient balance', retryAfterMs: 3000 });
    expect(error.message).toBe('transfers.create: the Partner API answered 400 insufficient balance');
    const everything = JSON.stringify(error) + error.stack + JSON.stringify(api.reports);
    expect(everything).not.toContain('the-api-key');
    expect(everything).not.toContain(api.requests[0]?.headers['x-sign']);
    expect(everything).not.toContain('key-1');
  });

  it('keeps its cause', async () => {
    const cause = new Error('socket hang up');
    expect((await errorOf(fakeApi([cause]).client.transfers.create('c', transfer))).cause).toBe(cause);
  });

  it('of a mistake of the caller names the field', async () => {
    const cases = [
      [{ amountBaseUnits: 0n }, /amountBaseUnits/],
      [{ amountBaseUnits: -1n }, /amountBaseUnits/],
      [{ amountBaseUnits: 2n ** 63n }, /amountBaseUnits/],
      [{ amountBaseUnits: 5 as never }, /amountBaseUnits/],
      [{ expiresAtSeconds: 1.5 }, /expiresAtSeconds/],
      [{ expiresAtSeconds: 1_700_000_000_000 }, /expiresAtSeconds/],
      [{ partnerTxId: '' }, /partnerTxId/],
      [{ partnerTxId: 'x'.repeat(256) }, /partnerTxId/],
      [{ walletId: '' }, /walletId/],
    ] as const;
    const api = fakeApi([]);
    for (const [change, message] of cases) {
      await expect(api.client.transfers.create('c', { ...transfer, ...change })).rejects.toMatchObject({
        code: 'invalid_request',
        effect: 'notSent',
        message: expect.stringMatching(message),
      });
    }
    expect(api.requests).toEqual([]);
  });
});

describe('Retry-After', () => {
  const nowMs = Date.parse('Tue, 14 Nov 2023 22:13:20 GMT');
  it.each([
    ['120', 120_000],
    ['0', 0],
    ['Tue, 14 Nov 2023 22:13:50 GMT', 30_000],
    ['Tue, 14 Nov 2023 22:00:00 GMT', 0],
    ['soon', undefined],
    [undefined, undefined],
    ['99999999999', 86_400_000],
  ])('%s', (header, expected) => {
    expect(retryAfterMs(header, nowMs)).toBe(expected);
  });
});
