import { invalid, missing, ok, okFrame, okWith, refused } from '../answers.ts';
import type { Api } from '../api.ts';
import { check } from '../check.ts';
import { btc, type Desk, walletOf } from '../desks.ts';
import { about, atLeast, equal, matches } from '../expect.ts';
import type { Json } from '../raw-client.ts';
import { startTransfer } from '../transfers.ts';
import { readTransaction, vote } from '../votes.ts';

/** A desk with one approver, and a second core client that is a trusted party but has no vote yet. */
async function withCandidate(api: Api, voters = 1) {
  const desk = await api.desks.open({
    voters,
    threshold: voters,
    balances: [
      [btc, 0],
      [btc, 0],
    ],
  });
  const candidate = await api.desks.coreClient();
  await api.desks.enlist(desk.companyId, candidate);
  return { desk, candidate };
}

/** The two members of a wallet's policy that checks look at most. */
async function policies(desk: Desk, index = 0): Promise<{ tx: Json; withdraw: Json }> {
  const { policy_tx, policy_withdraw } = ok(await desk.client.get(`/wallet/${walletOf(desk, index).id}`));
  return { tx: policy_tx, withdraw: policy_withdraw };
}

const membersOf = (policy: Json): string[] => policy.members.map((one: Json) => one.entity.id);

async function put(desk: Desk, more: object, wallet = walletOf(desk, 0).id) {
  const body = { policy_id: desk.txPolicyId, threshold: 1, members: desk.voters, type: 'policy-tx', ...more };
  return desk.client.put(`${desk.fundPath}/wallet/${wallet}/policy`, body);
}

/** The only pending action of a core client, decided. */
async function decideOnly(desk: Desk, voter: string | undefined, isApproved: boolean): Promise<void> {
  const { actions } = ok(await desk.client.get(`/coreclient/${voter}/actions`));
  equal(actions.length, 1, 'pending actions');
  const path = `/coreclient/${voter}/action/${actions[0].id}`;
  ok(await (isApproved ? desk.client.put(path) : desk.client.delete(path)));
}

