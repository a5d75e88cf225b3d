import { describe, expect, it } from 'vitest';
import { Bench } from './helpers.ts';

const reasonOf = (reply: { status: number; body: { detail?: { reason?: string } } }) => [
  reply.status,
  reply.body.detail?.reason,
];

describe('companies', () => {
  it('are created, read, changed member by member and found by part of the name in any case', () => {
    const bench = new Bench();
    bench.newKey();
    const heron = { name: 'Heron & Vale', city: 'Lisbon', country: 'FR17', domain: 'heronvale.example', ref: 'hv-1' };
    const { company_id } = bench.call('POST', '/company', heron).body;
    expect(bench.call('GET', `/company/${company_id}`).body).toEqual({ company_id, ...heron });
    const changed = bench.call('PUT', `/company/${company_id}`, { city: 'Porto', ref: null, junk: 1 });
    expect(changed.body).toEqual({ company_id, ref: 'hv-1' });
    expect(bench.call('GET', `/company/${company_id}`).body).toMatchObject({ city: 'Porto', country: 'FR17' });
    bench.call('POST', '/company', { name: 'Copper Finch' });
    expect(bench.call('GET', '/company/search?query=hERON').body).toEqual({
      total_count: 1,
      matches: [{ company_id, name: 'Heron & Vale', domain: 'heronvale.example' }],
    });
    expect(bench.call('GET', '/company/search').body.total_count).toBe(2);
    const stranger = bench.newKey();
    expect(bench.call('GET', '/company/search', '', stranger).body.total_count).toBe(0);
    expect(bench.call('PUT', `/company/${company_id}`, { name: 'Mine' }, stranger).status).toBe(404);
  });

  it('changes nothing when one member of an update is wrong', () => {
    const bench = new Bench();
    bench.newKey();
    const { company_id } = bench.call('POST', '/company', { name: 'A', city: 'Lisbon' }).body;
    expect(reasonOf(bench.call('PUT', `/company/${company_id}`, { city: 'Porto', ref: 5 }))).toEqual([
      400,
      'invalid field: ref',
    ]);
    expect(bench.call('GET', `/company/${company_id}`).body.city).toBe('Lisbon');
  });
});

describe('trusted parties', () => {
  it('are users once they accepted, and core clients at once, also of another key', () => {
    const bench = new Bench();
    bench.newKey();
    const path = `/company/${bench.call('POST', '/company', { name: 'A' }).body.company_id}/trustedparty`;
    const nina = bench.control('POST', '/users', {
      email: 'nina@heron.example',
      firstName: 'Nina',
      lastName: 'Okafor',
    }).body;
    expect(bench.call('POST', path, { address: 'NINA@heron.example', type: 'user' }).body).toEqual({
      code: 200,
      msg: 'OK',
    });
    bench.call('POST', path, { address: 'nina@heron.example' });
    expect(bench.call('GET', path).body).toMatchObject({ total_count: 0, list: [] });
    const [invitation, ...rest] = bench.control('GET', '/invitations?status=pending').body.invitations;
    expect(rest).toEqual([]);
    bench.nowMs += 50_000;
    bench.control('PUT', `/invitations/${invitation.invitationId}`);
    const robot = bench.call('POST', '/coreclient', { name: 'bot' }, bench.newKey()).body.id;
    bench.call('POST', path, { address: robot });
    expect(bench.call('GET', path).body.list).toEqual([
      {
        trusted_entity_id: nina.userId,
        name: 'Nina Okafor',
        address: 'nina@heron.example',
        type: 'user',
        created: 1_700_000_050,
      },
      { trusted_entity_id: robot, name: 'bot', address: robot, type: 'core-client', created: 1_700_000_050 },
    ]);
    expect(bench.call('DELETE', `${path}/${robot}`)).toMatchObject({ status: 202, body: { code: 200, msg: 'OK' } });
    expect(reasonOf(bench.call('DELETE', `${path}/${robot}`))).toEqual([404, 'trusted party']);
    expect(reasonOf(bench.call('POST', path, { address: 'nobody' }))).toEqual([404, 'trusted party']);
  });

  it('stay out when the user declines', () => {
    const bench = new Bench();
    bench.newKey();
    const path = `/company/${bench.call('POST', '/company', { name: 'A' }).body.company_id}/trustedparty`;
    bench.control('POST', '/users', { email: 'n@x' });
    bench.call('POST', path, { address: 'n@x' });
    const [invitation] = bench.control('GET', '/invitations').body.invitations;
    bench.control('DELETE', `/invitations/${invitation.invitationId}`);
    expect(bench.call('GET', path).body.total_count).toBe(0);
    expect(bench.control('PUT', `/invitations/${invitation.invitationId}`).status).toBe(409);
  });
});

