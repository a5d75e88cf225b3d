import { invalid, missing, ok, okWith, refused } from '../answers.ts';
import type { Api } from '../api.ts';
import { check } from '../check.ts';
import { balanceOf, btc, type Desk, eth, sendableFrom, walletOf } from '../desks.ts';
import { about, equal, flag, ksuid, text } from '../expect.ts';
import type { Json } from '../raw-client.ts';
import { approver, mayLeave, txInfo } from '../shapes.ts';
import { openQuote, postMake, postTake, startTake, swapDesk, takeBody } from '../swaps.ts';
import { ledgerRows } from '../transfers.ts';
import { readTransaction, vote } from '../votes.ts';

const created = { tx_id: ksuid, status: 'new' };

/** A quote that waits for takers, and a taker who can pay it. */
async function market(api: Api) {
  const [maker, taker] = [await swapDesk(api, 1_000_000, 0), await swapDesk(api, 0, 200_000_000)];
  return { maker, taker, quote: await openQuote(maker) };
}

const statusOf = async (desk: Desk, txId: string, side: 'make' | 'take') =>
  (await readTransaction(desk, txId, `atomicswap/${side}`)).txStatus;

const takePath = (desk: Desk, txId: string) => `/company/${desk.companyId}/atomicswap/take/${txId}`;

