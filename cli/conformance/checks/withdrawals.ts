import { invalid, missing, ok, okFrame, okWith, refused } from '../answers.ts';
import type { Api } from '../api.ts';
import { check } from '../check.ts';
import { balanceOf, btc, type Desk, type DeskWishes, eth, sendableFrom, started, walletOf } from '../desks.ts';
import { about, base58, equal, inAnyOrder, ksuid, matches } from '../expect.ts';
import { approver, mayLeave, txInfo } from '../shapes.ts';
import { ledgerRows } from '../transfers.ts';
import { readTransaction, vote } from '../votes.ts';

const address = 'mmEMpkxQ6WQPFiksuWmmnRvMGUQCxyzUeD';
const created = { tx_id: ksuid, status: 'new' };

/** A desk whose fund has the address on its whitelist. */
async function open(api: Api, wishes: DeskWishes = {}): Promise<Desk> {
  const desk = await api.desks.open(wishes);
  okWith(await api.client.post(`${desk.fundPath}/whitelist`, { name: 'Cold store', asset: btc, address }), okFrame);
  return desk;
}

function body(desk: Desk, more: object = {}): object {
  const send = { symbol: btc, amount: 120_000 };
  return {
    wallet_id: walletOf(desk, 0).id,
    address,
    expires: desk.client.options.clock.nowSeconds() + 3600,
    send,
    ...more,
  };
}

const post = (desk: Desk, more: object = {}) =>
  desk.client.post(`/company/${desk.companyId}/withdraw`, body(desk, more));

