import { invalid, missing, ok, okWith, refused } from '../answers.ts';
import { check } from '../check.ts';
import { btc, type Desk, eth } from '../desks.ts';
import { equal, fits, ksuid, listOf, matches } from '../expect.ts';
import { addressOf, entity, policy, walletInfo } from '../shapes.ts';

const none = { fund_id: ksuid, custodygroup_withdraw: '', custodygroup_tx: '' };

/** A custody group of a desk's core clients. */
const group = (desk: Desk, threshold: unknown, members: unknown = desk.voters) => ({ threshold, members });

/** 11 to 13 and 19: funds; their wallets are in fund-wallets.ts. */
export const fundChecks = [
  check('11', 'answers the ids of the fund and of its two policies', async (api) => {
    const desk = await api.desks.empty();
    const body = { name: 'F', custodygroup_withdraw: group(desk, 1), custodygroup_tx: group(desk, 1) };
    const made = okWith(await api.client.post(`/company/${desk.companyId}/fund`, body), {
      fund_id: ksuid,
      custodygroup_withdraw: ksuid,
      custodygroup_tx: ksuid,
    });
    equal(new Set(Object.values(made)).size, 3, 'three different ids');
  }),
  check('11', 'makes a fund without policies, description and wallets, and ignores null members', async (api) => {
    const desk = await api.desks.empty();
    const path = `/company/${desk.companyId}/fund`;
    okWith(await api.client.post(path, { name: 'Bare' }), none);
    const body = { name: 'Bare', assets: null, members: null, wallets: null, custodygroup_tx: null, description: null };
    okWith(await api.client.post(path, body), none);
  }),
  check('11', 'makes its wallets in order; one may bring a policy of its own and inherit the other', async (api) => {
    const desk = await api.desks.open({ voters: 2, balances: [] });
    const wallets = [
      { name: 'Main BTC', asset: btc },
      {
        name: 'Main ETH',
        asset: eth,
        custodygroup_tx: group(desk, 2),
        custodygroup_withdraw: null,
        type: 0,
        connect: null,
      },
    ];
    const policies = { custodygroup_withdraw: group(desk, 2), custodygroup_tx: group(desk, 1) };
    const made = ok(await api.client.post(`/company/${desk.companyId}/fund`, { name: 'F', ...policies, wallets }));
    const read = ok(await api.client.get(`/company/${desk.companyId}/fund/${made.fund_id}`)).wallets;
    const inherited = { custodygroup_withdraw: made.custodygroup_withdraw };
    const both = { ...inherited, custodygroup_tx: made.custodygroup_tx };
    const own = policy({
      id: read[1]?.custodygroup_tx,
      name: 'Wallet Main ETH Tx policy',
      threshold: 2,
      walletCount: 1,
    });
    matches(read, [
      walletInfo({ asset: btc, name: 'Main BTC', ...both }),
      walletInfo({ asset: eth, name: 'Main ETH', ...inherited, policy_tx: own }),
    ]);
    equal(read[1].custodygroup_tx === made.custodygroup_tx, false, 'own policy has the fund policy’s id');
  }),
  check('11', 'names what is missing or wrong', async (api) => {
    const desk = await api.desks.empty();
    const path = `/company/${desk.companyId}/fund`;
    const post = (more: object) => api.client.post(path, { name: 'F', ...more });
    missing(await post({ name: undefined }), 'name');
    invalid(await post({ name: 5 }), 'name');
    invalid(await post({ description: 5 }), 'description');
    invalid(await post({ wallets: {} }), 'wallets');
    invalid(await post({ custodygroup_tx: [] }), 'custodygroup_tx');
    missing(await post({ custodygroup_tx: { threshold: 1 } }), 'custodygroup_tx.members');
    missing(await post({ custodygroup_tx: { members: desk.voters } }), 'custodygroup_tx.threshold');
    invalid(await post({ custodygroup_tx: group(desk, 'x') }), 'custodygroup_tx.threshold');
    invalid(await post({ custodygroup_tx: group(desk, 1, [5]) }), 'custodygroup_tx.members');
    refused(await post({ wallets: [{ name: 'w', asset: 'DOGE' }] }), 400, 'unknown asset');
  }),
  check('11', 'refuses thresholds below 1 or above the number of members: 400 invalid threshold', async (api) => {
    const desk = await api.desks.empty();
    for (const threshold of [0, -1, 2]) {
      const body = { name: 'F', custodygroup_withdraw: group(desk, threshold) };
      refused(await api.client.post(`/company/${desk.companyId}/fund`, body), 400, 'invalid threshold');
    }
  }),
  check('11', 'refuses members who are no trusted parties of this company: 400 unknown member', async (api) => {
    const desk = await api.desks.empty();
    const outsider = await api.desks.coreClient();
    for (const member of [outsider, 'nobody']) {
      const body = { name: 'F', custodygroup_tx: group(desk, 1, [member]) };
      refused(await api.client.post(`/company/${desk.companyId}/fund`, body), 400, 'unknown member');
    }
  }),
  check('11', 'makes nothing when one part of the body is refused', async (api) => {
    const desk = await api.desks.open({ balances: [] });
    const search = `/company/${desk.companyId}/fund/search`;
    const before = ok(await api.client.get(search)).total_count;
    const wallets = [
      { name: 'a', asset: btc },
      { name: 'b', asset: 'DOGE' },
    ];
    refused(await api.client.post(`/company/${desk.companyId}/fund`, { name: 'F', wallets }), 400, 'unknown asset');
    equal(ok(await api.client.get(search)).total_count, before, 'number of funds');
  }),
  check('12', 'reads the fund with policies, members, assets and wallets in order', async (api) => {
    const desk = await api.desks.open({
      voters: 2,
      threshold: 1,
      withdrawThreshold: 2,
      balances: [
        [btc, 0],
        [eth, 0],
      ],
    });
    const count = { membersCount: 2, walletCount: 2, dedicatedWalletCount: 0, fundsCount: 1 };
    const open = { ...count, locked: false, lockedTxID: '', entityID: '' };
    const wallet = (asset: string, name: string) =>
      walletInfo({ asset, name, custodygroup_withdraw: desk.withdrawPolicyId, custodygroup_tx: desk.txPolicyId });
    const fund = okWith(await api.client.get(desk.fundPath), {
      fund_id: desk.fundId,
      name: 'Operating fund',
      description: 'Day to day',
      custodygroup_withdraw: desk.withdrawPolicyId,
      custodygroup_tx: desk.txPolicyId,
      policy_withdraw: policy({
        ...open,
        id: desk.withdrawPolicyId,
        name: 'Operating fund Withdraw policy',
        threshold: 2,
      }),
      policy_tx: policy({ ...open, id: desk.txPolicyId, name: 'Operating fund Tx policy', threshold: 1 }),
      members: [{ entity, permissions: { admin: true } }],
      assets: [btc, eth],
      wallets: [wallet(btc, 'Wallet 1'), wallet(eth, 'Wallet 2')],
    });
    const [owner] = fund.members;
    equal([owner.entity.id, owner.entity.company.name], [desk.companyId, desk.companyName], 'owner');
    const ids = fund.policy_tx.members.map((member: { entity: { id: string } }) => member.entity.id);
    equal(ids, desk.voters, 'members of the policy');
  }),
  check('12', 'shows users in a policy as entities with their e-mail', async (api) => {
    const companyId = await api.desks.company();
    const email = `${api.unique('nina')}@heronvale.example`;
    const id = await api.control.newUser({ email, firstName: 'Nina', lastName: 'Okafor', autoAccept: true });
    await api.desks.enlist(companyId, email);
    const body = { name: 'F', custodygroup_tx: { threshold: 1, members: [id] } };
    const { fund_id } = ok(await api.client.post(`/company/${companyId}/fund`, body));
    const { policy_tx, policy_withdraw } = ok(await api.client.get(`/company/${companyId}/fund/${fund_id}`));
    matches(policy_tx.members, [{ dedicated: false, entity }]);
    const { accountCode, name, initials, type, user } = policy_tx.members[0].entity;
    equal([name, initials, type, user.email], ['Nina Okafor', 'NO', 'user', email], 'entity');
    equal(accountCode === id, false, 'accountCode equals id');
    equal(policy_withdraw, null, 'policy_withdraw');
  }),
  check('12', 'knows no fund of another company or key: 404 fund, 404 company', async (api) => {
    const [one, two] = [await api.desks.empty(), await api.desks.company()];
    refused(await api.client.get(`/company/${one.companyId}/fund/2YBXoNPAUsmVfQ68DGdT0XibHPJ`), 404, 'fund');
    refused(await api.client.get(`/company/${two}/fund/${one.fundId}`), 404, 'fund');
    const { client } = await api.stranger();
    refused(await client.get(one.fundPath), 404, 'company');
  }),
  check('13', 'lists one row per wallet, in order of creation', async (api) => {
    const desk = await api.desks.open({
      balances: [
        [btc, 0],
        [eth, 0],
        [btc, 0],
      ],
    });
    const row = (asset: string) => ({ asset, address: addressOf(asset), balance: 0 });
    const { list } = okWith(await api.client.get(`${desk.fundPath}/deposit`), {
      total_count: 3,
      list: [row(btc), row(eth), row(btc)],
    });
    const addresses = list.map((one: { address: string }) => one.address);
    equal(
      addresses,
      desk.wallets.map((wallet) => wallet.address),
      'addresses',
    );
    equal(new Set(addresses).size, 3, 'different addresses');
  }),
  check('13', 'shows what arrived', async (api) => {
    const desk = await api.desks.open({ balances: [[btc, 123_456]] });
    const row = { asset: btc, address: addressOf(btc), balance: 123_456 };
    okWith(await api.client.get(`${desk.fundPath}/deposit`), { total_count: 1, list: [row] });
  }),
  check('13', 'does not know the fund of another key: 404', async (api) => {
    const desk = await api.desks.empty();
    refused(await (await api.stranger()).client.get(`${desk.fundPath}/deposit`), 404, 'company');
  }),
  check('19', 'finds funds by letters of their name, in any case; all of the company without a query', async (api) => {
    const companyId = await api.desks.company();
    const path = `/company/${companyId}/fund`;
    okWith(await api.client.get(`${path}/search`), { total_count: 0, list: [] });
    const ids: string[] = [];
    for (const name of ['Big Org fund', 'small one', 'a BIG one']) {
      ids.push(ok(await api.client.post(path, { name })).fund_id);
    }
    const row = (at: number, name: string) => ({ name, id: ids[at] });
    okWith(await api.client.get(`${path}/search?query=big`), {
      total_count: 2,
      list: [row(0, 'Big Org fund'), row(2, 'a BIG one')],
    });
    const all = okWith(await api.client.get(`${path}/search`), {
      total_count: 3,
      list: listOf({ name: fits(/./), id: ksuid }),
    });
    equal(all.list.length, 3, 'rows');
    okWith(await api.client.get(`${path}/search?query=none%20such`), { total_count: 0, list: [] });
  }),
  check('19', 'does not know the company of another key: 404 company', async (api) => {
    const desk = await api.desks.empty();
    refused(await (await api.stranger()).client.get(`/company/${desk.companyId}/fund/search`), 404, 'company');
  }),
  check('10', 'sums every asset over all wallets of all funds, zero included', async (api) => {
    const desk = await api.desks.open({
      balances: [
        [btc, 1000],
        [btc, 234],
        [eth, 0],
      ],
    });
    const wallets = [{ name: 'more', asset: btc }];
    const { fund_id } = ok(await api.client.post(`/company/${desk.companyId}/fund`, { name: 'second', wallets }));
    const fund = ok(await api.client.get(`/company/${desk.companyId}/fund/${fund_id}`));
    await api.control.deposit(fund.wallets[0].wallet_id, 5);
    okWith(await api.client.get(`/company/${desk.companyId}/holding`), {
      total_count: 2,
      holdings: [
        { code: btc, amount: 1239 },
        { code: eth, amount: 0 },
      ],
    });
  }),
  check('10', 'is empty for a company without wallets, and 404 for one of another key', async (api) => {
    const companyId = await api.desks.company();
    okWith(await api.client.get(`/company/${companyId}/holding`), { total_count: 0, holdings: [] });
    refused(await api.client.get('/company/none/holding'), 404, 'company');
    refused(await (await api.stranger()).client.get(`/company/${companyId}/holding`), 404, 'company');
  }),
  check('10', 'lists an asset without money', async (api) => {
    const desk = await api.desks.open({ balances: [[eth, 0]] });
    okWith(await api.client.get(`/company/${desk.companyId}/holding`), {
      total_count: 1,
      holdings: [{ code: eth, amount: 0 }],
    });
  }),
];