/** 53: changing the policy of a wallet under the custody of the current one. */
export const walletPolicyChecks = [
  check('53', 'waits for the current policy, locked until then', async (api) => {
    const { desk, candidate } = await withCandidate(api);
    okWith(await put(desk, { members: [...desk.voters, candidate] }), okFrame);
    const { tx } = await policies(desk);
    equal(
      [tx.threshold, membersOf(tx), tx.locked, tx.lockedTxID !== ''],
      [1, desk.voters, true, true],
      'before the vote',
    );
    await decideOnly(desk, desk.voters[0], true);
    const after = (await policies(desk)).tx;
    equal([after.threshold, membersOf(after)], [1, [...desk.voters, candidate]], 'after the vote');
    equal([after.locked, after.lockedTxID], [false, ''], 'lock after the vote');
  }),
  check(
    '53',
    'gives a wallet that inherited its policy one of its own; fund and other wallets keep theirs',
    async (api) => {
      const { desk, candidate } = await withCandidate(api);
      ok(await put(desk, { members: [candidate] }));
      await decideOnly(desk, desk.voters[0], true);
      const own = (await policies(desk)).tx;
      equal([own.id === desk.txPolicyId, membersOf(own)], [false, [candidate]], 'policy of the wallet');
      const fund = ok(await api.client.get(desk.fundPath));
      equal([fund.custodygroup_tx, membersOf(fund.policy_tx)], [desk.txPolicyId, desk.voters], 'policy of the fund');
      equal(membersOf((await policies(desk, 1)).tx), desk.voters, 'policy of the other wallet');
      equal(membersOf((await policies(desk)).withdraw), desk.voters, 'withdraw policy of the wallet');
    },
  ),
  check('53', 'changes an own policy in place, and needs its present id', async (api) => {
    const { desk, candidate } = await withCandidate(api);
    ok(await put(desk, { members: [candidate] }));
    await decideOnly(desk, desk.voters[0], true);
    const { id } = (await policies(desk)).tx;
    equal((await put(desk, {})).status >= 400, true, 'the former policy id is refused');
    okWith(await put(desk, { policy_id: id, members: [candidate, ...desk.voters], threshold: 2 }), okFrame);
    await decideOnly(desk, candidate, true);
    const { tx } = await policies(desk);
    equal([tx.id, tx.threshold, tx.membersCount], [id, 2, 2], 'changed in place');
  }),
  check('53', 'changes the withdraw policy under either of its names', async (api) => {
    for (const type of ['policy-withdraw', 'policy-withdrawal']) {
      const { desk, candidate } = await withCandidate(api);
      okWith(await put(desk, { type, policy_id: desk.withdrawPolicyId, members: [candidate] }), okFrame);
      await decideOnly(desk, desk.voters[0], true);
      const { tx, withdraw } = await policies(desk);
      equal([membersOf(withdraw), membersOf(tx)], [[candidate], desk.voters], type);
    }
  }),
  check('53', 'needs the threshold of the current policy', async (api) => {
    const { desk, candidate } = await withCandidate(api, 2);
    ok(await put(desk, { members: [candidate] }));
    await decideOnly(desk, desk.voters[0], true);
    equal(membersOf((await policies(desk)).tx), desk.voters, 'after one of two');
    await decideOnly(desk, desk.voters[1], true);
    equal(membersOf((await policies(desk)).tx), [candidate], 'after two of two');
  }),
  check('53', 'changes nothing when refused, or after 24 hours; either way it is unlocked', async (api) => {
    const { desk, candidate } = await withCandidate(api);
    ok(await put(desk, { members: [candidate] }));
    await decideOnly(desk, desk.voters[0], false);
    const { tx } = await policies(desk);
    equal([tx.id, tx.locked, membersOf(tx)], [desk.txPolicyId, false, desk.voters], 'after a rejection');
    ok(await put(desk, { members: [candidate] }));
    await api.control.advance(86_401);
    const late = (await policies(desk)).tx;
    equal([late.id, late.locked, membersOf(late)], [desk.txPolicyId, false, desk.voters], 'after 24 hours');
  }),
  check('53', 'refuses a second change while one is open: 400', async (api) => {
    const { desk, candidate } = await withCandidate(api);
    ok(await put(desk, { members: [candidate] }));
    equal((await put(desk, { members: [...desk.voters, candidate] })).status, 400, 'status');
  }),
  check('53', 'asks the members with an action of its own type', async (api) => {
    const { desk, candidate } = await withCandidate(api);
    ok(await put(desk, { members: [candidate, ...desk.voters], threshold: 2 }));
    const { actions } = ok(await api.client.get(`/coreclient/${desk.voters[0]}/actions`));
    const action = ok(await api.client.get(`/coreclient/${desk.voters[0]}/action/${actions[0]?.id}`));
    equal(action.type, 'ApproveUpdatePolicy', 'type');
    matches(action.expireTime, about(api.now + 86_400));
    const wanted = {
      policyID: desk.txPolicyId,
      policyType: 'policy-tx',
      threshold: 2,
      members: [candidate, ...desk.voters],
    };
    matches(action.details, atLeast(wanted), 'details');
  }),
  check('53', 'leaves transactions that are open with the policy they began with', async (api) => {
    const desk = await api.desks.open();
    const candidate = await api.desks.coreClient();
    await api.desks.enlist(desk.companyId, candidate);
    const txId = await startTransfer(desk, 1000);
    ok(await put(desk, { members: [candidate] }));
    const { actions } = ok(await api.client.get(`/coreclient/${desk.voters[0]}/actions`));
    const change = actions.find((one: Json) => one.type !== 'ApproveTransfer');
    ok(await api.client.put(`/coreclient/${desk.voters[0]}/action/${change?.id}`));
    const { status } = await readTransaction(desk, txId);
    equal(
      status.map((one: Json) => one.userID),
      desk.voters,
      'approvers of the open transfer',
    );
    await vote(desk, txId, desk.voters[0]);
    equal((await readTransaction(desk, txId)).txStatus, 'approved', 'txStatus');
    const next = await readTransaction(desk, await startTransfer(desk, 1000));
    equal(
      next.status.map((one: Json) => one.userID),
      [candidate],
      'approvers of the next one',
    );
  }),
  check('53', 'names what is missing or wrong', async (api) => {
    const { desk } = await withCandidate(api);
    for (const name of ['policy_id', 'threshold', 'members', 'type']) {
      missing(await put(desk, { [name]: undefined }), name);
      invalid(await put(desk, { [name]: {} }), name);
    }
    invalid(await put(desk, { type: 'policy-gift' }), 'type');
    invalid(await put(desk, { members: [5] }), 'members');
    refused(await put(desk, { threshold: 2 }), 400, 'invalid threshold');
    refused(await put(desk, { threshold: 0 }), 400, 'invalid threshold');
    refused(await put(desk, { members: [await api.desks.coreClient()] }), 400, 'unknown member');
  }),
  check('53', 'knows wallets of the fund only, by id or short code: 404 wallet', async (api) => {
    const { desk } = await withCandidate(api);
    const other = walletOf(await api.desks.empty(), 0).id;
    refused(await put(desk, {}, other), 404, 'wallet');
    refused(await put(desk, {}, 'nobody'), 404, 'wallet');
    const stranger = (await api.stranger()).client;
    const path = `${desk.fundPath}/wallet/${walletOf(desk, 0).id}/policy`;
    refused(await stranger.put(path, {}), 404, 'company');
    okWith(await put(desk, {}, encodeURIComponent(walletOf(desk, 0).code)), okFrame);
  }),
  check('53', 'takes POST as well (K14)', async (api) => {
    const { desk, candidate } = await withCandidate(api);
    const body = { policy_id: desk.txPolicyId, threshold: 1, members: [candidate], type: 'policy-tx' };
    okWith(await api.client.post(`${desk.fundPath}/wallet/${walletOf(desk, 0).id}/policy`, body), okFrame);
  }),
];