/** 31 and 32: takes. */
export const swapTakingChecks = [
  check('31', 'answers an id of its own and the word new, and existing the next time', async (api) => {
    const { taker, quote } = await market(api);
    const { tx_id } = okWith(await postTake(taker, quote, { partner_txID: 't-1' }), created);
    equal(tx_id === quote, false, 'the take has the quote’s id');
    okWith(await postTake(taker, quote, { partner_txID: 't-1' }), { tx_id, status: 'existing' });
    equal(await sendableFrom(taker, 1), mayLeave(101_902_000), 'held once: 200,000,000 − 98,098,000');
  }),
  check('31', 'takes short codes, null and unknown members, no reference, and the id in the path', async (api) => {
    const { taker, quote } = await market(api);
    const codes = { send_wallet_id: walletOf(taker, 1).code, receive_wallet_id: walletOf(taker, 0).code };
    const odd = { fund_id: taker.fundId, reference: null, partner_txID: null, expires: 5 };
    const path = `/company/${taker.companyId}/atomicswap/take/${quote}`;
    okWith(await api.client.post(path, takeBody(taker, quote, { ...codes, ...odd })), created);
  }),
  check('31', 'names what is missing or wrong', async (api) => {
    const { maker, taker, quote } = await market(api);
    for (const name of ['swap_id', 'send_wallet_id', 'receive_wallet_id']) {
      missing(await postTake(taker, quote, { [name]: undefined }), name);
      invalid(await postTake(taker, quote, { [name]: 5 }), name);
    }
    invalid(await postTake(taker, quote, { reference: 5 }), 'reference');
    invalid(await postTake(taker, quote, { partner_txID: 5 }), 'partner_txID');
    refused(await postTake(taker, 'none'), 404, 'transaction');
    refused(await postTake(taker, quote, { send_wallet_id: walletOf(maker, 1).id }), 404, 'wallet');
    refused(await postTake(taker, quote, { receive_wallet_id: 'nobody' }), 404, 'wallet');
    const turned = { send_wallet_id: walletOf(taker, 0).id, receive_wallet_id: walletOf(taker, 1).id };
    refused(await postTake(taker, quote, turned), 400, 'asset mismatch');
  }),
  check('31', 'refuses a taker who cannot pay: 400 insufficient balance; the quote stays open', async (api) => {
    const { maker, quote } = await market(api);
    const poor = await swapDesk(api, 0, 98_097_999);
    refused(await postTake(poor, quote), 400, 'insufficient balance');
    equal(await statusOf(maker, quote, 'make'), 'taker_pending', 'txStatus of the quote');
  }),
  check('31', 'needs a quote that is open: 400 swap not available', async (api) => {
    const { maker, taker } = await market(api);
    const unapproved = ok(await postMake(await swapDesk(api, 1_000_000, 0))).tx_id;
    refused(await postTake(taker, unapproved), 400, 'swap not available');
    const other = await swapDesk(api, 1_000_000, 0);
    const cancelled = await openQuote(other);
    ok(await api.client.delete(`/company/${other.companyId}/atomicswap/make/${cancelled}`), 202);
    refused(await postTake(taker, cancelled), 400, 'swap not available');
    const short = await openQuote(await swapDesk(api, 1_000_000, 0), { expires: api.now + 60 });
    await api.control.advance(61);
    refused(await postTake(taker, short), 400, 'swap not available', 'expired');
    equal(await sendableFrom(maker), mayLeave(359_360), 'held by its maker');
  }),
  check('31', 'lets one take be open at a time, also when takers race', async (api) => {
    const { taker, quote } = await market(api);
    const second = await swapDesk(api, 0, 200_000_000);
    const answers = await Promise.all([postTake(taker, quote), postTake(second, quote), postTake(taker, quote)]);
    equal(answers.map((one) => one.status).sort(), [200, 400, 400], 'statuses');
    for (const answer of answers.filter((one) => one.status === 400)) refused(answer, 400, 'swap not available');
  }),
  check('31', 'cannot be called by another key for a quote of this one: 404', async (api) => {
    const { taker, quote } = await market(api);
    const { client } = await api.stranger();
    const stranger = await api.desks.open({
      client,
      balances: [
        [btc, 0],
        [eth, 200_000_000],
      ],
    });
    refused(await postTake(stranger, quote), 404, 'transaction');
    refused(await client.post(`/company/${taker.companyId}/atomicswap/take`, takeBody(taker, quote)), 404, 'company');
  }),
  check(
    '32',
    'reads every member, with the swap part seen from the taker’s side; the expiry is the quote’s',
    async (api) => {
      const { maker, taker, quote } = await market(api);
      const { expires } = await readTransaction(maker, quote, 'atomicswap/make');
      const txId = await startTake(taker, quote);
      const entry = approver({ userID: taker.voters[0], timestamp: about(api.now) });
      const amounts = { amount: 98_098_000, fees: 98_000, netAmount: 98_000_000, asset: eth, fundID: taker.fundId };
      const known = { txID: txId, expires, reference: 'cf-9', status: [entry], initiatedTimestamp: about(api.now) };
      const leg = (symbol: string, amount: number) => ({ symbol, amount });
      const swap = {
        send: leg(eth, 98_000_000),
        receive: leg(btc, 640_000),
        sendWalletID: walletOf(taker, 1).id,
        receiveWalletID: walletOf(taker, 0).id,
        takenBy: text,
        liquidityHub: flag,
      };
      const details = { ...amounts, reference: 'cf-9', requestedBy: taker.companyName };
      okWith(
        await api.client.get(takePath(taker, txId)),
        txInfo({ ...known, initiatorName: taker.companyName, swap }, details),
      );
    },
  ),
  check('32', 'settles both legs in one step, each side with its fee, in four ledger rows', async (api) => {
    const { maker, taker, quote } = await market(api);
    const txId = await startTake(taker, quote);
    equal([await balanceOf(maker, 0), await balanceOf(taker, 1)], [1_000_000, 200_000_000], 'before the vote');
    await vote(taker, txId, taker.voters[0], 'approve', 'atomicswap/take');
    equal(
      [await statusOf(maker, quote, 'make'), await statusOf(taker, txId, 'take')],
      ['approved', 'approved'],
      'statuses',
    );
    // Maker: 1,000,000 − 640,640 and + 98,000,000. Taker: 200,000,000 − 98,098,000 and + 640,000.
    equal([await balanceOf(maker, 0), await balanceOf(maker, 1)], [359_360, 98_000_000], 'balances of the maker');
    equal([await balanceOf(taker, 0), await balanceOf(taker, 1)], [640_000, 101_902_000], 'balances of the taker');
    const legs = async (desk: Desk) => {
      const rows = (await ledgerRows(desk)).filter((row) => row.type !== 'deposit');
      const cells = rows.map((row: Json) => [row.type, row.asset, row.amount, row.fees, row.netAmount, row.status]);
      return cells.sort((one, two) => String(one[0]).localeCompare(String(two[0])));
    };
    equal(
      await legs(maker),
      [
        ['swapIn', eth, 98_000_000, 0, 98_000_000, 'approved'],
        ['swapOut', btc, 640_640, 640, 640_000, 'approved'],
      ],
      'ledger of the maker',
    );
    equal(
      await legs(taker),
      [
        ['swapIn', btc, 640_000, 0, 640_000, 'approved'],
        ['swapOut', eth, 98_098_000, 98_000, 98_000_000, 'approved'],
      ],
      'ledger of the taker',
    );
    equal(await api.control.isBalanced(), true, 'the books balance');
  }),
  check('32', 'when refused gives the hold back, and the quote waits for takers again', async (api) => {
    const { maker, taker, quote } = await market(api);
    const txId = await startTake(taker, quote);
    await vote(taker, txId, taker.voters[0], 'reject', 'atomicswap/take');
    equal(
      [await statusOf(maker, quote, 'make'), await statusOf(taker, txId, 'take')],
      ['taker_pending', 'custody_rejected'],
      'statuses',
    );
    equal(
      [await sendableFrom(maker), await sendableFrom(taker, 1)],
      [mayLeave(359_360), mayLeave(200_000_000)],
      'what can be sent',
    );
    const again = await startTake(taker, quote);
    await vote(taker, again, taker.voters[0], 'approve', 'atomicswap/take');
    equal(await statusOf(maker, quote, 'make'), 'approved', 'the second take settles');
  }),
  check('32', 'expires with its quote: both holds are given back', async (api) => {
    const [maker, taker] = [await swapDesk(api, 1_000_000, 0), await swapDesk(api, 0, 200_000_000)];
    const quote = await openQuote(maker, { expires: api.now + 60 });
    const txId = await startTake(taker, quote);
    await api.control.advance(61);
    equal(
      [await statusOf(maker, quote, 'make'), await statusOf(taker, txId, 'take')],
      ['expired', 'expired'],
      'statuses',
    );
    equal(
      [await sendableFrom(maker), await sendableFrom(taker, 1)],
      [mayLeave(1_000_000), mayLeave(200_000_000)],
      'what can be sent',
    );
  }),
  check('32', 'asks the custodians of the taker with an action of its own type', async (api) => {
    const { maker, taker, quote } = await market(api);
    const txId = await startTake(taker, quote);
    const { actions } = ok(await api.client.get(`/coreclient/${taker.voters[0]}/actions`));
    equal(
      actions.map((one: Json) => one.type),
      ['ApproveSwapTake'],
      'types of the taker’s actions',
    );
    const { details } = ok(await api.client.get(`/coreclient/${taker.voters[0]}/action/${actions[0].id}`));
    equal([details.txID, details.txType, details.amount, details.asset], [txId, 'swap', 98_098_000, eth], 'details');
    equal([details.receiveAsset, details.receiveAmount], [btc, 640_000], 'what is received');
    equal(ok(await api.client.get(`/coreclient/${maker.voters[0]}/actions`)).count, 0, 'actions of the maker’s side');
  }),
  check('32', 'resolves by any getter of its company, by an action’s id, and for nobody else', async (api) => {
    const { maker, taker, quote } = await market(api);
    const txId = await startTake(taker, quote);
    const info = ok(await api.client.get(takePath(taker, txId)));
    equal(ok(await api.client.get(`/company/${taker.companyId}/transfer/${txId}`)).txID, txId, 'read as a transfer');
    equal(ok(await api.client.get(takePath(taker, info.status[0].actionID))).txID, txId, 'read by action id');
    refused(await api.client.get(takePath(maker, txId)), 404, 'transaction');
    refused(await (await api.stranger()).client.get(takePath(taker, txId)), 404, 'company');
  }),
];