describe('funds', () => {
  it('give wallets their own policy where given, else the fund policy with its id', () => {
    const bench = new Bench();
    const at = bench.setUp({ voters: 2, threshold: 2 });
    const group = { threshold: 1, members: [at.users[1]] };
    const fundPath = `/company/${at.companyId}/fund/${at.fundId}`;
    const wallets = [
      {
        name: 'Main ETH',
        asset: 'ETH-TESTNET',
        custodygroup_tx: group,
        custodygroup_withdraw: null,
        type: 0,
        connect: null,
      },
    ];
    const [id] = bench.call('POST', `${fundPath}/wallet`, { wallets }).body.wallets;
    const wallet = bench.call('GET', `/wallet/${id}`).body;
    const fund = bench.call('GET', fundPath).body;
    expect(wallet.custodygroup_withdraw).toBe(fund.custodygroup_withdraw);
    expect(wallet.custodygroup_tx).not.toBe(fund.custodygroup_tx);
    expect(wallet.policy_tx).toMatchObject({
      name: 'Wallet Main ETH Tx policy',
      threshold: 1,
      membersCount: 1,
      walletCount: 1,
    });
    expect(fund.policy_tx).toMatchObject({
      name: 'Operating fund Tx policy',
      threshold: 2,
      membersCount: 2,
      walletCount: 2,
    });
    expect(wallet).toMatchObject({ status: 'ready', address_type: 'ETH', balance: 0, connected: null });
    expect(fund.assets).toEqual(['BTC-TESTNET', 'ETH-TESTNET']);
  });

  it('take assets by operation 16 and its legacy path; an asset already there is 409', () => {
    const bench = new Bench();
    const at = bench.setUp({ balances: [0] });
    const path = `/company/${at.companyId}/fund/${at.fundId}`;
    expect(bench.call('POST', `${path}/asset`, { assets: ['ETH-TESTNET'] }).body.wallets).toHaveLength(1);
    expect(bench.call('POST', `${path}/deposit`, { assets: ['ETH-GOERLI'] }).body.wallets).toHaveLength(1);
    expect(reasonOf(bench.call('POST', `${path}/asset`, { assets: ['ETH-TESTNET'] }))).toEqual([409, 'asset exists']);
    expect(reasonOf(bench.call('POST', `${path}/asset`, { assets: ['BTC'] }))).toEqual([400, 'unknown asset']);
    const deposits = bench.call('GET', `${path}/deposit`).body;
    expect(deposits.list.map((row: { asset: string }) => row.asset)).toEqual([
      'BTC-TESTNET',
      'ETH-TESTNET',
      'ETH-GOERLI',
    ]);
  });

  it.each([
    ['nobody', { threshold: 1, members: ['x'] }, 'unknown member'],
    ['an impossible threshold', { threshold: 2, members: ['$user'] }, 'invalid threshold'],
    ['threshold 0', { threshold: 0, members: ['$user'] }, 'invalid threshold'],
    ['no members', { threshold: 1, members: [] }, 'invalid field: custodygroup_tx.members'],
    ['a member twice', { threshold: 2, members: ['$user', '$user'] }, 'invalid field: custodygroup_tx.members'],
    ['no threshold', { members: ['$user'] }, 'missing field: custodygroup_tx.threshold'],
  ])('refuse a policy with %s, and make nothing', (_name, group, reason) => {
    const bench = new Bench();
    const at = bench.setUp();
    const members = group.members.map((id) => (id === '$user' ? at.users[0] : id));
    const body = { name: 'F', custodygroup_tx: { ...group, members } };
    expect(reasonOf(bench.call('POST', `/company/${at.companyId}/fund`, body))).toEqual([400, reason]);
    expect(bench.call('GET', `/company/${at.companyId}/fund/search`).body.total_count).toBe(1);
  });

  it('list whitelisted addresses, those of Ethereum in any case', () => {
    const bench = new Bench();
    const at = bench.setUp();
    const path = `/company/${at.companyId}/fund/${at.fundId}/whitelist`;
    const entry = { name: 'Cold', asset: 'ETH-TESTNET', address: '0xA0F76fb1babf069cbae294b6902a8e052414f151' };
    bench.call('POST', path, entry);
    bench.call('POST', path, entry);
    expect(bench.call('GET', `${path}?address=${entry.address.toLowerCase()}&asset=ETH-TESTNET`).body).toEqual({
      total_count: 1,
      list: [entry],
    });
    expect(bench.call('GET', `${path}?asset=BTC-TESTNET`).body.total_count).toBe(0);
    expect(reasonOf(bench.call('POST', path, { name: 'x', asset: 'ETH-TESTNET' }))).toEqual([
      400,
      'missing field: address',
    ]);
  });

  it('sum holdings over all funds, zero included', () => {
    const bench = new Bench();
    const at = bench.setUp({ balances: [70, 30] });
    bench.call('POST', `/company/${at.companyId}/fund/${at.fundId}/asset`, { assets: ['ETH-TESTNET'] });
    expect(bench.call('GET', `/company/${at.companyId}/holding`).body).toEqual({
      total_count: 2,
      holdings: [
        { code: 'BTC-TESTNET', amount: 100 },
        { code: 'ETH-TESTNET', amount: 0 },
      ],
    });
  });
});

