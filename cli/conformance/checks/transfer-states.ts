import { ok, refused } from '../answers.ts';
import { check } from '../check.ts';
import { balanceOf, btc, type Desk, sendableFrom, walletOf } from '../desks.ts';
import { about, equal, matches } from '../expect.ts';
import type { Json } from '../raw-client.ts';
import { mayLeave } from '../shapes.ts';
import { startTransfer } from '../transfers.ts';
import { actionOf, readTransaction, vote } from '../votes.ts';

/** How a transaction stands: status, approvals, and what is said of its approvers, in the order of the desk's voters. */
async function standing(desk: Desk, txId: string): Promise<unknown[]> {
  const { txStatus, approvedCount, status } = await readTransaction(desk, txId);
  const entryOf = (voter: string): Json => status.find((entry: Json) => entry.userID === voter);
  const words = desk.voters.map((voter) => entryOf(voter)?.status);
  return [txStatus, approvedCount, status.length === 0 ? [] : words];
}

/** Nothing moved and nothing is held. */
async function isUntouched(desk: Desk): Promise<void> {
  equal([await balanceOf(desk, 0), await balanceOf(desk, 1)], [5_000_000, 0], 'balances');
  equal(await sendableFrom(desk), mayLeave(5_000_000), 'what can be sent');
}

