import { invalid, ok, okWith, refused } from '../answers.ts';
import { check } from '../check.ts';
import { btc, type Desk, eth, walletOf } from '../desks.ts';
import { about, base58, equal, integer, matches, someText, text } from '../expect.ts';
import { ledgerRows, settleTransfer, startTransfer } from '../transfers.ts';
import { vote } from '../votes.ts';

/** A row of the ledger with what is the same for every kind of entry. */
function row(desk: Desk, known: Record<string, unknown>): object {
  return {
    TxID: '',
    chainTxID: '',
    fundID: desk.fundId,
    timestamp: about(desk.client.options.clock.nowSeconds()),
    expireTime: 0,
    status: '',
    asset: btc,
    counterpartyID: '',
    counterpartyName: '',
    address: '',
    reference: '',
    benefitOf: '',
    accountNo: '',
    ...known,
  };
}

/** 18: the transaction ledger. */
export const ledgerChecks = [
  check('18', 'is empty for a fund nothing happened to', async (api) => {
    okWith(await api.client.get(`${(await api.desks.empty()).fundPath}/ledger`), { Total: 0, List: [] });
  }),
  check('18', 'shows a deposit with chain id and address, without id and status', async (api) => {
    const desk = await api.desks.open({ balances: [[btc, 0]] });
    const { chainTxId } = await api.control.deposit(walletOf(desk, 0).id, 5000);
    const amounts = { amount: 5000, fees: 0, netAmount: 5000 };
    const deposit = row(desk, { type: 'deposit', chainTxID: chainTxId, address: someText, ...amounts });
    okWith(await api.client.get(`${desk.fundPath}/ledger`), { Total: 1, List: [deposit] });
  }),
  check('18', 'shows an outgoing entry from submission on, and the incoming one once it is settled', async (api) => {
    const desk = await api.desks.open();
    const words = { reference: 'inv-2041', benefit_of: 'Mira Solberg', account_no: 'HV-77' };
    const txId = await startTransfer(desk, 250_000, words);
    const echoed = { reference: 'inv-2041', benefitOf: 'Mira Solberg', accountNo: 'HV-77' };
    const other = { counterpartyID: desk.companyId, counterpartyName: desk.companyName };
    const common = { TxID: txId, expireTime: about(api.now + 3600), ...echoed, ...other };
    const sent = { amount: 250_250, fees: 250, netAmount: 250_000, address: walletOf(desk, 1).id };
    const [open] = await ledgerRows(desk);
    matches(open, row(desk, { ...common, ...sent, type: 'transferOut', status: 'pending' }));
    equal((await ledgerRows(desk)).length, 2, 'rows while open');
    await vote(desk, txId, desk.voters[0]);
    const rows = await ledgerRows(desk);
    equal(rows.length, 3, 'rows once settled');
    const settled = { ...common, chainTxID: base58, status: 'approved' };
    matches(
      rows.find((one) => one.type === 'transferOut'),
      row(desk, { ...settled, ...sent, type: 'transferOut' }),
    );
    // What the incoming side says of the sender's words is not written: only that the members are there.
    const received = { amount: 250_000, fees: 0, netAmount: 250_000, address: text, expireTime: integer };
    const echo = { reference: text, benefitOf: text, accountNo: text };
    matches(
      rows.find((one) => one.type === 'transferIn'),
      row(desk, { ...settled, ...received, ...echo, type: 'transferIn' }),
    );
  }),
  check(
    '18',
    'lists newest first; an entry carries the time of submission while open, of settlement then',
    async (api) => {
      const desk = await api.desks.open();
      const first = await startTransfer(desk, 1000);
      const submittedAt = (await ledgerRows(desk, '?direction=out'))[0].timestamp;
      await api.control.advance(10);
      const second = await startTransfer(desk, 2000);
      const ids = async () => (await ledgerRows(desk, '?direction=out')).map((one) => one.TxID);
      equal(await ids(), [second, first], 'newest first');
      await api.control.advance(10);
      await vote(desk, first, desk.voters[0]);
      equal(await ids(), [first, second], 'the settled one is the newest now');
      const [settled] = await ledgerRows(desk, '?direction=out');
      equal(settled.timestamp - submittedAt >= 20, true, 'the timestamp has moved to the settlement');
      const info = ok(await api.client.get(`/company/${desk.companyId}/transfer/${first}`));
      equal(info.initiatedTimestamp, submittedAt, 'initiatedTimestamp stays');
      await api.control.advance(10);
      await vote(desk, second, desk.voters[0], 'reject');
      equal(await ids(), [first, second], 'one that ends unsettled keeps its place');
    },
  ),
  check('18', 'shows how a transaction ended in the entry that was open, without a chain id', async (api) => {
    const desk = await api.desks.open();
    const rejected = await startTransfer(desk, 1);
    await vote(desk, rejected, desk.voters[0], 'reject');
    const byChain = await startTransfer(desk, 2);
    await api.control.refuseNextSettlement(walletOf(desk, 0).id);
    await vote(desk, byChain, desk.voters[0]);
    const late = await startTransfer(desk, 3, { expires: api.now + 60 });
    const waiting = await startTransfer(desk, 4, { authorize_id: desk.voters[0] });
    await api.control.advance(61);
    const rows = await ledgerRows(desk, '?direction=out');
    equal(rows.length, 4, 'entries');
    const entryOf = (txId: string) => rows.find((one) => one.TxID === txId);
    const ends = [rejected, byChain, late, waiting].map((txId) => [entryOf(txId)?.status, entryOf(txId)?.chainTxID]);
    const words = ['custody_rejected', 'chain_rejected', 'expired', 'pending_initiate'];
    equal(
      ends,
      words.map((word) => [word, '']),
      'status and chainTxID',
    );
  }),
  check('18', 'filters by asset, wallet (short code or id) and direction', async (api) => {
    const desk = await api.desks.open({
      balances: [
        [btc, 10_000],
        [btc, 0],
        [eth, 500],
      ],
    });
    await settleTransfer(desk, 1000);
    const path = `${desk.fundPath}/ledger`;
    const total = async (query: string) => {
      const { Total, List } = ok(await api.client.get(`${path}?${query}`));
      equal(List.length, Total, 'rows of one page');
      return Total;
    };
    const code = encodeURIComponent(walletOf(desk, 0).code);
    equal(await total('direction=all'), 4, 'all');
    equal(await total('direction=in'), 3, 'in');
    equal(await total('direction=out'), 1, 'out');
    equal(await total(`asset=${btc}`), 3, 'asset');
    equal(await total(`asset=${eth}&direction=out`), 0, 'asset and direction');
    equal(await total(`wallet_id=${code}`), 2, 'wallet by short code');
    equal(await total(`wallet_id=${walletOf(desk, 0).id}`), 2, 'wallet by id');
    equal(await total(`wallet_id=${walletOf(desk, 1).id}&direction=in`), 1, 'wallet and direction');
    equal(await total(`wallet_id=${walletOf(desk, 1).id}&asset=${eth}`), 0, 'wallet and another asset');
    equal(await total('asset=&wallet_id=&direction='), 4, 'empty parameters');
  }),
  check('18', 'pages with offset and limit, and counts all matches', async (api) => {
    const desk = await api.desks.open({ balances: [[btc, 0]] });
    for (let amount = 1; amount <= 5; amount++) {
      await api.control.deposit(walletOf(desk, 0).id, amount);
      await api.control.advance(1);
    }
    const page = async (query: string) => {
      const { Total, List } = ok(await api.client.get(`${desk.fundPath}/ledger?${query}`));
      equal(Total, 5, 'Total');
      return List.map((one: { amount: number }) => one.amount);
    };
    equal(await page(''), [5, 4, 3, 2, 1], 'all');
    equal(await page('limit=2'), [5, 4], 'first page');
    equal(await page('limit=2&offset=2'), [3, 2], 'second page');
    equal(await page('limit=2&offset=4'), [1], 'last page');
    equal(await page('offset=9'), [], 'beyond the end');
  }),
  check('18', 'returns 100 rows unless asked for more, and 1000 at most', async (api) => {
    const desk = await api.desks.open({ balances: [[btc, 0]] });
    for (let count = 0; count < 1001; count++) await api.control.deposit(walletOf(desk, 0).id, 1);
    const rows = async (query: string) => {
      const { Total, List } = ok(await api.client.get(`${desk.fundPath}/ledger?${query}`));
      return [Total, List.length];
    };
    equal(await rows(''), [1001, 100], 'default page');
    equal(await rows('limit=1000'), [1001, 1000], 'largest page');
    equal(await rows('limit=5000'), [1001, 1000], 'a larger page');
  }),
  check('18', 'names a wrong parameter', async (api) => {
    const path = `${(await api.desks.empty()).fundPath}/ledger`;
    invalid(await api.client.get(`${path}?direction=up`), 'direction');
    invalid(await api.client.get(`${path}?offset=-1`), 'offset');
    invalid(await api.client.get(`${path}?limit=ten`), 'limit');
  }),
  check('18', 'does not know the fund of another key or company: 404', async (api) => {
    const desk = await api.desks.empty();
    refused(await (await api.stranger()).client.get(`${desk.fundPath}/ledger`), 404, 'company');
    refused(await api.client.get(`/company/${desk.companyId}/fund/none/ledger`), 404, 'fund');
  }),
];
