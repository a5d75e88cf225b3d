import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runApprovalsCommand } from '../../cli/approvals/main.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

let folder: string;
beforeAll(() => {
  folder = temporaryFolder();
});

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function run(...args: string[]): { code: number; out: string; err: string } {
  const out: string[] = [];
  const err: string[] = [];
  const io = { out: (line: string) => out.push(line), err: (line: string) => err.push(line) };
  const code = runApprovalsCommand(args, io as never, () => Date.parse('2026-01-07T10:00:00Z'));
  return { code, out: out.join('\n'), err: err.join('\n') };
}

const rules = (...list: unknown[]) => ({ approvals: [{ coreClientId: 'core', client: 'desk', rules: list }] });
const capped = {
  name: 'capped',
  decide: 'approve',
  when: { assets: ['BTC-TESTNET'], total: { max: '1700', windowSeconds: 3600 } },
};

function action(id: string, details: object = {}, rest: object = {}) {
  return {
    id,
    coreClientID: 'core',
    type: 'ApproveTransfer',
    status: 'pending',
    timestamp: Date.parse('2026-01-07T09:59:00Z') / 1000,
    expireTime: 1_900_000_000,
    details: {
      txType: 'transferOut',
      txID: `tx-${id}`,
      walletID: 'wallet',
      asset: 'BTC-TESTNET',
      amount: 801,
      fees: 1,
      netAmount: 800,
      reference: 'inv-1',
      recipientID: 'out',
      ...details,
    },
    ...rest,
  };
}