/** The states of reference 6.1 to 6.3, seen through operation 25. */
export const transferStateChecks = [
  check(
    '25',
    'becomes approved by the last approval the threshold needs, and closes the other actions as expired',
    async (api) => {
      const desk = await api.desks.open({ voters: 3, threshold: 2 });
      const txId = await startTransfer(desk, 1000);
      equal(await standing(desk, txId), ['pending', 0, ['pending', 'pending', 'pending']], 'at first');
      await vote(desk, txId, desk.voters[2]);
      equal(await standing(desk, txId), ['pending', 1, ['pending', 'pending', 'approved']], 'after one vote');
      await vote(desk, txId, desk.voters[0]);
      equal(await standing(desk, txId), ['approved', 2, ['approved', 'expired', 'approved']], 'at the threshold');
      const { thresholdRequired, status } = await readTransaction(desk, txId);
      equal(thresholdRequired, 2, 'thresholdRequired');
      const closed = status.find((entry: Json) => entry.userID === desk.voters[1]);
      matches(closed.timestamp, about(api.now));
      equal(await balanceOf(desk), 4_998_999, 'balance: 5,000,000 − 1000 − 1');
    },
  ),
  check(
    '25',
    'becomes custody_rejected as soon as the threshold cannot be reached, and gives the hold back',
    async (api) => {
      const desk = await api.desks.open({ voters: 3, threshold: 2 });
      const txId = await startTransfer(desk, 1000);
      await vote(desk, txId, desk.voters[0], 'reject');
      equal(await standing(desk, txId), ['pending', 0, ['rejected', 'pending', 'pending']], 'after one rejection');
      await vote(desk, txId, desk.voters[1], 'reject');
      equal(await standing(desk, txId), ['custody_rejected', 0, ['rejected', 'rejected', 'expired']], 'after two');
      await isUntouched(desk);
    },
  ),
  check(
    '25',
    'counts approvals although somebody has rejected, while the threshold can still be reached',
    async (api) => {
      const desk = await api.desks.open({ voters: 3, threshold: 2 });
      const txId = await startTransfer(desk, 1000);
      await vote(desk, txId, desk.voters[0], 'reject');
      await vote(desk, txId, desk.voters[1]);
      await vote(desk, txId, desk.voters[2]);
      equal(await standing(desk, txId), ['approved', 2, ['rejected', 'approved', 'approved']], 'standing');
    },
  ),
  check('25', 'becomes expired at its expiry, and gives the hold back', async (api) => {
    const desk = await api.desks.open();
    const expires = api.now + 60;
    const txId = await startTransfer(desk, 1000, { expires });
    const action = await actionOf(desk, txId, desk.voters[0] as string);
    await api.control.advance(61);
    equal(await standing(desk, txId), ['expired', 0, ['expired']], 'standing');
    await isUntouched(desk);
    refused(await api.client.put(`/coreclient/${desk.voters[0]}/action/${action}`), 400, 'action not pending');
    equal((await standing(desk, txId))[0], 'expired', 'txStatus stays');
  }),
  check('25', 'becomes chain_rejected when the chain refuses, and gives the hold back', async (api) => {
    const desk = await api.desks.open();
    const txId = await startTransfer(desk, 1000);
    await api.control.refuseNextSettlement(walletOf(desk, 0).id);
    await vote(desk, txId, desk.voters[0]);
    equal((await standing(desk, txId))[0], 'chain_rejected', 'txStatus');
    await isUntouched(desk);
    equal(await api.control.isBalanced(), true, 'the books balance');
  }),
  check('25', 'stays pending without a policy, until it expires', async (api) => {
    const desk = await api.desks.open({ policies: false });
    const txId = await startTransfer(desk, 1000, { expires: api.now + 60 });
    equal(await standing(desk, txId), ['pending', 0, []], 'standing');
    await api.control.advance(61);
    equal(await standing(desk, txId), ['expired', 0, []], 'standing after its expiry');
    await isUntouched(desk);
  }),
  check('24', 'waits for the core client of authorize_id before its custodians are asked', async (api) => {
    const desk = await api.desks.open();
    const initiator = await api.desks.coreClient();
    const txId = await startTransfer(desk, 1000, { authorize_id: initiator });
    const before = await readTransaction(desk, txId);
    equal([before.txStatus, before.initiatorAuthorized], ['pending_initiate', false], 'before');
    equal(ok(await api.client.get(`/coreclient/${desk.voters[0]}/actions`)).count, 0, 'actions of the custodian');
    const { actions } = ok(await api.client.get(`/coreclient/${initiator}/actions`));
    equal([actions.length, actions[0]?.type], [1, 'ApproveTransfer'], 'actions of the initiator');
    const path = `/coreclient/${initiator}/action/${actions[0].id}`;
    equal(ok(await api.client.get(path)).details.stage, 'initiator', 'details.stage');
    ok(await api.client.put(path));
    const after = await readTransaction(desk, txId);
    equal([after.txStatus, after.initiatorAuthorized, after.approvedCount], ['pending', true, 0], 'after');
    await vote(desk, txId, desk.voters[0]);
    equal((await readTransaction(desk, txId)).txStatus, 'approved', 'txStatus');
  }),
  check('24', 'becomes initiate_rejected when that core client refuses', async (api) => {
    const desk = await api.desks.open();
    const initiator = await api.desks.coreClient();
    const txId = await startTransfer(desk, 1000, { authorize_id: initiator });
    const { actions } = ok(await api.client.get(`/coreclient/${initiator}/actions`));
    ok(await api.client.delete(`/coreclient/${initiator}/action/${actions[0].id}`));
    const { txStatus, initiatorAuthorized } = await readTransaction(desk, txId);
    equal([txStatus, initiatorAuthorized], ['initiate_rejected', false], 'standing');
    await isUntouched(desk);
  }),
  check('24', 'uses the policy of the wallet that sends, if it has one of its own', async (api) => {
    const desk = await api.desks.open({ voters: 2, threshold: 2, balances: [[btc, 0]] });
    const custodygroup_tx = { threshold: 1, members: [desk.voters[1]] };
    const wanted = { wallets: [{ name: 'Own', asset: btc, custodygroup_tx }] };
    const { wallets } = ok(await api.client.post(`${desk.fundPath}/wallet`, wanted));
    await api.control.deposit(wallets[0], 10_000);
    const own = { wallet_id: wallets[0], counterparty_wallet_address: walletOf(desk, 0).id };
    const { tx_id } = ok(
      await api.client.post(`/company/${desk.companyId}/transfer`, {
        ...own,
        expires: api.now + 60,
        send: { symbol: btc, amount: 1000 },
      }),
    );
    const { status, thresholdRequired } = await readTransaction(desk, tx_id);
    equal([thresholdRequired, status.length, status[0].userID], [1, 1, desk.voters[1]], 'custody');
  }),
];
