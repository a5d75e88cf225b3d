import { invalid, missing, ok, okWith, refused } from '../answers.ts';
import type { Api } from '../api.ts';
import { check } from '../check.ts';
import { balanceOf, btc, type Desk, eth, sendableFrom, walletOf } from '../desks.ts';
import { about, equal, inAnyOrder, ksuid } from '../expect.ts';
import { approver, mayLeave, txInfo } from '../shapes.ts';
import { postTransfer, settleTransfer, startTransfer, transferBody } from '../transfers.ts';
import { actionOf } from '../votes.ts';

const created = { tx_id: ksuid, status: 'new' };

/** Posts a transfer of the shared desk with something changed; such a request must be refused. */
async function changed(api: Api, more: object) {
  const desk = await api.desks.empty();
  return postTransfer(desk, transferBody(desk, 1000, more));
}

/** What reading the desk's transfer of 250,000 must show before anybody has voted. */
function pendingInfo(desk: Desk, known: Record<string, unknown> = {}) {
  const details = {
    amount: 250_250,
    asset: btc,
    fees: 250,
    netAmount: 250_000,
    fundID: desk.fundId,
    recipientAddress: walletOf(desk, 1).id,
    requestedBy: desk.companyName,
    reference: 'inv-2041',
    benefitOf: 'Mira Solberg',
    accountNo: 'HV-77',
  };
  return txInfo({ initiatorName: desk.companyName, reference: 'inv-2041', ...known }, details);
}

const words = { reference: 'inv-2041', benefit_of: 'Mira Solberg', account_no: 'HV-77' };

