import { describe, expect, it } from 'vitest';
import { type Circumstances, graceMs } from '../../../lib/approvals/conditions.ts';
import { decide } from '../../../lib/approvals/decide.ts';
import { factsOf } from '../../../lib/approvals/facts.ts';
import type { ActionDetails } from '../../../lib/partner-api/index.ts';
import type { ApprovalRule, RuleConditions } from '../../../lib/platform/config/approvals.ts';
import { startMs, transferAction, without } from './world.ts';

const around: Circumstances = { nowMs: startMs, match: { is: 'untold' }, approvedBaseUnits: () => 0n };

function meets(when: RuleConditions, action: ActionDetails, circumstances: Partial<Circumstances> = {}): boolean {
  const rule: ApprovalRule = { name: 'r', decide: 'approve', when };
  return decide([rule], factsOf(action), { ...around, ...circumstances }).decision === 'approve';
}

const action = transferAction('a1');

describe('the first rule that applies decides', () => {
  const approve = (name: string, when: RuleConditions): ApprovalRule => ({ name, decide: 'approve', when });

  it('approves, rejects or leaves by it, and leaves when none applies', () => {
    const facts = factsOf(action);
    const rules: ApprovalRule[] = [
      approve('eth', { assets: ['ETH-TESTNET'] }),
      { name: 'small', decide: 'leave', when: { assets: ['BTC-TESTNET'], amount: { max: '800' } } },
      { name: 'rest', decide: 'reject', when: {} },
    ];
    expect(decide(rules, facts, around)).toMatchObject({ decision: 'leave', why: 'rule "small"' });
    expect(decide(rules.slice(2), facts, around)).toMatchObject({ decision: 'reject' });
    expect(decide(rules.slice(0, 1), facts, around)).toMatchObject({
      decision: 'leave',
      why: 'no rule applies',
      looked: [{ rule: 'eth', is: 'unmet', why: 'asset: BTC-TESTNET is not in the list' }],
    });
    expect(decide([], facts, around).decision).toBe('leave');
  });

  it('approves no movement whose amount is not told or contradicts itself, even by a rule that does not ask', () => {
    const doubtful = [
      without(action, 'netAmountBaseUnits'),
      without(action, 'asset'),
      transferAction('a1', { netAmountBaseUnits: 700n }),
      without(transferAction('a1', { netAmountBaseUnits: 100n, amountBaseUnits: 100_000_000n }), 'feesBaseUnits'),
      without(transferAction('a1', { netAmountBaseUnits: 100n, amountBaseUnits: 1n }), 'feesBaseUnits'),
      transferAction('a1', { netAmountBaseUnits: 801n, feesBaseUnits: -1n, amountBaseUnits: 800n }),
      transferAction('a1', { netAmountBaseUnits: 0n, feesBaseUnits: 0n, amountBaseUnits: 0n }),
    ];
    for (const each of doubtful) expect(meets({}, each)).toBe(false);
    expect(meets({}, without(transferAction('a1', { amountBaseUnits: 800n }), 'feesBaseUnits'))).toBe(true);
    expect(meets({}, without(action, 'amountBaseUnits'))).toBe(true);
    expect(meets({}, without(action, 'amountBaseUnits', 'feesBaseUnits'))).toBe(true);
    const connection = transferAction('a1', { netAmountBaseUnits: 700n }, { type: 'ApproveNewWalletConnect' });
    expect(meets({}, connection)).toBe(false);
    expect(meets({}, action)).toBe(true);
  });
});

