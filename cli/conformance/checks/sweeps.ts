import { invalid, missing, ok, okWith, refused } from '../answers.ts';
import type { Api } from '../api.ts';
import { check } from '../check.ts';
import { balanceOf, btc, type Desk, type DeskWallet, eth, started, walletOf } from '../desks.ts';
import {
  askedWallet,
  connectedWallet,
  connectionAction,
  type Exchange,
  exchangeVotes,
  newExchange,
} from '../exchanges.ts';
import { about, base58, equal, ksuid, matches } from '../expect.ts';
import type { Json } from '../raw-client.ts';
import { mayLeave } from '../shapes.ts';
import { ledgerRows } from '../transfers.ts';

const created = { tx_id: ksuid, status: 'new' };

/** A customer with a connected wallet that holds 1,000,000, its exchange, and where the exchange keeps its own money. */
async function venue(api: Api, type: 1 | 2 = 1) {
  const exchange = await newExchange(api);
  const desk = await api.desks.open({ balances: [[btc, 0]] });
  const wallet = await connectedWallet(api, desk, exchange, type, 1_000_000);
  const house = await api.desks.open({
    client: exchange.client,
    balances: [
      [btc, 0],
      [eth, 0],
    ],
  });
  return { exchange, desk, wallet, house };
}

type Venue = Awaited<ReturnType<typeof venue>>;

/** The venue that requests share which are refused. */
const shared = (api: Api): Promise<Venue> => api.once('sweep venue', () => venue(api));

function body({ wallet, house }: { wallet: DeskWallet; house: Desk }, more: object = {}): object {
  return {
    wallet_id: wallet.id,
    recipient_wallet_id: walletOf(house, 0).id,
    expires: house.client.options.clock.nowSeconds() + 3600,
    reference: 'fill-902',
    send: { symbol: btc, amount: 300_000 },
    ...more,
  };
}

const post = (at: Venue, more: object = {}) =>
  at.exchange.client.post(`/coreclient/${at.exchange.id}/sweep`, body(at, more));

const read = async (exchange: Exchange, txId: string): Promise<Json> =>
  ok(await exchange.client.get(`/coreclient/${exchange.id}/sweep/${txId}`));

/** Lets the exchange's own core client decide its sweep. */
async function decide(exchange: Exchange, txId: string, isApproved: boolean): Promise<void> {
  await exchangeVotes(exchange, (await read(exchange, txId)).status[0].action_id, isApproved);
}

const balance = async (at: Venue): Promise<number> => ok(await at.desk.client.get(`/wallet/${at.wallet.id}`)).balance;