/** 24 and 25: requests for transfers and reading them; what becomes of them is in transfer-states.ts. */
export const transferChecks = [
  check('24', 'answers an id and the word new', async (api) => {
    const desk = await api.desks.open();
    okWith(await postTransfer(desk, transferBody(desk, 1000, { ...words, partner_txID: '' })), created);
  }),
  check('24', 'holds amount and fee from submission on', async (api) => {
    const desk = await api.desks.open();
    await startTransfer(desk, 250_000);
    equal([await balanceOf(desk, 0), await balanceOf(desk, 1)], [5_000_000, 0], 'settled balances');
    // 5,000,000 − 250,250 = 4,749,750, of which 4,745,004 and its fee of 4,746 can go.
    equal(await sendableFrom(desk), mayLeave(4_749_750), 'what can still be sent');
  }),
  check('24', 'moves the net amount to the recipient and the fee away, at the threshold', async (api) => {
    const desk = await api.desks.open();
    await settleTransfer(desk, 250_000);
    equal([await balanceOf(desk, 0), await balanceOf(desk, 1)], [4_749_750, 250_000], 'balances');
    equal(await api.control.isBalanced(), true, 'the books balance');
  }),
  check(
    '24',
    'takes numeric strings, short codes, null and unknown members, and either name of the destination',
    async (api) => {
      const desk = await api.desks.open();
      const post = (more: object) => postTransfer(desk, transferBody(desk, 1000, more));
      okWith(await post({ expires: String(api.now + 3600) }), created);
      okWith(await post({ send: { symbol: btc, amount: '1000' } }), created);
      okWith(await post({ wallet_id: walletOf(desk, 0).code }), created);
      okWith(await post({ counterparty_wallet_address: walletOf(desk, 1).code }), created);
      const byId = { counterparty_wallet_address: undefined, counterparty_wallet_id: walletOf(desk, 1).id };
      okWith(await post(byId), created);
      const nulls = { reference: null, benefit_of: null, account_no: null, partner_txID: null, authorize_id: null };
      okWith(await post({ ...nulls, companyID: 'x', tc_only: true, anon_IOI: [], fund_id: '' }), created);
      okWith(await post({ expires: undefined, expiration: api.now + 3600 }), created);
    },
  ),
  check('24', 'reaches a wallet of another company and of another key', async (api) => {
    const [one, two] = [await api.desks.open(), await api.desks.open({ balances: [[btc, 0]] })];
    const { client } = await api.stranger();
    const three = await api.desks.open({ client, balances: [[btc, 0]] });
    await settleTransfer(one, 1000, { counterparty_wallet_address: walletOf(two, 0).id });
    await settleTransfer(one, 2000, { counterparty_wallet_address: walletOf(three, 0).code });
    equal([await balanceOf(two), await balanceOf(three)], [1000, 2000], 'balances of the recipients');
  }),
  check('24', 'names a missing member', async (api) => {
    for (const name of ['wallet_id', 'expires', 'send']) {
      missing(await changed(api, { [name]: undefined }), name);
      missing(await changed(api, { [name]: null }), name);
    }
    missing(await changed(api, { counterparty_wallet_address: undefined }), 'counterparty_wallet_address');
    missing(await changed(api, { send: { amount: 5 } }), 'send.symbol');
    missing(await changed(api, { send: { symbol: btc } }), 'send.amount');
  }),
  check('24', 'names a member of the wrong type', async (api) => {
    const texts = ['wallet_id', 'reference', 'benefit_of', 'account_no', 'partner_txID', 'authorize_id'];
    for (const name of texts) invalid(await changed(api, { [name]: 5 }), name);
    invalid(await changed(api, { counterparty_wallet_address: {} }), 'counterparty_wallet_address');
    for (const expires of ['soon', -5, 1.5, {}]) invalid(await changed(api, { expires }), 'expires');
    for (const send of [5, 'x', []]) invalid(await changed(api, { send }), 'send');
    for (const amount of [-1, 0.5, 'x', true, [5], 1e30]) {
      invalid(await changed(api, { send: { symbol: btc, amount } }), 'send.amount');
    }
    invalid(await changed(api, { partner_txID: 'x'.repeat(256) }), 'partner_txID');
  }),
  check('24', 'refuses assets that are unknown or not those of the wallet', async (api) => {
    refused(await changed(api, { send: { symbol: 'DOGE', amount: 5 } }), 400, 'unknown asset');
    refused(await changed(api, { send: { symbol: eth, amount: 5 } }), 400, 'asset mismatch');
    const other = walletOf(await api.desks.empty(), 2).id;
    refused(await changed(api, { counterparty_wallet_address: other }), 400, 'asset mismatch');
  }),
  check('24', 'refuses an expiry that is not in the future: 400 expired', async (api) => {
    refused(await changed(api, { expires: api.now - 1 }), 400, 'expired');
    refused(await changed(api, { expires: 0 }), 400, 'expired');
  }),
  check('24', 'refuses what amount and fee exceed: 400 insufficient balance, and holds nothing then', async (api) => {
    const desk = await api.desks.open({
      balances: [
        [btc, 100_000],
        [btc, 0],
      ],
    });
    // 99,900 and its fee of 100 just fit.
    refused(await postTransfer(desk, transferBody(desk, 99_901)), 400, 'insufficient balance');
    equal(await sendableFrom(desk), mayLeave(100_000), 'what can be sent');
    okWith(await postTransfer(desk, transferBody(desk, 99_900)), created);
    refused(await postTransfer(desk, transferBody(desk, 1)), 400, 'insufficient balance');
  }),
  check(
    '24',
    'knows wallets of the company only as origin, any as destination, L1 addresses as neither: 404',
    async (api) => {
      const other = walletOf(await api.desks.open({ balances: [[btc, 0]] }), 0).id;
      refused(await changed(api, { wallet_id: other }), 404, 'wallet');
      refused(await changed(api, { wallet_id: 'nobody' }), 404, 'wallet');
      refused(await changed(api, { counterparty_wallet_address: 'nobody' }), 404, 'wallet');
      const { address } = walletOf(await api.desks.empty(), 1);
      refused(await changed(api, { counterparty_wallet_address: address }), 404, 'wallet');
      refused(await changed(api, { authorize_id: 'nobody' }), 404, 'core client');
    },
  ),
  check('24', 'does not know the company of another key: 404 company', async (api) => {
    const desk = await api.desks.empty();
    const { client } = await api.stranger();
    refused(await client.post(`/company/${desk.companyId}/transfer`, transferBody(desk, 5)), 404, 'company');
  }),
  check('25', 'reads every member while it is pending', async (api) => {
    const desk = await api.desks.open({ voters: 2 });
    const txId = await startTransfer(desk, 250_000, words);
    const entry = (userID: string | undefined) => approver({ userID, timestamp: about(api.now) });
    const known = { txID: txId, expires: about(api.now + 3600), initiatedTimestamp: about(api.now) };
    const info = pendingInfo(desk, { ...known, status: inAnyOrder('userID', desk.voters.map(entry)) });
    okWith(await api.client.get(`/company/${desk.companyId}/transfer/${txId}`), info);
  }),
  check('25', 'takes the id of one of its actions as well', async (api) => {
    const desk = await api.desks.open();
    const txId = await startTransfer(desk, 1000);
    const actionId = await actionOf(desk, txId, desk.voters[0] as string);
    const path = `/company/${desk.companyId}/transfer`;
    equal(ok(await api.client.get(`${path}/${actionId}`)), ok(await api.client.get(`${path}/${txId}`)), 'the same');
  }),
  check('25', 'shows the names of people, and none of core clients', async (api) => {
    const companyId = await api.desks.company();
    const email = `${api.unique('nina')}@heronvale.example`;
    const person = { email, firstName: 'Nina', lastName: 'Okafor', autoAccept: true };
    const userID = await api.control.newUser(person);
    await api.desks.enlist(companyId, email);
    const wallets = ['a', 'b'].map((name) => ({ name, asset: btc }));
    const body = { name: 'F', custodygroup_tx: { threshold: 1, members: [userID] }, wallets };
    const { fund_id } = ok(await api.client.post(`/company/${companyId}/fund`, body));
    const fund = ok(await api.client.get(`/company/${companyId}/fund/${fund_id}`));
    const [from, to] = fund.wallets.map((wallet: { wallet_id: string }) => wallet.wallet_id);
    await api.control.deposit(from, 10_000);
    const send = { symbol: btc, amount: 5 };
    const transfer = { wallet_id: from, counterparty_wallet_address: to, expires: api.now + 60, send };
    const { tx_id } = okWith(await api.client.post(`/company/${companyId}/transfer`, transfer), created);
    const path = `/company/${companyId}/transfer/${tx_id}`;
    const [entry] = ok(await api.client.get(path)).status;
    equal([entry.firstName, entry.lastName, entry.userID], ['Nina', 'Okafor', userID], 'the approver');
    await api.control.decide(entry.actionID, true);
    equal(ok(await api.client.get(path)).txStatus, 'approved', 'txStatus after the vote in the app');
  }),
  check('25', 'knows no transaction of another company or key: 404 transaction', async (api) => {
    const [desk, other] = [await api.desks.open(), await api.desks.open({ balances: [] })];
    const txId = await startTransfer(desk, 1000);
    refused(
      await api.client.get(`/company/${desk.companyId}/transfer/2YBYIcnmDmpqhRO1fOh39c63C5T`),
      404,
      'transaction',
    );
    refused(await api.client.get(`/company/${other.companyId}/transfer/${txId}`), 404, 'transaction');
    const { client } = await api.stranger();
    refused(await client.get(`/company/${desk.companyId}/transfer/${txId}`), 404, 'company');
  }),
];