describe('amounts', () => {
  const one = (amount: RuleConditions['amount']) => ({ assets: ['BTC-TESTNET'], ...(amount && { amount }) });

  it('are net: the fee, which an action counts in, is left out', () => {
    expect(meets(one({ max: '800' }), action)).toBe(true);
    expect(meets(one({ max: '799' }), action)).toBe(false);
    expect(meets(one({ min: '800' }), action)).toBe(true);
    expect(meets(one({ min: '801' }), action)).toBe(false);
  });

  it('are exact beyond 2^53', () => {
    const netAmountBaseUnits = 2n ** 60n + 1n;
    const large = transferAction('a1', { netAmountBaseUnits, amountBaseUnits: netAmountBaseUnits + 1n });
    expect(meets(one({ max: String(netAmountBaseUnits) }), large)).toBe(true);
    expect(meets(one({ max: String(netAmountBaseUnits - 1n) }), large)).toBe(false);
  });

  it('count together with what was approved before in the window', () => {
    const when: RuleConditions = { assets: ['BTC-TESTNET'], total: { max: '1000', windowSeconds: 3600 } };
    const seen: number[] = [];
    const approvedBefore = (sum: bigint) => ({
      approvedBaseUnits: (windowSeconds: number) => {
        seen.push(windowSeconds);
        return sum;
      },
    });
    expect(meets(when, action, approvedBefore(200n))).toBe(true);
    expect(meets(when, action, approvedBefore(201n))).toBe(false);
    expect(seen).toEqual([3600, 3600]);
  });
});

describe('a member the action does not tell', () => {
  it('meets no condition', () => {
    expect(meets({ recipients: ['wallet-out'] }, without(action, 'recipientId'))).toBe(false);
    expect(meets({ companies: ['company'] }, without(action, 'companyId'))).toBe(false);
    expect(meets({ companies: [''] }, transferAction('a1', { companyId: '' }))).toBe(false);
    expect(meets({ assets: ['BTC-TESTNET'] }, without(action, 'asset'))).toBe(false);
    expect(meets({ actionTypes: ['ApproveTransfer'] }, transferAction('a1', {}, { type: '' }))).toBe(false);
    expect(meets({ customer: { customer_id: {} } }, action)).toBe(false);
  });
});

describe('lists', () => {
  it('hold the type, the company, the asset and the recipient', () => {
    expect(meets({ actionTypes: ['ApproveTransfer'], companies: ['company'], assets: ['BTC-TESTNET'] }, action)).toBe(
      true,
    );
    expect(meets({ actionTypes: ['ApproveWithdraw'] }, action)).toBe(false);
    expect(meets({ companies: ['other'] }, action)).toBe(false);
    expect(meets({ recipients: ['wallet-out'] }, action)).toBe(true);
    expect(meets({ recipients: ['wallet-other'] }, action)).toBe(false);
  });

  it('hold every recipient that is named, a wallet and an address', () => {
    const both = transferAction('a1', { recipientAddress: 'mzAddress' });
    expect(meets({ recipients: ['wallet-out'] }, both)).toBe(false);
    expect(meets({ recipients: ['wallet-out', 'mzAddress'] }, both)).toBe(true);
  });
});

