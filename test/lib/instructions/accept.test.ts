import { describe, expect, it } from 'vitest';
import { acceptInstruction } from '../../../lib/instructions/accept.ts';
import { transfer } from '../../../lib/instructions/kinds/transfer.ts';
import { body, desk, place, startMs } from './desk.ts';

const nowSeconds = Math.floor(startMs / 1000);
const longText = 'x'.repeat(256);

describe('asking for a transfer', () => {
  it('stores it, due now, and hints at it', async () => {
    const { instruction, created } = await (() => {
      const one = desk();
      return one.ask().then((asked) => ({ ...asked, one }));
    })();
    expect(created).toBe(true);
    expect(instruction).toMatchObject({
      kind: 'transfer',
      state: 'accepted',
      place,
      request: { amount: '250000', counterpartyWalletId: 'wallet-2' },
      expiresAtSeconds: nowSeconds + 86_400,
      work: 'submit',
      workAtMs: startMs,
      tellAtMs: startMs,
      index: { dueAtMs: startMs },
    });
  });

  it('answers the same key with the same instruction, however much later', async () => {
    const one = desk();
    const first = await one.ask({ expiresAt: nowSeconds + 60 });
    one.pass(400 * 86_400_000);
    const again = await one.ask({ expiresAt: nowSeconds + 60 });
    expect(again).toEqual({ instruction: first.instruction, created: false });
    expect(one.store.all()).toHaveLength(1);
  });

  it('lets only one of two that ask at the same moment create it', async () => {
    const one = desk();
    const asked = await Promise.all([one.ask(), one.ask(), one.ask()]);
    expect(asked.map(({ created }) => created).sort()).toEqual([false, false, true]);
    expect(new Set(asked.map(({ instruction }) => instruction.id)).size).toBe(1);
  });

  it('keeps the keys of two clients apart', async () => {
    const one = desk();
    const { instruction } = await one.ask();
    const other = await acceptInstruction(one, {
      kind: transfer,
      source: 'http',
      client: { id: 'another', bindings: [place] },
      idempotencyKey: 'order-1',
      body,
    });
    expect(other.created).toBe(true);
    expect(other.instruction.id).not.toBe(instruction.id);
  });

  it('refuses another body under a known key', async () => {
    const one = desk();
    await one.ask();
    await expect(one.ask({ amount: '250001' })).rejects.toMatchObject({ status: 422, field: 'Idempotency-Key' });
  });

  it('takes the members of a body in any order for the same body', async () => {
    const one = desk();
    await one.ask({ reference: 'r', benefitOf: 'b' });
    const { created } = await one.ask({ benefitOf: 'b', reference: 'r' });
    expect(created).toBe(false);
  });

  it.each([
    ['a safe integer', { amount: 250_000 }],
    ['the largest amount', { amount: '9223372036854775807' }],
    ['a moment in ISO 8601', { expiresAt: new Date(startMs + 3_600_000).toISOString() }],
    ['texts of 255 characters', { reference: 'x'.repeat(255), benefitOf: '', accountNo: 'ä€😀' }],
  ])('takes %s', async (_what, change) => {
    expect((await desk().ask(change)).created).toBe(true);
  });

  it.each([
    ['a float', { amount: 1.5 }, 400, 'amount'],
    ['a decimal point', { amount: '1.5' }, 400, 'amount'],
    ['nothing', { amount: '0' }, 400, 'amount'],
    ['zero', { amount: 0 }, 400, 'amount'],
    ['less than nothing', { amount: -1 }, 400, 'amount'],
    ['a negative text', { amount: '-1' }, 400, 'amount'],
    ['more than fits', { amount: '9223372036854775808' }, 400, 'amount'],
    ['a number beyond 2^53', { amount: 2 ** 53 }, 400, 'amount'],
    ['an exponent', { amount: '1e5' }, 400, 'amount'],
    ['a leading zero', { amount: '0250' }, 400, 'amount'],
    ['a missing amount', { amount: undefined }, 400, 'amount'],
    ['null', { amount: null }, 400, 'amount'],
    ['an unknown member', { amuont: '1' }, 400, 'amuont'],
    ['an empty wallet', { walletId: '' }, 400, 'walletId'],
    ['a wallet outside the binding', { walletId: 'wallet-9' }, 404, 'walletId'],
    ['a company outside the binding', { companyId: 'company-9' }, 404, 'companyId'],
    ['the past', { expiresAt: nowSeconds }, 400, 'expiresAt'],
    ['beyond a year', { expiresAt: nowSeconds + 367 * 86_400 }, 400, 'expiresAt'],
    ['a day that does not exist', { expiresAt: '2026-02-30T00:00:00Z' }, 400, 'expiresAt'],
    ['a moment without an offset', { expiresAt: '2027-01-01T00:00:00' }, 400, 'expiresAt'],
    ['a long reference', { reference: longText }, 400, 'reference'],
    ['a long beneficiary', { benefitOf: longText }, 400, 'benefitOf'],
    ['a long account', { accountNo: longText }, 400, 'accountNo'],
    ['a control character', { reference: 'a\u0000b' }, 400, 'reference'],
  ])('refuses %s, names the field, and stores nothing', async (_what, change, status, field) => {
    const one = desk();
    await expect(one.ask(change)).rejects.toMatchObject({ code: 'invalid_request', status, field });
    expect(one.store.all()).toEqual([]);
    expect(one.hints.waiting()).toEqual([]);
  });

  it.each([
    ['none', ''],
    ['one of 256 characters', 'k'.repeat(256)],
    ['one with a blank', 'two words'],
    ['one with a line break', 'a\nb'],
  ])('refuses an idempotency key: %s', async (_what, key) => {
    await expect(desk().ask({}, key)).rejects.toMatchObject({ status: 400, field: 'Idempotency-Key' });
  });
});
