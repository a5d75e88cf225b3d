import { invalid, ok, okWith, refused } from '../answers.ts';
import type { Api } from '../api.ts';
import { check } from '../check.ts';
import { balanceOf, btc, type Desk, eth, sendableFrom, walletOf } from '../desks.ts';
import { equal, ksuid } from '../expect.ts';
import { mayLeave } from '../shapes.ts';
import { openQuote, postMake, postTake, swapDesk } from '../swaps.ts';
import { postTransfer, settleTransfer, transferBody } from '../transfers.ts';
import { vote } from '../votes.ts';

/** A desk with both assets, so that every kind of transaction can be asked for. */
function twoAssets(api: Api): Promise<Desk> {
  return api.desks.open({
    balances: [
      [btc, 5_000_000],
      [btc, 0],
      [eth, 0],
    ],
  });
}

/** Idempotency by `partner_txID` (reference 7). */
export const idempotencyChecks = [
  check('24', 'answers the same partner_txID with the original id and the word existing', async (api) => {
    const desk = await api.desks.open();
    const body = transferBody(desk, 1000, { partner_txID: 'hv-1' });
    const { tx_id } = okWith(await postTransfer(desk, body), { tx_id: ksuid, status: 'new' });
    okWith(await postTransfer(desk, body), { tx_id, status: 'existing' });
    equal(await sendableFrom(desk), mayLeave(4_998_999), 'held once');
  }),
  check('24', 'takes an empty or missing partner_txID for none: always new', async (api) => {
    const desk = await api.desks.open();
    const ids = new Set<string>();
    for (const partner_txID of ['', '', null, undefined, undefined]) {
      const answer = await postTransfer(desk, transferBody(desk, 1, { partner_txID }));
      ids.add(okWith(answer, { tx_id: ksuid, status: 'new' }).tx_id);
    }
    equal(ids.size, 5, 'different transactions');
  }),
  check('24', 'gives one new and otherwise existing to calls that race', async (api) => {
    const desk = await api.desks.open();
    const body = transferBody(desk, 1000, { partner_txID: 'race' });
    const answers = (await Promise.all(Array.from({ length: 20 }, () => postTransfer(desk, body)))).map((one) =>
      ok(one),
    );
    equal(answers.filter(({ status }) => status === 'new').length, 1, 'answers that say new');
    equal(answers.filter(({ status }) => status === 'existing').length, 19, 'answers that say existing');
    equal(new Set(answers.map(({ tx_id }) => tx_id)).size, 1, 'transactions');
    equal(await sendableFrom(desk), mayLeave(4_998_999), 'held once');
  }),
  check('24', 'finds the original before any business check: funds gone, expired, another body', async (api) => {
    const desk = await api.desks.open({
      balances: [
        [btc, 1001],
        [btc, 0],
      ],
    });
    const body = transferBody(desk, 1000, { partner_txID: 'p' });
    const tx_id = await settleTransfer(desk, 1000, { partner_txID: 'p' });
    const existing = { tx_id, status: 'existing' };
    okWith(await postTransfer(desk, body), existing);
    okWith(await postTransfer(desk, { ...body, expires: api.now - 5 }), existing);
    okWith(await postTransfer(desk, { ...body, wallet_id: 'nobody', send: { symbol: 'DOGE', amount: 7 } }), existing);
    equal(await balanceOf(desk, 1), 1000, 'moved once');
  }),
  check('24', 'checks the shape of a repeated request first', async (api) => {
    const desk = await api.desks.open();
    const body = transferBody(desk, 1000, { partner_txID: 'p' });
    ok(await postTransfer(desk, body));
    invalid(await postTransfer(desk, { ...body, send: { symbol: btc, amount: -1 } }), 'send.amount');
  }),
  check('24', 'finds the original whatever became of it', async (api) => {
    const desk = await api.desks.open();
    const body = transferBody(desk, 1000, { partner_txID: 'rejected' });
    const { tx_id } = ok(await postTransfer(desk, body));
    await vote(desk, tx_id, desk.voters[0], 'reject');
    okWith(await postTransfer(desk, body), { tx_id, status: 'existing' });
    const short = transferBody(desk, 1000, { partner_txID: 'expired', expires: api.now + 30 });
    const expired = ok(await postTransfer(desk, short));
    await api.control.advance(31);
    okWith(await postTransfer(desk, short), { tx_id: expired.tx_id, status: 'existing' });
  }),
  check('24', 'keeps nothing of a request it refused', async (api) => {
    const desk = await api.desks.open({
      balances: [
        [btc, 0],
        [btc, 0],
      ],
    });
    const body = transferBody(desk, 1000, { partner_txID: 'later' });
    refused(await postTransfer(desk, body), 400, 'insufficient balance');
    await api.control.deposit(walletOf(desk, 0).id, 5000);
    okWith(await postTransfer(desk, body), { tx_id: ksuid, status: 'new' });
  }),
  check('24', 'keeps the keys of two companies apart', async (api) => {
    const [one, two] = [await api.desks.open(), await api.desks.open()];
    const first = ok(await postTransfer(one, transferBody(one, 1000, { partner_txID: 'same' })));
    const second = okWith(await postTransfer(two, transferBody(two, 1000, { partner_txID: 'same' })), {
      tx_id: ksuid,
      status: 'new',
    });
    equal(first.tx_id === second.tx_id, false, 'one transaction for two companies');
  }),
  check('24', 'takes keys of 255 characters', async (api) => {
    const desk = await api.desks.open();
    const body = transferBody(desk, 1, { partner_txID: 'x'.repeat(255) });
    const { tx_id } = ok(await postTransfer(desk, body));
    okWith(await postTransfer(desk, body), { tx_id, status: 'existing' });
  }),
  check('28', 'gives one new and otherwise existing to quotes, takes and withdrawals that race', async (api) => {
    const [maker, taker] = [await swapDesk(api, 1_000_000, 0), await swapDesk(api, 0, 200_000_000)];
    const oneOfEight = async (post: () => ReturnType<typeof postTransfer>) => {
      const answers = await Promise.all(Array.from({ length: 8 }, post));
      const words = answers.map((answer) => ok(answer).status).sort();
      equal(words, [...Array.from({ length: 7 }, () => 'existing'), 'new'], 'words');
      equal(new Set(answers.map((answer) => answer.body.tx_id)).size, 1, 'transactions');
    };
    await oneOfEight(() => postMake(maker, { partner_txID: 'race' }));
    const quote = await openQuote(await swapDesk(api, 1_000_000, 0));
    await oneOfEight(() => postTake(taker, quote, { partner_txID: 'race' }));
    const desk = await api.desks.open();
    const address = 'mmEMpkxQ6WQPFiksuWmmnRvMGUQCxyzUeD';
    ok(await api.client.post(`${desk.fundPath}/whitelist`, { name: 'x', asset: btc, address }));
    const send = { symbol: btc, amount: 5 };
    const body = { wallet_id: walletOf(desk, 0).id, address, expires: api.now + 60, partner_txID: 'race', send };
    await oneOfEight(() => api.client.post(`/company/${desk.companyId}/withdraw`, body));
  }),
  check('28', 'shares partner_txID across all kinds of transactions of a company', async (api) => {
    const desk = await twoAssets(api);
    const { tx_id } = ok(await postTransfer(desk, transferBody(desk, 1000, { partner_txID: 'shared' })));
    const path = `/company/${desk.companyId}`;
    const common = { partner_txID: 'shared', expires: api.now + 60, reference: 'r' };
    const send = { symbol: btc, amount: 5 };
    const withdrawal = {
      ...common,
      wallet_id: walletOf(desk, 0).id,
      address: 'mmEMpkxQ6WQPFiksuWmmnRvMGUQCxyzUeD',
      send,
    };
    okWith(await api.client.post(`${path}/withdraw`, withdrawal), { tx_id, status: 'existing' });
    const wallets = { send_wallet_id: walletOf(desk, 0).id, receive_wallet_id: walletOf(desk, 2).id };
    const make = { ...common, ...wallets, send, receive: { symbol: eth, amount: 5 } };
    const made = ok(await api.client.post(`${path}/atomicswap/make`, make));
    equal([made.tx_id, made.status], [tx_id, 'existing'], 'make');
    const take = { ...wallets, swap_id: 'none', reference: 'r', partner_txID: 'shared' };
    okWith(await api.client.post(`${path}/atomicswap/take`, take), { tx_id, status: 'existing' });
  }),
];