describe('the time of day', () => {
  const at = (when: RuleConditions['time'], iso: string) =>
    meets({ ...(when && { time: when }) }, action, { nowMs: Date.parse(iso) });
  const office = { zone: 'Europe/Zurich', from: '08:00', to: '18:00' } as const;

  it('is told by the clocks of the zone, in winter and in summer', () => {
    expect(at(office, '2026-01-07T07:00:00Z')).toBe(true);
    expect(at(office, '2026-01-07T06:59:59Z')).toBe(false);
    expect(at(office, '2026-07-08T06:00:00Z')).toBe(true);
    expect(at(office, '2026-07-08T16:00:00Z')).toBe(false);
    expect(at(office, '2026-07-08T15:59:59Z')).toBe(true);
  });

  it('goes by what the clocks show when they change: an hour that is left out, and one that comes twice', () => {
    const early = { zone: 'Europe/Zurich', from: '02:00', to: '03:30' } as const;
    expect(at(early, '2026-03-29T00:59:59Z')).toBe(false);
    expect(at(early, '2026-03-29T01:00:00Z')).toBe(true);
    expect(at(early, '2026-03-29T01:30:00Z')).toBe(false);
    for (const iso of [
      '2026-10-25T00:00:00Z',
      '2026-10-25T00:59:59Z',
      '2026-10-25T01:00:00Z',
      '2026-10-25T02:29:59Z',
    ]) {
      expect(at(early, iso), iso).toBe(true);
    }
    expect(at(early, '2026-10-24T23:59:59Z')).toBe(false);
    expect(at(early, '2026-10-25T02:30:00Z')).toBe(false);
    const night = { zone: 'Europe/Zurich', from: '22:00', to: '02:30', days: ['sat' as const] };
    expect(at(night, '2026-10-25T01:29:59Z')).toBe(true);
    expect(at(night, '2026-10-25T01:30:00Z')).toBe(false);
  });

  it('ends a span at midnight with the day', () => {
    const evening = { zone: 'UTC', from: '18:00', to: '00:00', days: ['fri' as const] };
    expect(at(evening, '2026-01-09T23:59:59Z')).toBe(true);
    expect(at(evening, '2026-01-10T00:00:00Z')).toBe(false);
    expect(at(evening, '2026-01-09T00:00:00Z')).toBe(false);
  });

  it('counts the days on which a span over midnight starts', () => {
    const night = { zone: 'UTC', from: '22:00', to: '06:00', days: ['fri' as const] };
    expect(at(night, '2026-01-09T22:00:00Z')).toBe(true);
    expect(at(night, '2026-01-10T05:59:00Z')).toBe(true);
    expect(at(night, '2026-01-10T06:00:00Z')).toBe(false);
    expect(at(night, '2026-01-10T22:00:00Z')).toBe(false);
    expect(at(night, '2026-01-09T05:00:00Z')).toBe(false);
  });

  it('reads midnight as the start of a day', () => {
    expect(at({ zone: 'UTC', from: '00:00', to: '00:01', days: ['thu'] }, '2026-01-08T00:00:30Z')).toBe(true);
  });
});