describe('the control surface', () => {
  it('counts requests per operation and per account, refused ones too', () => {
    const bench = new Bench();
    const keyId = bench.newKey();
    bench.call('GET', '/assets');
    bench.call('POST', '/company', {});
    bench.call('GET', '/nix');
    const counts = { 'GET /assets': 1, 'POST /company': 1 };
    expect(bench.control('GET', '/requests').body).toEqual({
      total: 2,
      byOperation: counts,
      byAccount: { [keyId]: { total: 2, byOperation: counts } },
    });
    expect(bench.control('DELETE', '/requests').body.total).toBe(0);
  });

  it('moves, advances and freezes the clock, and what becomes due happens', () => {
    const bench = new Bench();
    const at = bench.setUp();
    const { tx_id } = bench.transfer(at).body;
    bench.control('POST', '/clock', { frozen: true });
    bench.nowMs += 9_999_999;
    expect(bench.status(at, tx_id)).toBe('pending');
    expect(bench.control('POST', '/clock', { advanceMs: 3_600_000 }).body).toMatchObject({
      nowMs: 1_700_003_600_000,
      frozen: true,
    });
    expect(bench.status(at, tx_id)).toBe('expired');
    expect(bench.control('POST', '/clock', { offsetMs: 0, frozen: false }).body.nowMs).toBe(bench.nowMs);
    expect(bench.control('POST', '/clock', { advanceMs: 'soon' }).body.detail.reason).toBe('invalid field: advanceMs');
  });

  it('credits by address too, and names what it does not know', () => {
    const bench = new Bench();
    const at = bench.setUp({ balances: [0], asset: 'ETH-TESTNET' });
    const { address } = bench.call('GET', `/wallet/${at.walletIds[0]}`).body;
    bench.control('POST', '/deposits', { address: address.toUpperCase().replace('0X', '0x'), amount: 5 });
    expect(bench.balance(at.walletIds[0])).toBe(5);
    expect(reasonOf(bench.control('POST', '/deposits', { walletId: 'x', amount: 5 }))).toEqual([404, 'wallet']);
    expect(reasonOf(bench.control('POST', '/deposits', { walletId: at.walletIds[0], amount: 0.5 }))).toEqual([
      400,
      'invalid field: amount',
    ]);
  });

  it('limits requests per key and second when asked to', () => {
    const bench = new Bench({ rateLimit: { perSecond: 2, burst: 3 } });
    bench.newKey();
    const statuses = () => Array.from({ length: 4 }, () => bench.call('GET', '/assets').status);
    expect(statuses()).toEqual([200, 200, 200, 429]);
    expect(bench.call('GET', '/assets').headers['retry-after']).toBe('1');
    bench.nowMs += 1000;
    expect(statuses()).toEqual([200, 200, 429, 429]);
  });

  it('limits them by the time in which callers wait, wherever its own clock stands', () => {
    const bench = new Bench({ rateLimit: { perSecond: 2, burst: 3 } });
    bench.newKey();
    const statuses = () => Array.from({ length: 4 }, () => bench.call('GET', '/assets').status);
    expect(statuses()).toEqual([200, 200, 200, 429]);
    bench.control('POST', '/clock', { frozen: true, advanceMs: 60_000 });
    expect(statuses()).toEqual([429, 429, 429, 429]);
    bench.nowMs += 1000;
    expect(statuses()).toEqual([200, 200, 429, 429]);
    bench.control('POST', '/clock', { advanceMs: -3_600_000 });
    bench.nowMs += 1000;
    expect(statuses()).toEqual([200, 200, 429, 429]);
  });
});

describe('sizes nobody needs', () => {
  it('a fund with ten thousand wallets is made and read in seconds, not minutes', { timeout: 60_000 }, () => {
    const bench = new Bench();
    const at = bench.setUp({ balances: [0] });
    const wallets = Array.from({ length: 10_000 }, (_, index) => ({ name: `${index}`, asset: 'BTC-TESTNET' }));
    const path = `/company/${at.companyId}/fund/${at.fundId}`;
    expect(bench.call('POST', `${path}/wallet`, { wallets }).body.wallets).toHaveLength(10_000);
    expect(bench.call('GET', path).body.wallets).toHaveLength(10_001);
  });

  it('ledgers of assets that nobody has are empty, and asking for them leaves nothing behind', () => {
    const bench = new Bench();
    const at = bench.setUp();
    const { rowsByAsset } = bench.sandbox.world.funds.get(at.fundId) ?? { rowsByAsset: new Map() };
    const read = (asset: string) =>
      bench.call('GET', `/company/${at.companyId}/fund/${at.fundId}/ledger?asset=${asset}`).body;
    expect(read('BTC-TESTNET').Total).toBe(1);
    for (let index = 0; index < 100; index++) expect(read(`junk${index}`)).toEqual({ Total: 0, List: [] });
    expect([...rowsByAsset.keys()]).toEqual(['BTC-TESTNET']);
  });

  it('a number of a million digits is no amount, and takes no time to say so', () => {
    const bench = new Bench();
    bench.newKey();
    const body = `{"type":"swap","asset":"BTC-TESTNET","amount":${'9'.repeat(1_000_000)}}`;
    expect(reasonOf(bench.call('POST', '/fees', body))).toEqual([400, 'invalid field: amount']);
  });
});
