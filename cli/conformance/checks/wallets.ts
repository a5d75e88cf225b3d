import { invalid, ok, okWith, refused } from '../answers.ts';
import { check } from '../check.ts';
import { btc, type Desk, eth, started, walletOf } from '../desks.ts';
import { about, base58, equal, holds, ksuid, matches } from '../expect.ts';
import type { Json } from '../raw-client.ts';
import { feesResponse, policy, walletInfo } from '../shapes.ts';
import { postTransfer, settleTransfer, startTransfer, transferBody } from '../transfers.ts';
import { vote } from '../votes.ts';

const nobody = 'J41eUdfjvvkv2MxB342tVc3SpX6fGJU6Pu3tErgQse4R';

async function history(desk: Desk, index: number, query = ''): Promise<Json[]> {
  return ok(await desk.client.get(`/wallet/${walletOf(desk, index).id}/history${query}`)).history;
}

/** 20 to 22: reading wallets. */
export const walletChecks = [
  check('20', 'reads every member', async (api) => {
    const desk = await api.desks.empty();
    const { id, code, address } = walletOf(desk, 0);
    const inherited = { custodygroup_withdraw: desk.withdrawPolicyId, custodygroup_tx: desk.txPolicyId };
    const known = { wallet_id: id, name: 'Wallet 1', asset: btc, address, short_code: code, ...inherited };
    const policies = {
      policy_withdraw: policy({ id: desk.withdrawPolicyId }),
      policy_tx: policy({ id: desk.txPolicyId }),
    };
    okWith(await api.client.get(`/wallet/${id}`), walletInfo({ ...known, ...policies }));
  }),
  check('20', 'takes the short code, percent-decoded, for the id', async (api) => {
    const wallet = walletOf(await api.desks.empty(), 0);
    const byCode = ok(await api.client.get(`/wallet/${encodeURIComponent(wallet.code)}`));
    equal(byCode, ok(await api.client.get(`/wallet/${wallet.id}`)), 'the same wallet');
  }),
  check('20', 'shows the settled balance, open transactions not counted', async (api) => {
    const desk = await api.desks.open();
    await startTransfer(desk, 1_000_000);
    okWith(await api.client.get(`/wallet/${walletOf(desk, 0).id}`), walletInfo({ asset: btc, balance: 5_000_000 }));
  }),
  check('20', 'tells amounts beyond 2^53 exactly, as do history, ledger and transfers', async (api) => {
    const desk = await api.desks.open({
      balances: [
        [btc, 0],
        [btc, 0],
      ],
    });
    // 9,007,199,254,740,993 is the first integer that a double cannot hold; with a fee of 9,007,199,254,741 it just fits.
    const [amount, whole] = ['9007199254740993', '9016206453995734'];
    await api.control.deposit(walletOf(desk, 0).id, whole);
    const body = JSON.stringify(transferBody(desk, 1)).replace('"amount":1', `"amount":${amount}`);
    const txId = await started(postTransfer(desk, body));
    await vote(desk, txId, desk.voters[0]);
    const [sender, recipient] = [`/wallet/${walletOf(desk, 0).id}`, `/wallet/${walletOf(desk, 1).id}`];
    const told: [path: string, member: string][] = [
      [recipient, `"balance":${amount}`],
      [`${sender}/history`, `"amount":-${whole}`],
      [`${desk.fundPath}/ledger`, `"amount":${whole}`],
      [`/company/${desk.companyId}/transfer/${txId}`, `"netAmount":${amount}`],
      [`/company/${desk.companyId}/holding`, `"amount":${amount}`],
    ];
    for (const [path, member] of told) {
      holds((await api.client.get(path)).text.includes(member), `${path} tells ${member}`);
    }
    equal(ok(await api.client.get(sender)).balance, 0, 'balance of the sender');
  }),
  check('20', 'has no policies to show in a fund without any', async (api) => {
    const desk = await api.desks.open({ balances: [[eth, 0]], policies: false });
    const absent = { custodygroup_withdraw: '', custodygroup_tx: '', policy_withdraw: null, policy_tx: null };
    okWith(await api.client.get(`/wallet/${walletOf(desk, 0).id}`), walletInfo({ asset: eth, ...absent }));
  }),
  check('20', 'knows neither a made-up wallet nor that of another key: 404 wallet', async (api) => {
    const { client } = await api.stranger();
    const wallet = walletOf(await api.desks.empty(), 0);
    for (const path of ['', '/history', '/max']) {
      refused(await api.client.get(`/wallet/${nobody}${path}`), 404, 'wallet');
      refused(await client.get(`/wallet/${wallet.id}${path}`), 404, 'wallet');
      refused(await client.get(`/wallet/${encodeURIComponent(wallet.code)}${path}`), 404, 'wallet');
    }
  }),
  check('21', 'is empty for a wallet nothing happened to', async (api) => {
    okWith(await api.client.get(`/wallet/${walletOf(await api.desks.empty(), 0).id}/history`), { history: [] });
  }),
  check('21', 'shows outgoing movements negative, incoming ones positive, and fees never positive', async (api) => {
    const desk = await api.desks.open();
    const txId = await settleTransfer(desk, 250_000);
    const [sender, recipient] = [walletOf(desk, 0).id, walletOf(desk, 1).id];
    const common = { chain_tx_id: base58, asset: btc, timestamp: about(api.now) };
    const rows = await history(desk, 0);
    const out = rows.find((row) => row.tx_id === txId);
    matches(out, { ...common, wallet_id: sender, tx_id: txId, amount: -250_250, fee: -250, net_amount: -250_000 });
    const deposit = rows.find((row) => row.tx_id !== txId);
    matches(deposit, { ...common, wallet_id: sender, tx_id: '', amount: 5_000_000, fee: 0, net_amount: 5_000_000 });
    equal(rows.length, 2, 'rows of the sender');
    const into = { wallet_id: recipient, tx_id: txId, amount: 250_000, fee: 0, net_amount: 250_000 };
    matches(await history(desk, 1), [{ ...common, ...into }]);
    equal((await history(desk, 1))[0].chain_tx_id, out.chain_tx_id, 'chain_tx_id of both sides');
  }),
  check('21', 'shows settled movements only', async (api) => {
    const desk = await api.desks.open();
    await startTransfer(desk, 1000);
    equal((await history(desk, 0)).length, 1, 'rows while a transfer is open');
    equal(await history(desk, 1), [], 'rows of the recipient');
  }),
  check('21', 'with since shows strictly later entries', async (api) => {
    const desk = await api.desks.open();
    const first = (await history(desk, 0))[0].timestamp;
    await api.control.advance(5);
    const txId = await settleTransfer(desk, 1000);
    const [later] = await history(desk, 0, `?since=${first}`);
    equal([later.tx_id, (await history(desk, 0, `?since=${first}`)).length], [txId, 1], 'later than the deposit');
    equal((await history(desk, 0, `?since=${first - 1}`)).length, 2, 'rows since before the deposit');
    equal(await history(desk, 0, `?since=${later.timestamp}`), [], 'rows since the last one');
    invalid(await api.client.get(`/wallet/${walletOf(desk, 0).id}/history?since=yesterday`), 'since');
  }),
  check('22', 'tells the largest amount that can go with its fee: the documented example', async (api) => {
    const desk = await api.desks.open({ balances: [[btc, 4_629_630]] });
    const path = `/wallet/${walletOf(desk, 0).id}/max`;
    okWith(await api.client.get(path), { netAmount: 4_625_004, amountToSend: 4_629_630, fees: 4626 });
    for (const type of ['transfer', 'withdraw', 'swap']) {
      okWith(await api.client.get(`${path}?pending=0&tx_type=${type}`), feesResponse(4_625_004));
    }
    okWith(await api.client.get(`/wallet/${encodeURIComponent(walletOf(desk, 0).code)}/max`), feesResponse(4_625_004));
  }),
  check('22', 'counts open transactions only when asked to', async (api) => {
    const desk = await api.desks.open({
      balances: [
        [btc, 100_000],
        [btc, 0],
      ],
    });
    await startTransfer(desk, 50_000);
    const path = `/wallet/${walletOf(desk, 0).id}/max`;
    // 100,000 − 50,050 = 49,950; of that 49,900 and its fee of 50 can go.
    okWith(await api.client.get(`${path}?pending=1`), { netAmount: 49_900, fees: 50, amountToSend: 49_950 });
    okWith(await api.client.get(`${path}?pending=0`), { netAmount: 99_900, fees: 100, amountToSend: 100_000 });
    okWith(await api.client.get(path), { netAmount: 99_900, fees: 100, amountToSend: 100_000 });
  }),
  check('22', 'is zero for an empty wallet, and names a wrong parameter', async (api) => {
    const path = `/wallet/${walletOf(await api.desks.empty(), 0).id}/max`;
    okWith(await api.client.get(path), { netAmount: 0, fees: 0, amountToSend: 0 });
    invalid(await api.client.get(`${path}?tx_type=gift`), 'tx_type');
    invalid(await api.client.get(`${path}?pending=maybe`), 'pending');
  }),
  check('22', 'names an amount that a transfer then takes', async (api) => {
    const desk = await api.desks.open({
      balances: [
        [btc, 77_777],
        [btc, 0],
      ],
    });
    const { netAmount } = ok(await api.client.get(`/wallet/${walletOf(desk, 0).id}/max`));
    matches(await settleTransfer(desk, netAmount), ksuid);
  }),
];