describe('the connection of a wallet', () => {
  const connect: ActionDetails = {
    ...action,
    type: 'ApproveNewWalletConnect',
    details: {
      wallet: { walletId: 'w', name: 'Trading', asset: 'BTC-TESTNET', type: 1, typeCode: 'dedicated' },
      clientData: { customer_id: 'C-4471', customer_email: 'ana@tern.example', level: 3, empty: '', none: null },
      raw: {},
    },
  };
  const connectOf = (clientData: Record<string, unknown>): ActionDetails => ({
    ...connect,
    details: { ...connect.details, clientData },
  });

  it('is decided by the customer data', () => {
    expect(meets({ customer: { customer_id: { oneOf: ['C-4471', 'C-1'] } } }, connect)).toBe(true);
    expect(meets({ customer: { customer_id: { oneOf: ['C-1'] } } }, connect)).toBe(false);
    expect(
      meets(
        { customer: { customer_id: { startsWith: 'C-' }, customer_email: { endsWith: '@tern.example' } } },
        connect,
      ),
    ).toBe(true);
    expect(meets({ customer: { customer_email: { endsWith: '@heron.example' } } }, connect)).toBe(false);
    expect(meets({ customer: { level: { oneOf: ['3'] } } }, connect)).toBe(true);
    expect(meets({ customer: { empty: {} } }, connect)).toBe(false);
    expect(meets({ customer: { toString: {} } }, connect)).toBe(false);
  });

  const whole = { customer_email: `${'a'.repeat(242)}@tern.example`, ['f'.repeat(255)]: 'x' };
  const junk = (fields: number) =>
    Object.fromEntries(Array.from({ length: fields }, (_, place) => [`junk${place}`, 1]));
  const cut: [string, Record<string, unknown>][] = [
    ['a value', { customer_email: `${'a'.repeat(243)}@tern.example.evil.example` }],
    ['a field name', { customer_email: 'ana@tern.example', ['f'.repeat(256)]: 'x' }],
    ['the number of fields', { customer_email: 'ana@tern.example', ...junk(32) }],
    ['a list', { customer_email: 'ana@tern.example', customer_country: ['KP'] }],
    ['an object', { customer_email: 'ana@tern.example', customer_country: { code: 'KP' } }],
  ];

  it('is not approved by any rule when its customer data had to be cut', () => {
    const tern: RuleConditions = { customer: { customer_email: { endsWith: '@tern.example' } } };
    expect(meets(tern, connectOf(whole))).toBe(true);
    expect(meets(tern, connectOf({ customer_email: 'ana@tern.example', ...junk(31) }))).toBe(true);
    for (const [what, clientData] of cut) {
      const facts = factsOf(connectOf(clientData));
      expect(facts.customerCut, what).toBe(true);
      for (const when of [tern, {}, { assets: ['BTC-TESTNET'] }]) {
        const { decision } = decide([{ name: 'r', decide: 'approve', when }], facts, around);
        expect(decision, what).toBe('leave');
      }
    }
  });

  it('is left to a person when what a rule would reject it for may be in what was cut', () => {
    const rules: ApprovalRule[] = [
      { name: 'embargo', decide: 'reject', when: { customer: { customer_country: { oneOf: ['KP'] } } } },
      { name: 'all others', decide: 'approve', when: { actionTypes: ['ApproveNewWalletConnect'] } },
    ];
    const decided = (clientData: Record<string, unknown>) => decide(rules, factsOf(connectOf(clientData)), around);
    expect(decided({ customer_country: 'PT' }).decision).toBe('approve');
    expect(decided({ customer_country: 'KP', ...junk(40) }).decision).toBe('reject');
    expect(decided({ ...junk(40), customer_country: 'KP' })).toMatchObject({
      decision: 'leave',
      rule: { name: 'all others' },
      why: 'there is more customer data than a rule can see',
      again: false,
      looked: [{ why: 'customer data: customer_country is not in what is seen' }, { is: 'met' }],
    });
    for (const [what, clientData] of cut) expect(decided(clientData).decision, what).toBe('leave');
  });

  it('is not rejected for the end of a value that was cut there, and is for its beginning', () => {
    const long = connectOf({ customer_email: `${'a'.repeat(243)}@evil.example.tern.example` });
    const decided = (wanted: object) => {
      const rule: ApprovalRule = { name: 'r', decide: 'reject', when: { customer: { customer_email: wanted } } };
      return decide([rule], factsOf(long), around);
    };
    expect(decided({ endsWith: '@evil.example' })).toMatchObject({
      decision: 'leave',
      looked: [{ why: 'customer data: the end of customer_email was cut off' }],
    });
    expect(decided({ startsWith: 'aaa' }).decision).toBe('reject');
    expect(decided({}).decision).toBe('reject');
  });

  it('is never taken for a movement', () => {
    expect(meets({ assets: ['BTC-TESTNET'] }, connect)).toBe(true);
    expect(meets({ matchesInstruction: true }, connect)).toBe(false);
    expect(meets({ assets: ['BTC-TESTNET'], amount: { max: '1' } }, connect)).toBe(false);
  });
});

describe('a rule that asks whether the action is ours', () => {
  const rules: ApprovalRule[] = [
    { name: 'ours', decide: 'approve', when: { matchesInstruction: true, assets: ['BTC-TESTNET'] } },
    { name: 'rest', decide: 'reject', when: {} },
  ];
  const askedAtMs = (startMs / 1000 - 5) * 1000;
  const at = (nowMs: number) => decide(rules, factsOf(action), { ...around, nowMs, match: { is: 'unknown' } }).decision;

  it('keeps the later rules waiting while our record may still come, and no longer', () => {
    expect(at(askedAtMs + graceMs - 1)).toBe('leave');
    expect(at(askedAtMs + graceMs)).toBe('reject');
  });

  it('keeps nothing waiting that another of its conditions excludes', () => {
    const eth = factsOf(transferAction('a1', { asset: 'ETH-TESTNET' }));
    expect(decide(rules, eth, { ...around, match: { is: 'unknown' } }).decision).toBe('reject');
  });

  it('waits for good when the action does not say how old it is', () => {
    const ageless = factsOf(transferAction('a1', {}, { timestampSeconds: 0 }));
    const nowMs = startMs + 10 * graceMs;
    expect(decide(rules, ageless, { ...around, nowMs, match: { is: 'unknown' } }).decision).toBe('leave');
  });
});
