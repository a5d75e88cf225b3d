import { describe, expect, it } from 'vitest';
import { ProvenBench, refused } from './proven-bench.ts';

/** A company of three people of whom two must agree, and a way to change the policy of its first wallet. */
function custodians(options: { threshold?: number } = {}) {
  const bench = new ProvenBench();
  const at = bench.setUp({ voters: 3, threshold: options.threshold ?? 2 });
  const [one, two, three] = at.users as [string, string, string];
  const wallet = (id = at.walletIds[0]) => bench.call('GET', `/wallet/${id}`).body;
  const change = (more: object = {}, id = at.walletIds[0]) =>
    bench.call('PUT', `/company/${at.companyId}/fund/${at.fundId}/wallet/${id}/policy`, {
      policy_id: wallet(id).policy_tx.id,
      threshold: 1,
      members: [three],
      type: 'policy-tx',
      ...more,
    });
  const fundPolicy = () => bench.call('GET', `/company/${at.companyId}/fund/${at.fundId}`).body.policy_tx;
  return { bench, at, one, two, three, wallet, change, fundPolicy };
}

const idsOf = (policy: { members: { entity: { id: string } }[] }) => policy.members.map((member) => member.entity.id);

describe('PUT …/wallet/{wallet_id}/policy', () => {
  it('is decided by the members of now, and until then the policy is as it was, but locked', () => {
    const { bench, at, one, two, three, wallet, change } = custodians();
    const before = wallet();
    expect(change()).toMatchObject({ status: 200, body: { code: 200, msg: 'OK' } });
    const [action] = bench.actionsOf(one);
    const shown = bench.control('GET', `/actions/${action?.id}`).body;
    expect(shown).toMatchObject({
      type: 'ApproveUpdatePolicy',
      expireTime: 1_700_086_400,
      details: { policyID: before.policy_tx.id, policyType: 'policy-tx', threshold: 1, members: [three] },
    });
    expect(wallet().policy_tx).toEqual({ ...before.policy_tx, locked: true, lockedTxID: shown.details.txID });
    expect(wallet().policy_withdraw).toEqual(before.policy_withdraw);
    const { wallets } = bench.call('GET', `/company/${at.companyId}/fund/${at.fundId}`).body;
    expect(wallets).toMatchObject([{ policy_tx: { locked: true } }, { policy_tx: { locked: false } }]);
    bench.approve(one);
    expect(idsOf(wallet().policy_tx)).toEqual([one, two, three]);
    bench.approve(two);
    expect(wallet().policy_tx).toMatchObject({ threshold: 1, membersCount: 1, locked: false, lockedTxID: '' });
    expect(idsOf(wallet().policy_tx)).toEqual([three]);
    expect(bench.actionsOf(three)).toEqual([]);
  });

  it('gives a wallet with an inherited policy its own, with a new id; the fund and its other wallets keep theirs', () => {
    const { bench, at, one, two, wallet, change, fundPolicy } = custodians();
    const inherited = fundPolicy();
    change();
    expect(wallet(at.walletIds[1]).policy_tx.locked).toBe(false);
    expect(fundPolicy().locked).toBe(false);
    for (const voter of [one, two]) bench.approve(voter);
    const own = wallet().policy_tx;
    expect(own.id).not.toBe(inherited.id);
    expect(own.name).toBe('Wallet W0 Tx policy');
    expect(wallet().custodygroup_tx).toBe(own.id);
    expect(wallet(at.walletIds[1]).policy_tx.id).toBe(inherited.id);
    expect(fundPolicy()).toEqual({ ...inherited, walletCount: 1 });
  });

  it('changes a policy of the wallet itself in place, under the custody it has by then', () => {
    const { bench, one, two, three, wallet, change } = custodians();
    change();
    for (const voter of [one, two]) bench.approve(voter);
    const { id } = wallet().policy_tx;
    change({ policy_id: id, threshold: 2, members: [one, two] });
    bench.approve(one);
    expect(wallet().policy_tx).toMatchObject({ threshold: 1, locked: true });
    bench.approve(three);
    expect(wallet().policy_tx).toMatchObject({ id, threshold: 2, membersCount: 2, locked: false });
  });

  it('leaves what is open under the policy it was submitted under', () => {
    const { bench, at, one, two, three, change } = custodians();
    const { tx_id } = bench.transfer(at).body;
    const late = bench.call('POST', '/coreclient', { name: 'desk' }).body.id;
    const waiting = bench.transfer(at, { authorize_id: late }).body.tx_id;
    change();
    const isChange = (action: { id: string }) =>
      bench.control('GET', `/actions/${action.id}`).body.type === 'ApproveUpdatePolicy';
    for (const voter of [one, two]) {
      for (const action of bench.actionsOf(voter).filter(isChange)) bench.control('PUT', `/actions/${action.id}`);
    }
    const read = (id: string) => bench.call('GET', `/company/${at.companyId}/transfer/${id}`).body;
    bench.approve(late);
    // Frozen at submission, though its custodians were asked only now.
    expect(read(waiting)).toMatchObject({
      thresholdRequired: 2,
      status: [{ userID: one }, { userID: two }, { userID: three }],
    });
    bench.approve(one);
    expect(read(tx_id)).toMatchObject({ txStatus: 'pending', thresholdRequired: 2 });
    bench.approve(two);
    expect([read(tx_id).txStatus, read(waiting).txStatus]).toEqual(['approved', 'approved']);
    const fresh = bench.transfer(at).body.tx_id;
    expect(read(fresh)).toMatchObject({ thresholdRequired: 1, status: [{ userID: three }] });
  });

  it('unlocks without changing anything when it is refused, and after a day', () => {
    const { bench, one, two, wallet, change } = custodians();
    const before = wallet();
    change();
    bench.reject(one);
    bench.reject(two);
    expect(wallet()).toEqual(before);
    change();
    bench.wait(86_399);
    expect(change()).toMatchObject(refused(400, 'policy locked'));
    bench.wait(1);
    expect(wallet()).toEqual(before);
    expect(bench.actionsOf(one)).toEqual([]);
    expect(change().status).toBe(200);
  });

  it('changes each kind on its own', () => {
    const { bench, one, two, three, wallet, change } = custodians();
    const before = wallet();
    change();
    const withdraw = {
      policy_id: before.policy_withdraw.id,
      type: 'policy-withdrawal',
      threshold: 2,
      members: [one, three],
    };
    expect(change(withdraw).status).toBe(200);
    expect(wallet()).toMatchObject({ policy_tx: { locked: true }, policy_withdraw: { locked: true } });
    for (const voter of [one, two]) bench.approve(voter);
    expect(wallet()).toMatchObject({ policy_tx: { threshold: 1 }, policy_withdraw: { threshold: 2, membersCount: 2 } });
    expect(change({ ...withdraw, policy_id: wallet().policy_withdraw.id, type: 'policy-withdraw' }).status).toBe(200);
  });

  it.each([
    ['the id of another policy', { policy_id: 'x' }, 'invalid field: policy_id'],
    ['no policy', { policy_id: null }, 'missing field: policy_id'],
    ['another type', { type: 'policy' }, 'invalid field: type'],
    ['a stranger', { members: ['x'] }, 'unknown member'],
    ['an impossible threshold', { threshold: 2 }, 'invalid threshold'],
    ['nobody', { members: [] }, 'invalid field: members'],
  ])('refuses %s', (_name, more, reason) => {
    const { change, wallet } = custodians();
    const before = wallet();
    expect(change(more)).toMatchObject(refused(400, reason));
    expect(wallet()).toEqual(before);
  });

  it('may be asked for by POST, as one page has it', () => {
    const { bench, at, three, wallet } = custodians();
    const body = { policy_id: wallet().policy_tx.id, threshold: 1, members: [three], type: 'policy-tx' };
    const path = `/company/${at.companyId}/fund/${at.fundId}/wallet/${at.walletIds[0]}/policy`;
    expect(bench.call('POST', path, body).status).toBe(200);
    expect(wallet().policy_tx.locked).toBe(true);
  });

  it('finds wallets of the fund in the path only', () => {
    const { bench, at, change } = custodians();
    const other = bench.setUp();
    expect(change({}, other.walletIds[0])).toMatchObject(refused(404, 'wallet'));
    const [own] = bench.call('GET', `/company/${at.companyId}/fund/${at.fundId}`).body.wallets;
    expect(change({}, encodeURIComponent(own.short_code)).status).toBe(200);
  });

  it('cannot change what does not exist: a wallet without any policy', () => {
    const bench = new ProvenBench();
    const at = bench.setUp({ voters: 0 });
    const client = bench.call('POST', '/coreclient', { name: 'bot' }).body.id;
    bench.call('POST', `/company/${at.companyId}/trustedparty`, { address: client });
    const body = { policy_id: 'none', threshold: 1, members: [client], type: 'policy-tx' };
    const path = `/company/${at.companyId}/fund/${at.fundId}/wallet/${at.walletIds[0]}/policy`;
    expect(bench.call('PUT', path, body)).toMatchObject(refused(400, 'invalid field: policy_id'));
  });
});
