import { describe, expect, it } from 'vitest';
import { isFinalStatus, shortStatus } from '../../../lib/partner-api/index.ts';
import { parseJson, writeJson } from '../../../lib/partner-api/json.ts';
import { errorOf, fakeApi, json } from './fake-api.ts';

/** What the client makes of an answer; the texts are written out so that numbers beyond 2^53 are as on the wire. */
const answered = (body: unknown) => fakeApi([json(body)]).client;

describe('JSON', () => {
  it('keeps integers beyond 2^53 both ways, and leaves other numbers alone', () => {
    const text =
      '{"a":9223372036854775807,"b":-9007199254740993,"c":9007199254740991,"d":1.5,"e":[12345678901234567890]}';
    const value = parseJson(text);
    expect(value).toEqual({
      a: 9223372036854775807n,
      b: -9007199254740993n,
      c: 9007199254740991,
      d: 1.5,
      e: [12345678901234567890n],
    });
    expect(writeJson(value)).toBe(text);
  });

  it('leaves out what is undefined', () => {
    expect(writeJson({ a: undefined, b: { c: 1n } })).toBe('{"b":{"c":1}}');
  });
});

describe('amounts', () => {
  const fees = (amount: string) =>
    answered(`{"netAmount":${amount},"fees":0,"amountToSend":1}`).fees.quote({
      type: 'swap',
      asset: 'X',
      netAmountBaseUnits: 1n,
    });

  it.each([
    ['250000', 250000n],
    ['"250000"', 250000n],
    ['9007199254740993', 9007199254740993n],
    ['"9223372036854775807"', 9223372036854775807n],
    ['1e3', 1000n],
  ])('are read without loss: %s', async (wire, expected) => {
    expect((await fees(wire)).netAmountBaseUnits).toBe(expected);
  });

  it.each(['1.5', '"1.5"', 'null', '""', 'true', '{}', '1e30', '9007199254740993.0'])(
    'are never guessed: %s',
    async (wire) => {
      expect(await errorOf(fees(wire))).toMatchObject({
        effect: 'unknown',
        message: expect.stringMatching(/netAmount/),
      });
    },
  );
});

describe('statuses', () => {
  it.each([
    ['approved_transfer', 'approved', true],
    ['custody_rejected_withdrawal', 'custody_rejected', true],
    ['rejected', 'custody_rejected', true],
    ['expired', 'expired', true],
    ['initiate_rejected_transfer', 'initiate_rejected', true],
    ['chain_rejected', 'chain_rejected', true],
    ['pending_initiate_transfer', 'pending_initiate', false],
    ['taker_approved', 'taker_approved', false],
    ['something_new', 'something_new', false],
    ['', '', false],
  ])('%s is read as %s', (word, short, final) => {
    expect([shortStatus(word), isFinalStatus(word)]).toEqual([short, final]);
  });
});

