import { acceptedFrame, invalid, missing, ok, okWith, refused } from '../answers.ts';
import type { Api } from '../api.ts';
import { check } from '../check.ts';
import { balanceOf, btc, type Desk, eth, sendableFrom, walletOf } from '../desks.ts';
import { about, equal, fits, ksuid } from '../expect.ts';
import type { Json } from '../raw-client.ts';
import { approver, mayLeave, txInfo } from '../shapes.ts';
import { openQuote, postMake, startTake, swapDesk } from '../swaps.ts';
import { readTransaction, vote } from '../votes.ts';

const created = { tx_id: ksuid, tx_url: fits(/aswp/), status: 'new' };

const makePath = (desk: Desk, txId: string) => `/company/${desk.companyId}/atomicswap/make/${txId}`;

/** An empty maker's desk that checks of bad requests share. */
const emptyMaker = (api: Api): Promise<Desk> => api.once('empty maker', () => swapDesk(api, 0, 0));

/** The swap part of a quote, as its owner sees it. */
function swapPart(desk: Desk, known: object = {}): object {
  return {
    send: { symbol: btc, amount: 640_000 },
    receive: { symbol: eth, amount: 98_000_000 },
    sendWalletID: walletOf(desk, 0).id,
    receiveWalletID: walletOf(desk, 1).id,
    takenBy: '',
    liquidityHub: false,
    ...known,
  };
}

