import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PartnerApiError } from '../../../lib/partner-api/index.ts';
import { staticCredentials } from '../../../lib/signing/index.ts';
import { fakeApi } from './fake-api.ts';
import { operations } from './operations.ts';

/** Names the readers look for, so that wrong types meet them. */
const names = [
  'tx_id',
  'txID',
  'status',
  'txStatus',
  'statusDetails',
  'amount',
  'netAmount',
  'fees',
  'swap',
  'send',
  'list',
  'List',
  'Total',
  'matches',
  'items',
  'assets',
  'wallets',
  'holdings',
  'history',
  'actions',
  'clients',
  'id',
  'details',
  'wallet',
  'connected',
  'policy_tx',
  'members',
  'entity',
  'permissions',
  'company_id',
  'fund_id',
  'wallet_id',
  'balance',
  'messages',
];
const { value: anything } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, 0, -1, 1.5, 1e300, '', '7', '-3', 'x', 9007199254740993n),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 6 }),
  ),
}));
const body = fc.oneof(
  fc
    .dictionary(fc.constantFrom(...names), anything, { maxKeys: 8 })
    .map((value) => JSON.stringify(value, (_key, member) => (typeof member === 'bigint' ? `${member}` : member))),
  fc.string(),
);
const status = fc.constantFrom(200, 202, 204, 302, 400, 401, 403, 404, 405, 409, 418, 429, 500, 503, 599);

/** What is signed does not matter here. */
const unsigned = staticCredentials({ apiKey: 'k', signer: { keyId: 'k', sign: () => 's' } });

describe('any answer at all', () => {
  it('ends in a value or in a typed error, and never in a refusal that the API did not speak', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...operations), status, body, async ([, , operate], code, text) => {
        const api = fakeApi([{ status: code, body: text }], { readAttempts: 1, credentials: unsigned });
        const error = await operate(api.client).then(
          () => undefined,
          (caught: unknown) => caught,
        );
        if (error === undefined) return code < 300 || code === 403;
        expect(error).toBeInstanceOf(PartnerApiError);
        // Without the frame nothing can be a refusal; with success nothing may pass for "not sent".
        const { effect } = error as PartnerApiError;
        if (code < 300 || code >= 500) expect(effect).toBe('unknown');
        expect(effect).not.toBe('refused');
        return true;
      }),
      { numRuns: 2000, seed: 20240101 },
    );
  });
});
