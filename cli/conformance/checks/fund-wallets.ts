import { invalid, missing, ok, okWith, refused } from '../answers.ts';
import type { Api } from '../api.ts';
import { check } from '../check.ts';
import { btc, eth } from '../desks.ts';
import { base58, equal } from '../expect.ts';
import { policy, walletInfo } from '../shapes.ts';

/** The promises of operation 16, which its legacy name D1 shares (K10). */
function assetChecks(operation: '16' | 'D1', name: string) {
  const post = async (api: Api, wishes: object, body: unknown) => {
    const desk = await api.desks.open(wishes);
    return { desk, answer: await api.client.post(`${desk.fundPath}/${name}`, body as object) };
  };
  return [
    check(operation, 'makes a wallet with inherited policies for each asset', async (api) => {
      const { desk, answer } = await post(api, { balances: [] }, { assets: [btc, eth] });
      const { wallets } = okWith(answer, { wallets: [base58, base58] });
      const inherited = { custodygroup_withdraw: desk.withdrawPolicyId, custodygroup_tx: desk.txPolicyId };
      for (const [index, asset] of [btc, eth].entries()) {
        okWith(await api.client.get(`/wallet/${wallets[index]}`), walletInfo({ asset, ...inherited }));
      }
    }),
    check(operation, 'answers an asset that is already there with 409 asset exists, and makes nothing', async (api) => {
      const { desk, answer } = await post(api, { balances: [[btc, 0]] }, { assets: [eth, btc] });
      refused(answer, 409, 'asset exists');
      equal(ok(await api.client.get(desk.fundPath)).assets, [btc], 'assets');
    }),
    check(operation, 'names what is missing or wrong', async (api) => {
      const desk = await api.desks.empty();
      const path = `${desk.fundPath}/${name}`;
      missing(await api.client.post(path, {}), 'assets');
      invalid(await api.client.post(path, { assets: btc }), 'assets');
      invalid(await api.client.post(path, { assets: [5] }), 'assets');
      refused(await api.client.post(path, { assets: ['DOGE'] }), 400, 'unknown asset');
      refused(await (await api.stranger()).client.post(path, { assets: [eth] }), 404, 'company');
    }),
  ];
}

const own = (members: readonly string[]) => ({ threshold: 1, members });

/** 16, its legacy name D1, and 17: wallets of a fund. */
export const fundWalletChecks = [
  ...assetChecks('16', 'asset'),
  ...assetChecks('D1', 'deposit'),
  check('17', 'makes wallets in the order of the request, also several of one asset', async (api) => {
    const desk = await api.desks.open({ balances: [[btc, 0]] });
    const wanted = [
      { name: 'one', asset: btc },
      { name: 'two', asset: eth },
      { name: 'three', asset: btc, custodygroup_tx: null, custodygroup_withdraw: null, type: 0, connect: null },
    ];
    const { wallets } = okWith(await api.client.post(`${desk.fundPath}/wallet`, { wallets: wanted }), {
      wallets: [base58, base58, base58],
    });
    for (const [index, { name, asset }] of wanted.entries()) {
      okWith(await api.client.get(`/wallet/${wallets[index]}`), walletInfo({ wallet_id: wallets[index], name, asset }));
    }
  }),
  check('17', 'resolves each kind of policy on its own: the wallet’s if it has one, else the fund’s', async (api) => {
    const desk = await api.desks.open({ voters: 2, threshold: 2, balances: [] });
    const [first] = desk.voters as [string, string];
    const wanted = { name: 'Own', asset: btc, custodygroup_tx: own([first]) };
    const { wallets } = ok(await api.client.post(`${desk.fundPath}/wallet`, { wallets: [wanted] }));
    const info = ok(await api.client.get(`/wallet/${wallets[0]}`));
    equal(info.custodygroup_withdraw, desk.withdrawPolicyId, 'custodygroup_withdraw');
    equal(info.custodygroup_tx === desk.txPolicyId, false, 'own policy has the fund policy’s id');
    const ownTx = policy({ id: info.custodygroup_tx, name: 'Wallet Own Tx policy', threshold: 1, membersCount: 1 });
    const inherited = policy({ id: desk.withdrawPolicyId, threshold: 2, membersCount: 2, walletCount: 1 });
    okWith(
      await api.client.get(`/wallet/${wallets[0]}`),
      walletInfo({ asset: btc, name: 'Own', policy_tx: { ...ownTx, walletCount: 1 }, policy_withdraw: inherited }),
    );
  }),
  check('17', 'names what is missing or wrong, and then makes nothing', async (api) => {
    const desk = await api.desks.open({ balances: [] });
    const path = `${desk.fundPath}/wallet`;
    const post = (wallet: unknown) => api.client.post(path, { wallets: [{ name: 'fine', asset: btc }, wallet] });
    missing(await api.client.post(path, {}), 'wallets');
    invalid(await api.client.post(path, { wallets: [] }), 'wallets');
    invalid(await api.client.post(path, { wallets: {} }), 'wallets');
    missing(await post({ asset: btc }), 'wallets.name');
    missing(await post({ name: 'w' }), 'wallets.asset');
    invalid(await post({ name: 5, asset: btc }), 'wallets.name');
    invalid(await post({ name: 'w', asset: btc, type: 'x' }), 'wallets.type');
    refused(await post({ name: 'w', asset: 'DOGE' }), 400, 'unknown asset');
    const tooMany = { threshold: 2, members: desk.voters };
    refused(await post({ name: 'w', asset: btc, custodygroup_tx: tooMany }), 400, 'invalid threshold');
    refused(await post({ name: 'w', asset: btc, custodygroup_withdraw: own(['x']) }), 400, 'unknown member');
    equal(ok(await api.client.get(desk.fundPath)).wallets, [], 'wallets');
  }),
  check('17', 'refuses type 3 without connections, and exchanges nobody knows: 404', async (api) => {
    const desk = await api.desks.empty();
    const post = (more: object) =>
      api.client.post(`${desk.fundPath}/wallet`, { wallets: [{ name: 'w', asset: btc, ...more }] });
    invalid(await post({ type: 3 }), 'wallets.type');
    refused(
      await post({ type: 1, connect: [{ counterparty_id: 'nobody', client_id: 'C' }] }),
      404,
      'core client',
      'exchange',
    );
  }),
  check('17', 'does not know the fund of another key: 404 company', async (api) => {
    const desk = await api.desks.empty();
    const body = { wallets: [{ name: 'w', asset: btc }] };
    refused(await (await api.stranger()).client.post(`${desk.fundPath}/wallet`, body), 404, 'company');
  }),
];