/** 28 to 30: quotes. */
export const swapMakingChecks = [
  check('28', 'answers id, link and the word new; all of them again with existing', async (api) => {
    const desk = await swapDesk(api, 1_000_000, 0);
    const { tx_id, tx_url } = okWith(await postMake(desk, { partner_txID: 's-1' }), created);
    equal(tx_url, `https://qredo.network/aswp${tx_id}`, 'tx_url');
    okWith(await postMake(desk, { partner_txID: 's-1' }), { tx_id, tx_url, status: 'existing' });
    equal(await sendableFrom(desk), mayLeave(359_360), 'held once: 1,000,000 − 640,640');
  }),
  check('28', 'takes short codes, numeric strings, no reference, null and unknown members', async (api) => {
    const desk = await swapDesk(api, 1_000_000, 0);
    const codes = { send_wallet_id: walletOf(desk, 0).code, receive_wallet_id: walletOf(desk, 1).code };
    const send = { symbol: btc, amount: '1000' };
    const receive = { symbol: eth, amount: '5' };
    okWith(await postMake(desk, { ...codes, send, receive, expires: String(api.now + 60) }), created);
    const nulls = { partner_txID: null, add_to_liquidity_hub: null, reference: null, companyID: 'x' };
    okWith(await postMake(desk, { ...nulls, send, receive }), created);
  }),
  check('28', 'names what is missing or wrong', async (api) => {
    const desk = await emptyMaker(api);
    for (const name of ['send_wallet_id', 'receive_wallet_id', 'send', 'receive', 'expires']) {
      missing(await postMake(desk, { [name]: undefined }), name);
      invalid(await postMake(desk, { [name]: true }), name);
    }
    invalid(await postMake(desk, { reference: 5 }), 'reference');
    invalid(await postMake(desk, { partner_txID: 5 }), 'partner_txID');
    invalid(await postMake(desk, { add_to_liquidity_hub: 'yes' }), 'add_to_liquidity_hub');
    missing(await postMake(desk, { send: { symbol: btc } }), 'send.amount');
    missing(await postMake(desk, { receive: { amount: 5 } }), 'receive.symbol');
    invalid(await postMake(desk, { receive: { symbol: eth, amount: -5 } }), 'receive.amount');
    refused(await postMake(desk, { send: { symbol: 'DOGE', amount: 5 } }), 400, 'unknown asset');
    refused(await postMake(desk, { receive: { symbol: 'DOGE', amount: 5 } }), 400, 'unknown asset');
    refused(await postMake(desk, { receive: { symbol: btc, amount: 5 } }), 400, 'asset mismatch');
    refused(await postMake(desk, { expires: api.now - 1 }), 400, 'expired');
    refused(await postMake(desk), 400, 'insufficient balance');
  }),
  check('28', 'knows the maker’s own wallets only: 404 wallet', async (api) => {
    const [desk, other] = [await emptyMaker(api), await api.desks.empty()];
    refused(await postMake(desk, { send_wallet_id: walletOf(other, 0).id }), 404, 'wallet');
    refused(await postMake(desk, { receive_wallet_id: walletOf(other, 2).id }), 404, 'wallet');
    const { client } = await api.stranger();
    refused(await client.post(`/company/${desk.companyId}/atomicswap/make`, {}), 404, 'company');
  }),
  check('29', 'reads every member, with the swap part, for its owner', async (api) => {
    const desk = await swapDesk(api, 1_000_000, 0);
    const { tx_id } = ok(await postMake(desk));
    const entry = approver({ userID: desk.voters[0], timestamp: about(api.now) });
    const known = { txID: tx_id, reference: 'q-31', status: [entry], initiatedTimestamp: about(api.now) };
    const amounts = { amount: 640_640, fees: 640, netAmount: 640_000, asset: btc, fundID: desk.fundId };
    const details = { ...amounts, reference: 'q-31', requestedBy: desk.companyName };
    const info = txInfo({ ...known, initiatorName: desk.companyName, swap: swapPart(desk) }, details);
    okWith(await api.client.get(makePath(desk, tx_id)), info);
  }),
  check('29', 'waits for a taker once its maker’s custody has approved it', async (api) => {
    const desk = await swapDesk(api, 1_000_000, 0);
    const txId = await openQuote(desk);
    const info = await readTransaction(desk, txId, 'atomicswap/make');
    equal([info.txStatus, info.approvedCount], ['taker_pending', 1], 'standing');
    equal([await balanceOf(desk), await sendableFrom(desk)], [1_000_000, mayLeave(359_360)], 'still held');
  }),
  check('29', 'becomes custody_rejected or expired with its hold given back', async (api) => {
    const desk = await swapDesk(api, 2_000_000, 0);
    const rejected = ok(await postMake(desk)).tx_id;
    await vote(desk, rejected, desk.voters[0], 'reject', 'atomicswap/make');
    equal((await readTransaction(desk, rejected, 'atomicswap/make')).txStatus, 'custody_rejected', 'rejected');
    const open = await openQuote(desk, { expires: api.now + 60 });
    const asked = ok(await postMake(desk, { expires: api.now + 60 })).tx_id;
    await api.control.advance(61);
    for (const id of [open, asked]) {
      equal((await readTransaction(desk, id, 'atomicswap/make')).txStatus, 'expired', 'after its expiry');
    }
    equal(await sendableFrom(desk), mayLeave(2_000_000), 'what can be sent');
  }),
  check('29', 'is read by other companies of the key without the wallets of its maker', async (api) => {
    const [maker, taker] = [await swapDesk(api, 1_000_000, 0), await swapDesk(api, 0, 0)];
    const txId = await openQuote(maker);
    const { txID, txStatus, swap } = ok(await api.client.get(makePath(taker, txId)));
    equal([txID, txStatus], [txId, 'taker_pending'], 'the quote');
    equal([swap.send.amount, swap.receive.amount], [640_000, 98_000_000], 'amounts');
    const hidden = [swap.sendWalletID || '', swap.receiveWalletID || ''];
    equal(hidden, ['', ''], 'wallet ids');
  }),
  check('29', 'is unknown to another key: 404', async (api) => {
    const desk = await swapDesk(api, 1_000_000, 0);
    const txId = await openQuote(desk);
    const { client } = await api.stranger();
    const theirs = await api.desks.company('Theirs', client);
    refused(await client.get(makePath(desk, txId)), 404, 'company');
    refused(await client.get(`/company/${theirs}/atomicswap/make/${txId}`), 404, 'transaction');
    refused(await api.client.get(makePath(desk, 'none')), 404, 'transaction');
  }),
  check('30', 'cancels with 202 and gives the hold back', async (api) => {
    const desk = await swapDesk(api, 1_000_000, 0);
    const txId = await openQuote(desk, { add_to_liquidity_hub: true });
    okWith(await api.client.delete(makePath(desk, txId)), acceptedFrame, 202);
    equal((await readTransaction(desk, txId, 'atomicswap/make')).txStatus, 'initiate_rejected', 'txStatus');
    equal(await sendableFrom(desk), mayLeave(1_000_000), 'what can be sent');
    const { items } = ok(await api.client.get(`/company/${desk.companyId}/liquidityhub`));
    equal(
      items.some((item: Json) => item.tx_id === txId),
      false,
      'still on the hub',
    );
  }),
  check('30', 'refuses to cancel a quote with an open take, or one that has ended: 400', async (api) => {
    const [maker, taker] = [await swapDesk(api, 1_000_000, 0), await swapDesk(api, 0, 200_000_000)];
    const txId = await openQuote(maker);
    await startTake(taker, txId);
    equal((await api.client.delete(makePath(maker, txId))).status, 400, 'status while a take is open');
    const other = await swapDesk(api, 1_000_000, 0);
    const ended = await openQuote(other);
    ok(await api.client.delete(makePath(other, ended)), 202);
    equal((await api.client.delete(makePath(other, ended))).status, 400, 'status the second time');
  }),
  check('30', 'lets only the maker cancel: 404 for everybody else', async (api) => {
    const [maker, other] = [await swapDesk(api, 1_000_000, 0), await swapDesk(api, 0, 0)];
    const txId = await openQuote(maker);
    refused(await api.client.delete(makePath(other, txId)), 404, 'transaction');
    refused(await (await api.stranger()).client.delete(makePath(maker, txId)), 404, 'company');
    refused(await api.client.delete(makePath(maker, 'none')), 404, 'transaction');
    equal((await readTransaction(maker, txId, 'atomicswap/make')).txStatus, 'taker_pending', 'txStatus');
  }),
];
