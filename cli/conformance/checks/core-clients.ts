import { invalid, missing, ok, okFrame, okWith, refused } from '../answers.ts';
import { check } from '../check.ts';
import { balanceOf, btc, walletOf } from '../desks.ts';
import {
  about,
  atLeast,
  base58,
  equal,
  fits,
  holds,
  inAnyOrder,
  integer,
  listOf,
  type Matcher,
  matches,
  someText,
} from '../expect.ts';
import { actionInfo } from '../shapes.ts';
import { startTransfer } from '../transfers.ts';
import { actionOf, readTransaction, vote } from '../votes.ts';

const feed = (id: string) => fits(new RegExp(`^wss?://.+/coreclient/${id}/feed$`));

/** The confirmation of a vote: the plain frame, or with all members of the action besides (K20). */
function confirmation(action: Record<string, unknown>): Matcher {
  return (value, path) => {
    const isPlain = Object.keys(value as object).length === Object.keys(okFrame).length;
    matches(value, isPlain ? okFrame : { ...action, ...okFrame }, path);
  };
}

/** 36 to 41: core clients and their actions. */
export const coreClientChecks = [
  check('36', 'answers id, name, the absolute address of its feed and the time', async (api) => {
    const made = okWith(await api.client.post('/coreclient', { name: 'night-desk-bot' }), {
      id: base58,
      name: 'night-desk-bot',
      feed: fits(/^wss?:\/\//),
      timestamp: about(api.now),
    });
    matches(made.feed, feed(made.id), 'feed');
  }),
  check('36', 'names a missing or wrong member, and ignores others', async (api) => {
    missing(await api.client.post('/coreclient', {}), 'name');
    missing(await api.client.post('/coreclient', { name: null }), 'name');
    invalid(await api.client.post('/coreclient', { name: 5 }), 'name');
    ok(await api.client.post('/coreclient', { name: 'bot', company_id: 5 }));
    refused(await api.client.post('/coreclient', ''), 400, 'invalid json');
  }),
  check('37', 'lists the core clients of the key, each as it was made', async (api) => {
    const made = ok(await api.client.post('/coreclient', { name: 'listed' }));
    const { count, clients } = okWith(await api.client.get('/coreclient'), {
      count: integer,
      clients: listOf({ id: base58, name: someText, feed: someText, timestamp: integer }),
    });
    equal(count, clients.length, 'count');
    equal(
      clients.find((one: { id: string }) => one.id === made.id),
      made,
      'the new one',
    );
  }),
  check('37', 'lists none of another key', async (api) => {
    const theirs = await api.desks.coreClient('theirs', (await api.stranger()).client);
    const { clients } = ok(await api.client.get('/coreclient'));
    equal(
      clients.some((one: { id: string }) => one.id === theirs),
      false,
      "another key's core client",
    );
  }),
  check('38', 'lists pending actions, and only these', async (api) => {
    const desk = await api.desks.open();
    const [bot] = desk.voters as [string];
    const path = `/coreclient/${bot}/actions`;
    okWith(await api.client.get(path), { count: 0, actions: [] });
    const [first, second] = [await startTransfer(desk, 1), await startTransfer(desk, 2)];
    const ids = [await actionOf(desk, first, bot), await actionOf(desk, second, bot)];
    const times = { timestamp: about(api.now), expireTime: about(api.now + 3600) };
    const rows = ids.map((id) => actionInfo({ id, type: 'ApproveTransfer', ...times }));
    okWith(await api.client.get(path), { count: 2, actions: inAnyOrder('id', rows) });
    await vote(desk, first, bot);
    okWith(await api.client.get(path), { count: 1, actions: [rows[1]] });
  }),
  check('38', 'drops actions of transactions that have ended', async (api) => {
    const desk = await api.desks.open({ voters: 2 });
    await startTransfer(desk, 1, { expires: api.now + 60 });
    await vote(desk, await startTransfer(desk, 2), desk.voters[0]);
    equal(ok(await api.client.get(`/coreclient/${desk.voters[1]}/actions`)).count, 1, 'count');
    await api.control.advance(61);
    equal(ok(await api.client.get(`/coreclient/${desk.voters[1]}/actions`)).count, 0, 'count after the expiry');
  }),
  check('38', 'knows neither made-up core clients nor those of another key: 404 core client', async (api) => {
    const theirs = await api.desks.coreClient('theirs', (await api.stranger()).client);
    for (const id of ['nobody', theirs]) {
      refused(await api.client.get(`/coreclient/${id}/actions`), 404, 'core client');
      refused(await api.client.get(`/coreclient/${id}/action/x`), 404, 'core client');
      refused(await api.client.put(`/coreclient/${id}/action/x`), 404, 'core client');
      refused(await api.client.delete(`/coreclient/${id}/action/x`), 404, 'core client');
    }
  }),
  check('39', 'reads every member of a transfer’s action, in any status', async (api) => {
    const desk = await api.desks.open();
    const [bot] = desk.voters as [string];
    const words = { reference: 'inv-2041', benefit_of: 'Mira Solberg', account_no: 'HV-77' };
    const txId = await startTransfer(desk, 250_000, words);
    const id = await actionOf(desk, txId, bot);
    const amounts = { asset: btc, amount: 250_250, fees: 250, netAmount: 250_000 };
    const echoed = { reference: 'inv-2041', benefitOf: 'Mira Solberg', accountNo: 'HV-77' };
    const details = {
      txType: 'transferOut',
      txID: txId,
      walletID: walletOf(desk, 0).id,
      ...amounts,
      ...echoed,
      companyID: desk.companyId,
      fundID: desk.fundId,
      initiatedTime: about(api.now),
      expires: about(api.now + 3600),
      initiatedBy: '',
      initiatorName: desk.companyName,
      initiatorType: 'company',
      recipientID: walletOf(desk, 1).id,
      recipientName: desk.companyName,
    };
    const times = { timestamp: about(api.now), expireTime: about(api.now + 3600) };
    const action = actionInfo({ id, type: 'ApproveTransfer', ...times, coreClientID: bot, details });
    okWith(await api.client.get(`/coreclient/${bot}/action/${id}`), action);
    await vote(desk, txId, bot, 'reject');
    okWith(await api.client.get(`/coreclient/${bot}/action/${id}`), { ...action, status: 'rejected' });
  }),
  check('39', 'reads a withdrawal’s action with address and whitelist name', async (api) => {
    const desk = await api.desks.open();
    const address = 'mmEMpkxQ6WQPFiksuWmmnRvMGUQCxyzUeD';
    ok(await api.client.post(`${desk.fundPath}/whitelist`, { name: 'Cold store', asset: btc, address }));
    const send = { symbol: btc, amount: 120_000 };
    const body = { wallet_id: walletOf(desk, 0).id, address, expires: api.now + 60, send };
    const { tx_id } = ok(await api.client.post(`/company/${desk.companyId}/withdraw`, body));
    const [bot] = desk.voters as [string];
    const { actions } = ok(await api.client.get(`/coreclient/${bot}/actions`));
    const { type, details } = ok(await api.client.get(`/coreclient/${bot}/action/${actions[0].id}`));
    equal(type, 'ApproveWithdraw', 'type');
    const known = { txType: 'withdraw', txID: tx_id, asset: btc, amount: 120_120, fees: 120, netAmount: 120_000 };
    const recipient = { recipientAddress: address, recipientAddressName: 'Cold store' };
    matches(details, atLeast({ ...known, ...recipient, walletID: walletOf(desk, 0).id, fundID: desk.fundId }));
  }),
  check('39', 'does not know the action of another core client: 404 action', async (api) => {
    const desk = await api.desks.open({ voters: 2 });
    const [one, two] = desk.voters as [string, string];
    const id = await actionOf(desk, await startTransfer(desk, 1), one);
    for (const path of [`/coreclient/${two}/action/${id}`, `/coreclient/${one}/action/none`]) {
      refused(await api.client.get(path), 404, 'action');
      refused(await api.client.put(path), 404, 'action');
      refused(await api.client.delete(path), 404, 'action');
    }
  }),
  check('40', 'approves without a body, whatever the content type says', async (api) => {
    const desk = await api.desks.open();
    const [bot] = desk.voters as [string];
    const txId = await startTransfer(desk, 1000);
    const path = `/coreclient/${bot}/action/${await actionOf(desk, txId, bot)}`;
    const headers = { 'content-type': 'application/json' };
    const before = ok(await api.client.get(path));
    okWith(await api.client.send('PUT', path, { headers }), confirmation({ ...before, status: 'approved' }));
    equal((await readTransaction(desk, txId)).txStatus, 'approved', 'txStatus');
    equal(ok(await api.client.get(path)).status, 'approved', 'status of the action');
  }),
  check('40', 'counts one vote a member, for good: 400 action not pending', async (api) => {
    const desk = await api.desks.open({ voters: 2, threshold: 2 });
    const [bot] = desk.voters as [string];
    const txId = await startTransfer(desk, 1000);
    const path = `/coreclient/${bot}/action/${await actionOf(desk, txId, bot)}`;
    ok(await api.client.put(path));
    refused(await api.client.put(path), 400, 'action not pending');
    refused(await api.client.delete(path), 400, 'action not pending');
    const { txStatus, approvedCount } = await readTransaction(desk, txId);
    equal([txStatus, approvedCount], ['pending', 1], 'standing');
  }),
  check('40', 'settles once when all members approve at the same moment', async (api) => {
    const desk = await api.desks.open({ voters: 4, threshold: 2 });
    const txId = await startTransfer(desk, 1000);
    const { status } = await readTransaction(desk, txId);
    const paths = status.map(
      (one: { userID: string; actionID: string }) => `/coreclient/${one.userID}/action/${one.actionID}`,
    );
    const answers = await Promise.all(paths.map((path: string) => api.client.put(path)));
    equal(answers.filter((answer) => answer.status === 200).length, 2, 'accepted votes');
    for (const answer of answers) if (answer.status !== 200) refused(answer, 400, 'action not pending');
    equal([await balanceOf(desk, 0), await balanceOf(desk, 1)], [4_998_999, 1000], 'balances');
  }),
  check('41', 'rejects without a body', async (api) => {
    const desk = await api.desks.open();
    const [bot] = desk.voters as [string];
    const txId = await startTransfer(desk, 1000);
    const path = `/coreclient/${bot}/action/${await actionOf(desk, txId, bot)}`;
    const before = ok(await api.client.get(path));
    okWith(await api.client.delete(path), confirmation({ ...before, status: 'rejected' }));
    equal((await readTransaction(desk, txId)).txStatus, 'custody_rejected', 'txStatus');
    refused(await api.client.delete(path), 400, 'action not pending');
    refused(await api.client.put(path), 400, 'action not pending');
    holds((await balanceOf(desk)) === 5_000_000, 'nothing has moved');
  }),
];