describe('what servers disagree on', () => {
  const asset = { code: 'BTC', name: 'Bitcoin', unitCode: 'BTC', scale: 100000000, enabled: true };

  it('K6: assets are a list or one object', async () => {
    const expected = [{ ...asset, scale: 100000000n, testAsset: false }];
    expect(await answered({ assets: [asset] }).assets.list()).toEqual(expected);
    expect(await answered({ assets: asset }).assets.list()).toEqual(expected);
  });

  it('K8: trusted parties are flat or nested', async () => {
    const row = { trusted_entity_id: 'e1', name: 'Nina', address: 'n@x.example', type: 'user', created: 17 };
    const expected = [
      { trustedEntityId: 'e1', name: 'Nina', address: 'n@x.example', type: 'user', createdAtSeconds: 17 },
    ];
    expect(await answered({ list: [row] }).trustedParties.list('c')).toEqual(expected);
    expect(await answered({ list: [{ total_count: 1, list: [row] }] }).trustedParties.list('c')).toEqual(expected);
    expect(await answered({ list: null }).trustedParties.list('c')).toEqual([]);
  });

  it('K9: holdings name the asset code or symbol', async () => {
    const expected = [{ asset: 'BTC', amountBaseUnits: 5n }];
    expect(await answered({ holdings: [{ code: 'BTC', amount: 5 }] }).holdings.list('c')).toEqual(expected);
    expect(await answered({ holdings: [{ symbol: 'BTC', amount: 5 }] }).holdings.list('c')).toEqual(expected);
  });

  it('K16, K29, K30, K31: connections, policy members, entities and fund members', async () => {
    const person = { id: 'u', accountCode: 'a', name: 'Nina', initials: 'N', type: 'user' };
    const bot = { id: 'b', accountCode: 'b', name: 'Bot', initials: 'B', type: 'core-client' };
    const connection = { client_id: '7', counterparty_id: 'x', name: 'Tern', status: 'connected' };
    const fund = (connected: unknown, members: unknown, wrapped: boolean) => ({
      fund_id: 'f',
      custodygroup_tx: 'p1',
      custodygroup_withdraw: 'p2',
      policy_tx: {
        id: 'p1',
        threshold: '1',
        members: [
          { ...person, user: { firstName: 'Nina', [wrapped ? 'username' : 'userName']: 'nina' } },
          { ...bot, [wrapped ? 'coreClient' : 'core-client']: { name: 'Bot' } },
        ].map((entity) => (wrapped ? { dedicated: false, entity } : entity)),
      },
      members,
      wallets: [{ wallet_id: 'w', balance: 7, connected }],
    });
    const member = { entity: { id: 'c', type: 'company', company: { name: 'C' } }, permissions: { admin: true } };
    const one = await answered(fund([connection], [member], true)).funds.get('c', 'f');
    const other = await answered(fund(connection, member, false)).funds.get('c', 'f');
    expect(other).toEqual(one);
    expect(one.wallets[0]?.connections).toEqual([
      { clientId: '7', counterpartyId: 'x', name: 'Tern', status: 'connected' },
    ]);
    expect(one.transferPolicy?.members.map(({ entity }) => entity.user?.username ?? entity.coreClient?.name)).toEqual([
      'nina',
      'Bot',
    ]);
    expect(one.members[0]?.permissions).toEqual({ admin: true });
    const none = await answered(fund(null, null, true)).funds.get('c', 'f');
    expect([none.wallets[0]?.connections, none.members]).toEqual([[], []]);
  });

  it('K21, K26: transactions in camel or snake case', async () => {
    const camel = {
      txID: 't',
      txStatus: 'approved_transfer',
      approvedCount: 1,
      thresholdRequired: 2,
      expires: 30,
      initiatedTimestamp: 20,
      initiatorAuthorized: true,
      initiatorName: 'Heron',
      reference: 'r',
      status: [{ actionID: 'a', userID: 'u', status: 'approved', timestamp: 25 }],
      statusDetails: { asset: 'BTC', amount: 801, netAmount: 800, fees: 1, recipientAddress: 'w2', fundID: 'f' },
    };
    const snake = {
      tx_id: 't',
      tx_status: 'approved',
      approver_count: 1,
      threshold_required: 2,
      expires: '30',
      initiated_timestamp: 20,
      initiator_authorized: true,
      initiator_name: 'Heron',
      reference: 'r',
      status: [{ action_id: 'a', entity: 'u', status: 'approved', timestamp: 25 }],
      status_details: { asset: 'BTC', amount: 801, net_amount: 800, fees: 1, recipient_wallet_id: 'w2', fund_id: 'f' },
    };
    const one = await answered(camel).transfers.get('c', 't');
    expect(await answered(snake).sweeps.get('x', 't')).toEqual(one);
    expect(one).toMatchObject({
      status: 'approved',
      approvedCount: 1,
      approvals: [{ actionId: 'a', userId: 'u' }],
      details: { amountBaseUnits: 801n, netAmountBaseUnits: 800n, feesBaseUnits: 1n, recipientAddress: 'w2' },
    });
  });

  it('K25: the hub is a list or one object, ownership a boolean or a text', async () => {
    const item = { tx_id: 't', send_asset: 'A', send_amount: 1, receive_asset: 'B', receive_amount: '2', expires: 9 };
    const [quote] = await answered({ items: { ...item, owner: 'true' } }).hub.list('c');
    expect(quote).toMatchObject({ txId: 't', receiveAmountBaseUnits: 2n, owner: true });
    expect((await answered({ items: [{ ...item, owner: 'false' }] }).hub.listAll())[0]?.owner).toBe(false);
  });

  it('K33: the core client of an action has three names or none', async () => {
    for (const [name, expected] of [
      ['coreClientID', 'x'],
      ['clientID', 'x'],
      ['other', ''],
    ] as const) {
      const actions = await answered({ actions: [{ id: 'a', type: 'New', [name]: 'x' }] }).coreClients.actions('x');
      expect(actions[0]).toMatchObject({ actionId: 'a', type: 'New', coreClientId: expected });
    }
  });

  it('K20, K41: a vote or a removal is done with any 2xx, whatever it says', async () => {
    for (const answer of [
      json('', 202),
      json({ code: 200, msg: 'ok' }),
      json({ id: 'a', status: 'approved' }),
      json('x'),
    ]) {
      const api = fakeApi([answer, answer, answer]);
      await api.client.coreClients.approve('x', 'a');
      await api.client.coreClients.reject('x', 'a');
      await api.client.trustedParties.remove('c', 'e');
      expect(api.requests.map((request) => request.method)).toEqual(['PUT', 'DELETE', 'DELETE']);
    }
  });

  it('amounts that are not told stay unknown and never read as zero', async () => {
    const transaction = await answered({ txID: 't', txStatus: 'pending', statusDetails: {} }).transfers.get('c', 't');
    expect(transaction.details.netAmountBaseUnits).toBeUndefined();
    const action = await answered({ id: 'a', details: { asset: 'BTC' } }).coreClients.action('x', 'a');
    expect(action.details).toEqual({ asset: 'BTC', raw: { asset: 'BTC' } });
    expect(await errorOf(answered({ wallet_id: 'w' }).wallets.get('w'))).toMatchObject({ code: 'unreadable_answer' });
  });
});