describe('npm run approvals', () => {
  it('shows what would be decided, in order, with totals and reasons', () => {
    const actions = file('actions.json', { actions: [action('a'), action('b'), action('c')] });
    const { code, out } = run('--rules', file('rules.json', rules(capped)), '--actions', actions, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject([
      { actionId: 'a', decision: 'approve', rule: 'capped' },
      { actionId: 'b', decision: 'approve', facts: { netAmount: '800' } },
      { actionId: 'c', decision: 'leave', why: 'no rule applies', looked: [{ why: expect.stringContaining('2400') }] },
    ]);
  });

  it('prints tables for people', () => {
    const actions = file('one.json', action('a', { asset: 'ETH-TESTNET' }));
    const { out } = run('--rules', file('rules.json', rules(capped)), '--actions', actions);
    expect(out).toMatch(/^action +type +asset +net amount +decision +why\n/);
    expect(out).toContain('capped  does not apply  asset: ETH-TESTNET is not in the list');
  });

  it('says the whole of why an action is not ours', () => {
    const ours = { name: 'ours', decide: 'approve', when: { matchesInstruction: true } };
    const record = {
      ...{ id: 'i1', kind: 'transfer', state: 'pending', walletId: 'another', asset: 'BTC-TESTNET', txId: 'tx-a' },
      ...{ companyId: 'company', fundId: 'fund', counterpartyWalletId: 'another', amount: '801', reference: 'other' },
    };
    const args = ['--rules', file('rules.json', rules(ours)), '--actions', file('one.json', action('a'))];
    args.push('--instructions', file('instructions.json', { instructions: [record] }));
    const [decided] = JSON.parse(run(...args, '--json').out) as { why: string; looked: { why: string }[] }[];
    expect(decided?.looked[0]?.why.length).toBeGreaterThan(60);
    expect(run(...args).out).toContain(decided?.looked[0]?.why);
    expect(run(...args).out).toContain(decided?.why);
  });

  it('matches actions to our records, each transaction once', () => {
    const ours = { name: 'ours', decide: 'approve', when: { matchesInstruction: true } };
    const record = {
      id: 'i1',
      kind: 'transfer',
      state: 'pending',
      walletId: 'wallet',
      asset: 'BTC-TESTNET',
      companyId: 'company',
      fundId: 'fund',
      counterpartyWalletId: 'out',
      amount: '800',
      reference: 'inv-1',
      txId: 'tx-a',
    };
    const actions = file('two.json', [action('a'), action('b', { txID: 'tx-a' }), action('c')]);
    const instructions = file('instructions.json', { instructions: [record] });
    const shared = ['--rules', file('rules.json', rules(ours)), '--actions', actions, '--json'];
    const decisions = (text: string) => (JSON.parse(text) as { decision: string }[]).map(({ decision }) => decision);
    expect(decisions(run(...shared, '--instructions', instructions).out)).toEqual(['approve', 'leave', 'leave']);
    expect(decisions(run(...shared).out)).toEqual(['leave', 'leave', 'leave']);
  });

  it('says why no rule approves a customer whose data is too long to be seen whole', () => {
    const tern = {
      name: 'tern',
      decide: 'approve',
      when: { customer: { customer_email: { endsWith: '@tern.example' } } },
    };
    const others = { name: 'others', decide: 'approve', when: { actionTypes: ['ApproveNewWalletConnect'] } };
    const connection = action('a', {}, { type: 'ApproveNewWalletConnect' });
    const clientData = { customer_email: `${'a'.repeat(243)}@tern.example.evil.example` };
    const actions = file('connection.json', {
      ...connection,
      details: { clientData, wallet: { asset: 'BTC-TESTNET' } },
    });
    const args = ['--rules', file('rules.json', rules(tern, others)), '--actions', actions];
    expect(JSON.parse(run(...args, '--json').out)).toMatchObject([
      {
        decision: 'leave',
        rule: 'others',
        why: 'there is more customer data than a rule can see',
        facts: { customerCut: true },
        looked: [{ rule: 'tern', why: 'customer data: the end of customer_email was cut off' }, { is: 'met' }],
      },
    ]);
    expect(run(...args).out).toContain('there is more customer data than a rule can see');
  });

  it('decides at the moment that is given', () => {
    const office = { name: 'office', decide: 'reject', when: { time: { zone: 'UTC', from: '08:00', to: '09:00' } } };
    const args = ['--rules', file('rules.json', rules(office)), '--actions', file('one.json', action('a')), '--json'];
    expect(JSON.parse(run(...args).out)).toMatchObject([{ decision: 'leave' }]);
    expect(JSON.parse(run(...args, '--at', '2026-01-07T08:30:00Z').out)).toMatchObject([{ decision: 'reject' }]);
  });

  it('names every problem of rules that cannot be used, and decides nothing', () => {
    const bad = { name: 'bad', decide: 'approve', when: { assets: ['BTC'], amount: { min: '2', max: '1' } } };
    const actions = file('one.json', action('a'));
    const contradictory = run('--rules', file('bad.json', rules(bad)), '--actions', actions);
    expect(contradictory).toMatchObject({ code: 2, out: '' });
    expect(contradictory.err).toContain('approvals[0].rules[0].when.amount: can never match: min is above max');
    const typo = run(
      '--rules',
      file('typo.json', rules({ name: 'x', decide: 'approve', when: { asset: [] } })),
      '--actions',
      actions,
    );
    expect(typo.err).toContain('approvals[0].rules[0].when.asset: unknown key');
    expect(run('--rules', file('text.json', '{'), '--actions', actions)).toMatchObject({ code: 2, out: '' });
  });

  it('refuses rules in which a member stands twice: the last one would widen the first in silence', () => {
    const text = JSON.stringify(rules({ name: 'ours', decide: 'approve', when: { matchesInstruction: true } }));
    const twice = text.replace('"when"', '"when":{"assets":["BTC-TESTNET"]},"when"');
    const { code, out, err } = run('--rules', file('twice.json', twice), '--actions', file('one.json', action('a')));
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('error: approvals[0].rules[0].when: stands twice: only the last would count');
  });

  it('says what is wrong with how it was called', () => {
    const actions = file('one.json', action('a', {}, { coreClientID: 'another' }));
    const good = file('rules.json', rules(capped));
    expect(run('--rules', good).err).toContain('--actions is missing');
    expect(run('--rules', good, '--actions', actions).err).toContain('no rules for another');
    expect(run('--rules', good, '--actions', actions, '--at', 'noon').err).toContain('--at is no moment');
    expect(run('--rules', good, '--actions', file('id.json', [{}])).err).toContain('action 0');
    expect(run('--frob').code).toBe(2);
  });
});
