import { describe, expect, it } from 'vitest';
import { type ApprovalRule, approvals, type RuleConditions } from '../../../../lib/platform/config/approvals.ts';
import { checkDocument } from '../../../../lib/platform/config/parse.ts';

function problemsOf(...rules: ApprovalRule[]): string[] {
  return approvals
    .check([{ coreClientId: 'core', client: 'desk', rules }])
    .map(({ path, message, severity }) => `${severity} ${path}: ${message}`);
}

const rule = (name: string, when: RuleConditions, decide: ApprovalRule['decide'] = 'approve'): ApprovalRule => ({
  name,
  decide,
  when,
});
const btc = { assets: ['BTC'] };

describe('approval rules', () => {
  it('have no problems when each can decide something', () => {
    expect(
      problemsOf(
        rule('ours', { actionTypes: ['ApproveTransfer'], matchesInstruction: true }),
        rule('small', { ...btc, amount: { max: '100' }, total: { max: '1000', windowSeconds: 3600 } }),
        rule('office', { ...btc, recipients: ['w'], time: { zone: 'Europe/Zurich', from: '08:00', to: '18:00' } }),
        rule('customers', {
          actionTypes: ['ApproveNewWalletConnect'],
          customer: { customer_id: { startsWith: 'C-' } },
        }),
        rule('rest', {}, 'reject'),
      ),
    ).toEqual([]);
  });

  const never: [string, RuleConditions][] = [
    ['when.amount: can never match: min is above max', { ...btc, amount: { min: '2', max: '1' } }],
    ['when.amount.max: can never match: nobody moves nothing', { ...btc, amount: { max: '0' } }],
    ['when.amount: has neither min nor max', { ...btc, amount: {} }],
    [
      'when.total.max: can never match: one amount alone is above it',
      { ...btc, amount: { min: '9' }, total: { max: '8', windowSeconds: 60 } },
    ],
    [
      'when.total.max: can never match: one amount alone is above it',
      { ...btc, total: { max: '0', windowSeconds: 60 } },
    ],
    ['when.amount: needs exactly one asset beside it', { amount: { max: '5' } }],
    [
      'when.total: needs exactly one asset beside it',
      { assets: ['BTC', 'ETH'], total: { max: '5', windowSeconds: 60 } },
    ],
    [
      'when.time.zone: "Europe/Atlantis" is no time zone',
      { ...btc, time: { zone: 'Europe/Atlantis', from: '08:00', to: '09:00' } },
    ],
    ['when.time.zone: "+01:00" is no time zone', { ...btc, time: { zone: '+01:00', from: '08:00', to: '09:00' } }],
    [
      'when.time: can never match: it ends when it starts',
      { ...btc, time: { zone: 'UTC', from: '08:00', to: '08:00' } },
    ],
    ['when.customer: can never match', { actionTypes: ['ApproveTransfer'], customer: { customer_id: {} } }],
    [
      'when.matchesInstruction: can never match',
      { actionTypes: ['ApproveNewWalletConnect'], matchesInstruction: true },
    ],
    ['when: can never match: no type of action tells', { customer: { customer_id: {} }, companies: ['c'] }],
    ['when.companies: can never match', { ...btc, actionTypes: ['ApproveWithdraw'], companies: ['c'] }],
    ['when.companies: can never match', { ...btc, actionTypes: ['ApproveTransfer', 'ApproveSweep'], companies: ['c'] }],
    ['when.recipients: can never match', { actionTypes: ['ApproveSwap'], recipients: ['w'] }],
    ['when.matchesInstruction: can never match', { actionTypes: ['ApproveUpdatePolicy'], matchesInstruction: true }],
    ['when.recipients: can never match', { actionTypes: ['ApproveUpdatePolicy'], recipients: ['w'] }],
    ['when.time.zone: "europe/zurich" is no', { ...btc, time: { zone: 'europe/zurich', from: '08:00', to: '09:00' } }],
    ['when.customer.customer_id: can never match', { customer: { customer_id: { oneOf: ['X-1'], startsWith: 'C-' } } }],
  ];
  it('name every condition that a change of a policy cannot meet', () => {
    const when = {
      actionTypes: ['ApproveUpdatePolicy'],
      ...btc,
      amount: { max: '5' },
      total: { max: '9', windowSeconds: 60 },
    };
    expect(problemsOf(rule('r', when, 'reject'))).toEqual(
      ['assets', 'amount', 'total'].map((name) =>
        expect.stringContaining(`error approvals[0].rules[0].when.${name}: can never match: ApproveUpdatePolicy`),
      ),
    );
  });

  it.each(never)('name a condition that is never met: %s', (problem, when) => {
    expect(problemsOf(rule('r', when, 'reject'))).toEqual([
      expect.stringContaining(`error approvals[0].rules[0].${problem}`),
    ]);
  });

  const shadows: [string, RuleConditions, RuleConditions][] = [
    ['everything', {}, { ...btc }],
    ['the same', { ...btc }, { ...btc }],
    ['a wider list', { assets: ['BTC', 'ETH'] }, { assets: ['ETH'], recipients: ['w'] }],
    ['a wider range', { ...btc, amount: { max: '10' } }, { ...btc, amount: { min: '2', max: '10' } }],
    [
      'a longer day',
      { time: { zone: 'UTC', from: '22:00', to: '06:00' } },
      { time: { zone: 'UTC', from: '23:00', to: '05:00', days: ['sun'] } },
    ],
    [
      'a larger total',
      { ...btc, total: { max: '10', windowSeconds: 60 } },
      { ...btc, total: { max: '9', windowSeconds: 90 } },
    ],
    ['a shorter prefix', { customer: { id: { startsWith: 'C' } } }, { customer: { id: { startsWith: 'C-4' } } }],
    ['a pattern', { customer: { id: { endsWith: '1' } } }, { customer: { id: { oneOf: ['C1', 'D1'] } } }],
  ];
  it.each(shadows)('name a rule that another before it always forestalls: %s', (_name, first, second) => {
    expect(problemsOf(rule('wide', first, 'reject'), rule('narrow', second, 'reject'))).toEqual([
      'error approvals[0].rules[1]: can never match: the rule "wide" before it decides all that it would',
    ]);
  });

  const apart: [string, RuleConditions, RuleConditions][] = [
    ['other assets', { assets: ['BTC'] }, { assets: ['BTC', 'ETH'] }],
    ['a range that sticks out', { ...btc, amount: { max: '10' } }, { ...btc, amount: { max: '11' } }],
    ['no upper end', { ...btc, amount: { max: '10' } }, { ...btc, amount: { min: '5' } }],
    [
      'a minute more',
      { time: { zone: 'UTC', from: '08:00', to: '18:00' } },
      { time: { zone: 'UTC', from: '08:00', to: '18:01' } },
    ],
    [
      'another zone',
      { time: { zone: 'UTC', from: '00:00', to: '23:59' } },
      { time: { zone: 'Europe/Zurich', from: '08:00', to: '09:00' } },
    ],
    [
      'a longer window',
      { ...btc, total: { max: '9', windowSeconds: 90 } },
      { ...btc, total: { max: '9', windowSeconds: 60 } },
    ],
    ['only ours', { matchesInstruction: true }, {}],
    ['no customer data', { customer: {} }, {}],
    ['one value more', { customer: { id: { oneOf: ['C1'] } } }, { customer: { id: { oneOf: ['C1', 'C2'] } } }],
  ];
  it.each(apart)('leave alone a rule that something is left for: %s', (_name, first, second) => {
    expect(problemsOf(rule('a', first, 'reject'), rule('b', second, 'reject'))).toEqual([]);
  });

  it('warn of a rule that approves everything, and of an action type nobody knows', () => {
    expect(problemsOf(rule('r', {}))).toEqual([expect.stringMatching(/^warning .*approves every action/)]);
    expect(problemsOf(rule('r', { actionTypes: ['ApproveTransfer', 'ApproveLoan'] }, 'reject'))).toEqual([
      expect.stringMatching(/^warning .*actionTypes\[1\]: "ApproveLoan" is no action type/),
    ]);
  });

  const careless: [string, RuleConditions][] = [
    ['every action of BTC', btc],
    ['every ApproveTransfer of BTC and ETH', { actionTypes: ['ApproveTransfer'], assets: ['BTC', 'ETH'] }],
    ['every action of BTC', { ...btc, time: { zone: 'UTC', from: '08:00', to: '18:00' } }],
    ['every action of BTC', { ...btc, amount: { min: '1' } }],
    ['every ApproveNewWalletConnect', { actionTypes: ['ApproveNewWalletConnect'], customer: {} }],
    ['every ApproveNewWalletConnect', { actionTypes: ['ApproveNewWalletConnect'], customer: { customer_id: {} } }],
  ];
  it.each(careless)('warn of a rule that approves %s, whoever asks: %j', (what, when) => {
    expect(problemsOf(rule('r', when))).toEqual([
      `warning approvals[0].rules[0]: approves ${what}, whoever asked for it and however much it is`,
    ]);
    expect(problemsOf(rule('r', when, 'reject'))).toEqual([]);
  });

  const careful: RuleConditions[] = [
    { matchesInstruction: true },
    { ...btc, recipients: ['w'] },
    { ...btc, amount: { max: '5' } },
    { ...btc, total: { max: '5', windowSeconds: 60 } },
    { customer: { customer_id: {}, customer_email: { endsWith: '@tern.example' } } },
  ];
  it.each(careful)('do not warn of one that asks who or how much: %j', (when) => {
    expect(problemsOf(rule('r', when))).toEqual([]);
  });

  it('refuse a rule that is about nothing but types nobody knows', () => {
    expect(problemsOf(rule('r', { actionTypes: ['ApproveTransfr', 'ApproveSwep'] }, 'reject'))).toEqual([
      expect.stringMatching(/^error .*actionTypes\[0\]: can never match: "ApproveTransfr" is no action type/),
      expect.stringMatching(/^error .*actionTypes\[1\]: can never match: "ApproveSwep" is no action type/),
    ]);
  });

  it('refuse unknown keys, thresholds out of range and names used twice', () => {
    const parse = (when: unknown) =>
      approvals.schema.safeParse([{ coreClientId: 'c', client: 'd', rules: [{ name: 'r', decide: 'approve', when }] }])
        .success;
    expect(parse({ ...btc, amount: { max: '9223372036854775807' } })).toBe(true);
    expect(parse({ ...btc, amount: { max: '9223372036854775808' } })).toBe(false);
    expect(parse({ ...btc, amount: { max: '-1' } })).toBe(false);
    expect(parse({ ...btc, amount: { max: 1.5 } })).toBe(false);
    expect(parse({ ...btc, total: { max: '1', windowSeconds: 59 } })).toBe(false);
    expect(parse({ ...btc, total: { max: '1', windowSeconds: 31 * 86_400 + 1 } })).toBe(false);
    expect(parse({ asset: ['BTC'] })).toBe(false);
    expect(parse({ matchesInstruction: false })).toBe(false);
    expect(parse({ time: { zone: 'UTC', from: '24:00', to: '08:00' } })).toBe(false);
    expect(problemsOf(rule('r', btc, 'reject'), rule('r', { assets: ['ETH'] }, 'reject'))).toHaveLength(1);
  });

  it('name a client that exists', () => {
    const one = { coreClientId: 'core', client: 'desk', rules: [] };
    expect(approvals.checkWithClients([one], [])).toMatchObject([
      { path: 'approvals[0].client', message: '"desk" is no client' },
    ]);
    const { problems } = checkDocument({ approvals: [one], clients: [] });
    expect(problems).toMatchObject([{ file: 'config/approvals.json', path: 'approvals[0].client' }]);
    const client = { id: 'desk', bindings: [] };
    expect(checkDocument({ approvals: [one], clients: [client] }).problems).toEqual([]);
  });

  it('name companies that some client is bound to', () => {
    const binding = { companyId: 'ours', fundId: 'f', walletId: 'w', asset: 'BTC' };
    const when: RuleConditions = { companies: ['ours', 'nobody'], matchesInstruction: true };
    const one = { coreClientId: 'core', client: 'desk', rules: [rule('r', when)] };
    const { problems } = checkDocument({ approvals: [one], clients: [{ id: 'desk', bindings: [binding] }] });
    expect(problems).toEqual([
      {
        file: 'config/approvals.json',
        path: 'approvals[0].rules[0].when.companies[1]',
        message: '"nobody" is in no binding',
        severity: 'error',
      },
    ]);
  });

  it('stand once for each core client', () => {
    const one = { coreClientId: 'core', client: 'desk', rules: [] };
    expect(approvals.check([one, one])).toMatchObject([{ path: 'approvals[1].coreClientId' }]);
  });
});