/** 26 and 27: withdrawals to whitelisted addresses. */
export const withdrawalChecks = [
  check('26', 'answers an id and the word new, and existing the next time', async (api) => {
    const desk = await open(api);
    const { tx_id } = okWith(await post(desk, { partner_txID: 'w-1' }), created);
    okWith(await post(desk, { partner_txID: 'w-1' }), { tx_id, status: 'existing' });
    equal(await sendableFrom(desk), mayLeave(4_879_880), 'held once: 5,000,000 − 120,120');
  }),
  check('26', 'takes short codes, numeric strings, null and unknown members, and the alias expiration', async (api) => {
    const desk = await open(api);
    const send = { symbol: btc, amount: '1000' };
    okWith(await post(desk, { wallet_id: walletOf(desk, 0).code, send, expires: String(api.now + 60) }), created);
    const nulls = { reference: null, benefit_of: null, account_no: null, partner_txID: null, companyID: 'x' };
    okWith(await post(desk, { ...nulls, send, expires: undefined, expiration: api.now + 60 }), created);
  }),
  check('26', 'goes to whitelisted addresses only: 400 address not whitelisted', async (api) => {
    const desk = await api.desks.open();
    refused(await post(desk), 400, 'address not whitelisted');
    okWith(await api.client.post(`${desk.fundPath}/whitelist`, { name: 'x', asset: btc, address }), okFrame);
    okWith(await post(desk), created);
    refused(await post(desk, { address: address.toLowerCase() }), 400, 'address not whitelisted');
  }),
  check('26', 'looks at the whitelist of the wallet’s own fund and of its asset', async (api) => {
    const desk = await open(api, { balances: [[eth, 1_000_000]] });
    refused(await post(desk, { send: { symbol: eth, amount: 5 } }), 400, 'address not whitelisted');
    const path = `/company/${desk.companyId}/fund`;
    const { fund_id } = ok(await api.client.post(path, { name: 'other', wallets: [{ name: 'w', asset: btc }] }));
    const fund = ok(await api.client.get(`${path}/${fund_id}`));
    await api.control.deposit(fund.wallets[0].wallet_id, 1_000_000);
    refused(await post(desk, { wallet_id: fund.wallets[0].wallet_id }), 400, 'address not whitelisted');
  }),
  check('26', 'names what is missing or wrong', async (api) => {
    const desk = await open(api, { balances: [[btc, 0]] });
    for (const name of ['wallet_id', 'address', 'expires', 'send']) {
      missing(await post(desk, { [name]: undefined }), name);
      invalid(await post(desk, { [name]: true }), name);
    }
    for (const name of ['reference', 'benefit_of', 'account_no', 'partner_txID']) {
      invalid(await post(desk, { [name]: 5 }), name);
    }
    missing(await post(desk, { send: { symbol: btc } }), 'send.amount');
    missing(await post(desk, { send: { amount: 5 } }), 'send.symbol');
    invalid(await post(desk, { send: { symbol: btc, amount: -5 } }), 'send.amount');
    refused(await post(desk, { send: { symbol: 'DOGE', amount: 5 } }), 400, 'unknown asset');
    refused(await post(desk, { send: { symbol: eth, amount: 5 } }), 400, 'asset mismatch');
    refused(await post(desk, { expires: api.now - 1 }), 400, 'expired');
    refused(await post(desk, { wallet_id: 'nobody' }), 404, 'wallet');
    refused(await post(desk), 400, 'insufficient balance');
    refused(
      await (await api.stranger()).client.post(`/company/${desk.companyId}/withdraw`, body(desk)),
      404,
      'company',
    );
  }),
  check('27', 'reads every member; the policy is the one for withdrawals', async (api) => {
    const desk = await open(api, { voters: 2, threshold: 1, withdrawThreshold: 2 });
    const words = { reference: 'cold-7', benefit_of: 'Heron', account_no: 'HV-01' };
    const txId = await started(post(desk, words));
    const entry = (userID: string) => approver({ userID, timestamp: about(api.now) });
    const details = {
      amount: 120_120,
      asset: btc,
      fees: 120,
      netAmount: 120_000,
      fundID: desk.fundId,
      recipientAddress: address,
      requestedBy: desk.companyName,
      reference: 'cold-7',
      benefitOf: 'Heron',
      accountNo: 'HV-01',
    };
    const known = {
      txID: txId,
      thresholdRequired: 2,
      expires: about(api.now + 3600),
      initiatedTimestamp: about(api.now),
      initiatorName: desk.companyName,
      reference: 'cold-7',
      status: inAnyOrder('userID', desk.voters.map(entry)),
    };
    okWith(await api.client.get(`/company/${desk.companyId}/withdraw/${txId}`), txInfo(known, details));
  }),
  check('27', 'leaves the wallet at the threshold: net to the outside, the fee on top', async (api) => {
    const desk = await open(api, { voters: 2, threshold: 1, withdrawThreshold: 2 });
    const txId = await started(post(desk));
    await vote(desk, txId, desk.voters[0], 'approve', 'withdraw');
    equal(
      [(await readTransaction(desk, txId, 'withdraw')).txStatus, await balanceOf(desk)],
      ['pending', 5_000_000],
      'one of two',
    );
    await vote(desk, txId, desk.voters[1], 'approve', 'withdraw');
    const { txStatus, approvedCount } = await readTransaction(desk, txId, 'withdraw');
    equal([txStatus, approvedCount, await balanceOf(desk)], ['approved', 2, 4_879_880], 'two of two');
    const [row] = await ledgerRows(desk, '?direction=out');
    const amounts = { amount: 120_120, fees: 120, netAmount: 120_000 };
    matches(row, {
      TxID: txId,
      chainTxID: base58,
      fundID: desk.fundId,
      timestamp: about(api.now),
      expireTime: about(api.now + 3600),
      status: 'approved',
      type: 'withdraw',
      asset: btc,
      ...amounts,
      counterpartyID: '',
      counterpartyName: '',
      address,
      reference: '',
      benefitOf: '',
      accountNo: '',
    });
    const { history } = ok(await api.client.get(`/wallet/${walletOf(desk, 0).id}/history`));
    const moved = history.find((one: { tx_id: string }) => one.tx_id === txId);
    equal([moved?.amount, moved?.fee, moved?.net_amount], [-120_120, -120, -120_000], 'history');
    equal(await api.control.isBalanced(), true, 'the books balance');
  }),
  check('27', 'ends rejected, expired or refused by the chain with its hold given back', async (api) => {
    const desk = await open(api);
    const rejected = await started(post(desk));
    await vote(desk, rejected, desk.voters[0], 'reject', 'withdraw');
    const refusedByChain = await started(post(desk));
    await api.control.refuseNextSettlement(walletOf(desk, 0).id);
    await vote(desk, refusedByChain, desk.voters[0], 'approve', 'withdraw');
    const late = await started(post(desk, { expires: api.now + 60 }));
    await api.control.advance(61);
    const states: unknown[] = [];
    for (const id of [rejected, refusedByChain, late])
      states.push((await readTransaction(desk, id, 'withdraw')).txStatus);
    equal(states, ['custody_rejected', 'chain_rejected', 'expired'], 'txStatus');
    equal([await balanceOf(desk), await sendableFrom(desk)], [5_000_000, mayLeave(5_000_000)], 'balance and sendable');
  }),
  check('27', 'resolves any transaction of the company by its id or an action’s, and none of others', async (api) => {
    const desk = await open(api);
    const txId = await started(post(desk));
    const path = `/company/${desk.companyId}`;
    const info = ok(await api.client.get(`${path}/withdraw/${txId}`));
    equal(ok(await api.client.get(`${path}/transfer/${txId}`)), info, 'read as a transfer');
    equal(ok(await api.client.get(`${path}/withdraw/${info.status[0].actionID}`)), info, 'read by action id');
    refused(await api.client.get(`${path}/withdraw/none`), 404, 'transaction');
    refused(await (await api.stranger()).client.get(`${path}/withdraw/${txId}`), 404, 'company');
  }),
  check('26', 'compares whitelisted Ethereum addresses in any case', async (api) => {
    const desk = await api.desks.open({ balances: [[eth, 1_000_000]] });
    const mixed = '0xa0F76fb1BABf069CbaE294B6902a8E052414F151';
    okWith(await api.client.post(`${desk.fundPath}/whitelist`, { name: 'V', asset: eth, address: mixed }), okFrame);
    okWith(await post(desk, { address: mixed.toLowerCase(), send: { symbol: eth, amount: 1000 } }), created);
  }),
];