describe('the ledger as one list', () => {
  const row = (index: number) => ({ TxID: `t${index}`, status: 'approved', type: 'transferOut', amount: index });
  const rows = async (script: unknown[], query: { pageSize?: number; most?: number }) => {
    const api = fakeApi(script.map((page) => json(page)));
    const ids: string[] = [];
    for await (const entry of api.client.ledger.entries('c', 'f', query)) ids.push(entry.txId);
    return { ids, queries: api.requests.map((request) => new URL(request.url).search) };
  };

  it('is read page by page to the total', async () => {
    const script = [
      { Total: 3, List: [row(1), row(2)] },
      { Total: 3, List: [row(3)] },
    ];
    expect(await rows(script, { pageSize: 2 })).toEqual({
      ids: ['t1', 't2', 't3'],
      queries: ['?offset=0&limit=2', '?offset=2&limit=2'],
    });
  });

  it('goes on when a server gives fewer rows than asked for, and ends at an empty page', async () => {
    const { ids } = await rows([{ List: [row(1)] }, { List: [row(2)] }, { List: [] }], { pageSize: 100 });
    expect(ids).toEqual(['t1', 't2']);
  });

  it('ends at the bound', async () => {
    const { ids, queries } = await rows([{ List: [row(1), row(2)] }, { List: [row(3), row(4)] }], {
      pageSize: 2,
      most: 3,
    });
    expect([ids, queries.length]).toEqual([['t1', 't2', 't3'], 2]);
  });
});