/** 43 and 44: sweeps. */
export const sweepChecks = [
  check('43', 'answers an id and the word new, and existing the next time', async (api) => {
    const at = await venue(api);
    const { tx_id } = okWith(await post(at, { partner_txID: 'tern-1' }), created);
    okWith(await post(at, { partner_txID: 'tern-1' }), { tx_id, status: 'existing' });
    const max = ok(await at.desk.client.get(`/wallet/${at.wallet.id}/max?pending=1`));
    equal(max.amountToSend, mayLeave(699_700), 'held once: 1,000,000 − 300,300');
  }),
  check(
    '43',
    'takes short codes, numeric strings, null and unknown members, and multi-counterparty wallets',
    async (api) => {
      const at = await venue(api, 2);
      const codes = { wallet_id: at.wallet.code, recipient_wallet_id: walletOf(at.house, 0).code };
      const send = { symbol: btc, amount: '5' };
      okWith(await post(at, { ...codes, send, expires: String(api.now + 60) }), created);
      okWith(await post(at, { send, reference: null, partner_txID: null, company_id: 'x' }), created);
    },
  ),
  check('43', 'names what is missing or wrong', async (api) => {
    const at = await shared(api);
    for (const name of ['wallet_id', 'recipient_wallet_id', 'expires', 'send']) {
      missing(await post(at, { [name]: undefined }), name);
      invalid(await post(at, { [name]: true }), name);
    }
    invalid(await post(at, { reference: 5 }), 'reference');
    invalid(await post(at, { partner_txID: 5 }), 'partner_txID');
    missing(await post(at, { send: { symbol: btc } }), 'send.amount');
    invalid(await post(at, { send: { symbol: btc, amount: -1 } }), 'send.amount');
    refused(await post(at, { send: { symbol: 'DOGE', amount: 1 } }), 400, 'unknown asset');
    refused(await post(at, { send: { symbol: eth, amount: 1 } }), 400, 'asset mismatch');
    refused(await post(at, { recipient_wallet_id: walletOf(at.house, 1).id }), 400, 'asset mismatch');
    refused(await post(at, { expires: api.now - 1 }), 400, 'expired');
    refused(await post(at, { send: { symbol: btc, amount: 1_000_000 } }), 400, 'insufficient balance');
    refused(await post(at, { recipient_wallet_id: 'nobody' }), 404, 'wallet');
    refused(await post(at, { wallet_id: 'nobody' }), 404, 'wallet');
  }),
  check('43', 'sweeps only wallets connected to this core client: 403 not connected', async (api) => {
    const at = await shared(api);
    const other = await newExchange(api);
    const path = `/coreclient/${other.id}/sweep`;
    refused(await other.client.post(path, body(at)), 403, 'not connected');
    const asked = await askedWallet(at.desk, at.exchange, 2);
    refused(await post(at, { wallet_id: asked }), 403, 'not connected');
    refused(await post(at, { wallet_id: walletOf(at.desk, 0).id }), 403, 'not connected');
  }),
  check('43', 'lets each exchange of a multi-counterparty wallet sweep', async (api) => {
    const at = await venue(api, 2);
    const other = await newExchange(api);
    await api.control.connect(at.wallet.id, other.id, 'C-2');
    const path = `/coreclient/${other.id}/sweep`;
    refused(await other.client.post(path, body(at)), 403, 'not connected');
    await exchangeVotes(other, (await connectionAction(other, at.wallet.id)).id, true);
    okWith(await other.client.post(path, body(at)), created);
    okWith(await post(at), created);
  }),
  check('43', 'knows core clients of the key only: 404 core client', async (api) => {
    const at = await shared(api);
    refused(await api.client.post(`/coreclient/${at.exchange.id}/sweep`, body(at)), 404, 'core client');
    refused(await api.client.post('/coreclient/nobody/sweep', body(at)), 404, 'core client');
  }),
  check('43', 'gives one new and otherwise existing to calls that race', async (api) => {
    const at = await venue(api);
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(at, { partner_txID: 'race' })));
    const words = answers.map((answer) => ok(answer).status);
    equal(words.filter((word) => word === 'new').length, 1, 'answers that say new');
    equal(new Set(answers.map((answer) => answer.body.tx_id)).size, 1, 'transactions');
  }),
  check('44', 'reads every member in snake_case', async (api) => {
    const at = await venue(api);
    const txId = await started(post(at));
    const status = [{ action_id: ksuid, status: 'pending', timestamp: about(api.now), entity: at.exchange.id }];
    okWith(await at.exchange.client.get(`/coreclient/${at.exchange.id}/sweep/${txId}`), {
      tx_id: txId,
      tx_status: 'pending',
      approver_count: 0,
      threshold_required: 1,
      expires: about(api.now + 3600),
      initiated_timestamp: about(api.now),
      reference: 'fill-902',
      status,
      status_details: {
        amount: 300_300,
        asset: btc,
        expires: 0,
        fees: 300,
        wallet_id: at.wallet.id,
        net_amount: 300_000,
        recipient_wallet_id: walletOf(at.house, 0).id,
        reference: 'fill-902',
        requested_by: at.exchange.name,
      },
    });
  }),
  check('44', 'is approved by the exchange’s own core client alone, and then moves the money', async (api) => {
    const at = await venue(api);
    const txId = await started(post(at));
    equal(ok(await at.desk.client.get(`/coreclient/${at.desk.voters[0]}/actions`)).count, 0, 'actions of the owner');
    const { status } = await read(at.exchange, txId);
    const action = ok(await at.exchange.client.get(`/coreclient/${at.exchange.id}/action/${status[0].action_id}`));
    equal([action.type, action.details.txType, action.details.txID], ['ApproveSweep', 'sweep', txId], 'action');
    await decide(at.exchange, txId, true);
    const info = await read(at.exchange, txId);
    equal([info.tx_status, info.approver_count, info.status[0].status], ['approved', 1, 'approved'], 'standing');
    equal([await balance(at), await balanceOf(at.house)], [699_700, 300_000], 'balances');
    const rows = (await ledgerRows(at.desk)).filter((row) => row.TxID === txId);
    matches(
      rows.map((row) => [row.type, row.amount, row.fees]),
      [['transferOut', 300_300, 300]],
    );
    const received = (await ledgerRows(at.house)).filter((row) => row.TxID === txId);
    matches(
      received.map((row) => [row.type, row.amount, row.chainTxID]),
      [['transferIn', 300_000, base58]],
    );
    equal(await api.control.isBalanced(), true, 'the books balance');
  }),
  check('44', 'ends rejected, expired or refused by the chain with its hold given back', async (api) => {
    const at = await venue(api);
    const rejected = await started(post(at));
    await decide(at.exchange, rejected, false);
    const byChain = await started(post(at));
    await api.control.refuseNextSettlement(at.wallet.id);
    await decide(at.exchange, byChain, true);
    const late = await started(post(at, { expires: api.now + 60 }));
    await api.control.advance(61);
    const words: string[] = [];
    for (const id of [rejected, byChain, late]) words.push((await read(at.exchange, id)).tx_status);
    equal(words, ['custody_rejected', 'chain_rejected', 'expired'], 'tx_status');
    const max = ok(await at.desk.client.get(`/wallet/${at.wallet.id}/max?pending=1`));
    equal([await balance(at), max.amountToSend], [1_000_000, mayLeave(1_000_000)], 'balance and sendable');
  }),
  check('44', 'takes the id of its action as well', async (api) => {
    const at = await shared(api);
    const txId = await started(post(at, { send: { symbol: btc, amount: 5 } }));
    const info = await read(at.exchange, txId);
    equal(await read(at.exchange, info.status[0].action_id), info, 'the same');
  }),
  check('43', 'keeps the keys of two core clients apart, and those of companies', async (api) => {
    const [one, two] = [await venue(api), await venue(api)];
    const ids = new Set<string>();
    for (const at of [one, two]) ids.add(okWith(await post(at, { partner_txID: 'same' }), created).tx_id);
    const transfer = {
      wallet_id: walletOf(one.desk, 0).id,
      counterparty_wallet_address: one.wallet.id,
      expires: api.now + 60,
      partner_txID: 'same',
      send: { symbol: btc, amount: 5 },
    };
    await api.control.deposit(walletOf(one.desk, 0).id, 1000);
    ids.add(okWith(await api.client.post(`/company/${one.desk.companyId}/transfer`, transfer), created).tx_id);
    equal(ids.size, 3, 'different transactions');
  }),
  check('44', 'knows sweeps of this core client only: 404', async (api) => {
    const at = await shared(api);
    const txId = await started(post(at, { send: { symbol: btc, amount: 5 } }));
    const other = await newExchange(api);
    refused(await other.client.get(`/coreclient/${other.id}/sweep/${txId}`), 404, 'transaction');
    refused(await at.exchange.client.get(`/coreclient/${at.exchange.id}/sweep/none`), 404, 'transaction');
    refused(await api.client.get(`/coreclient/${at.exchange.id}/sweep/${txId}`), 404, 'core client');
  }),
];
