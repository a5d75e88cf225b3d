import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { closeSandbox, folder, run, sandbox, written } from './cli-support.ts';

afterEach(closeSandbox);

describe('provision', () => {
  const wanted = {
    company: { name: 'Heron', city: 'Lisbon', ref: 'hv-1' },
    coreClients: ['bot'],
    trustedParties: ['nina@heron.example'],
    funds: [
      {
        name: 'Operating',
        transferPolicy: { threshold: 1, members: ['bot', 'nina@heron.example'] },
        withdrawPolicy: { threshold: 2, members: ['bot', 'nina@heron.example'] },
        wallets: [
          { name: 'Main', asset: 'BTC-TESTNET' },
          { name: 'Main', asset: 'ETH-TESTNET', transferPolicy: { threshold: 1, members: ['bot'] } },
        ],
        whitelist: [{ name: 'Cold', asset: 'BTC-TESTNET', address: 'mmEMpkxQ6WQPFiksuWmmnRvMGUQCxyzUeD' }],
      },
    ],
  };
  const botAlone = { threshold: 1, members: ['bot'] };
  const alone = {
    name: 'Alone',
    transferPolicy: botAlone,
    withdrawPolicy: botAlone,
    wallets: [{ name: 'Main', asset: 'BTC-TESTNET' }],
  };
  const dedicated = (counterpartyId: string, clientId = 'c-1') => ({
    ...alone,
    name: 'Desk',
    wallets: [{ name: 'Desk', asset: 'BTC-TESTNET', type: 1, connect: [{ counterpartyId, clientId }] }],
  });
  const provision = async (content: object, env: Record<string, string>, ...more: string[]) => {
    const result = await run(['provision', written('wanted.json', JSON.stringify(content)), '--json', ...more], env);
    const { rows, binding } = JSON.parse(result.out);
    const states = rows.map((row: Record<string, string>) => `${row['what']} ${row['name']}: ${row['state']}`);
    return { ...result, rows, binding, states };
  };

  it('makes what is missing, waits for people, and changes nothing when all is there', async () => {
    const { world, env } = await sandbox();
    await world.control('POST', '/users', { email: 'nina@heron.example', firstName: 'Nina', lastName: 'Okafor' });
    const dry = await provision(wanted, env, '--dry-run');
    expect([dry.code, new Set(dry.states.map((state: string) => state.split(': ')[1]))]).toEqual([
      0,
      new Set(['to make']),
    ]);
    expect(await world.client.companies.search()).toEqual([]);

    const first = await provision(wanted, env);
    expect([first.code, first.states]).toEqual([
      3,
      [
        'company Heron: made',
        'core client bot: made',
        'trusted party bot: made',
        'trusted party nina@heron.example: waiting',
        'fund Operating: waiting',
      ],
    ]);
    const { invitations } = await world.control('GET', '/invitations');
    await world.control('PUT', `/invitations/${invitations[0].invitationId}`);

    const bindingFile = join(folder, 'binding.json');
    const second = await provision(wanted, env, '--binding', bindingFile);
    expect([second.code, second.states.filter((state: string) => state.endsWith('made'))]).toEqual([
      0,
      [
        'fund Operating: made',
        'wallet Operating / Main: made',
        'wallet Operating / Main: made',
        'whitelist entry Operating / Cold: made',
      ],
    ]);
    const binding = JSON.parse(readFileSync(bindingFile, 'utf8'));
    expect(binding).toEqual(second.binding);
    expect(binding.map((entry: { asset: string }) => entry.asset)).toEqual(['BTC-TESTNET', 'ETH-TESTNET']);
    for (const { companyId, fundId, walletId, asset } of binding) {
      const fund = await world.client.funds.get(companyId, fundId);
      expect(fund.wallets.find((wallet) => wallet.walletId === walletId)?.asset).toBe(asset);
      expect([fund.transferPolicy?.threshold, fund.withdrawPolicy?.threshold]).toEqual([1, 2]);
    }

    const third = await provision(wanted, env);
    expect([third.code, new Set(third.states.map((state: string) => state.split(': ')[1]))]).toEqual([
      0,
      new Set(['existing']),
    ]);
    expect(third.binding).toEqual(binding);
    expect(await world.client.companies.search()).toHaveLength(1);
  });

  it('shows what differs, leaves it, and makes what was added', async () => {
    const { world, env } = await sandbox();
    await world.control('POST', '/users', { email: 'nina@heron.example', autoAccept: true });
    await provision(wanted, env);
    const [fund] = wanted.funds as [(typeof wanted.funds)[0]];
    const changed = {
      ...wanted,
      company: { ...wanted.company, city: 'Porto' },
      funds: [
        {
          ...fund,
          transferPolicy: { threshold: 2, members: ['bot', 'nina@heron.example'] },
          withdrawPolicy: { threshold: 1, members: ['bot'] },
          wallets: [
            { name: 'Main', asset: 'BTC-TESTNET', transferPolicy: { threshold: 1, members: ['bot'] } },
            { name: 'Main', asset: 'ETH-TESTNET' },
            { name: 'New', asset: 'BTC-TESTNET' },
          ],
          whitelist: [{ ...fund.whitelist[0], name: 'Vault' }],
        },
      ],
    };
    const { rows, code, binding } = await provision(changed, env);
    const notes = rows
      .filter(({ state }: { state: string }) => state !== 'existing')
      .map(({ state, note }: { state: string; note?: string }) => [state, note]);
    expect([code, notes]).toEqual([
      0,
      [
        ['differs', 'city is Lisbon, not Porto'],
        [
          'differs',
          expect.stringMatching(
            /^transfer threshold is 1, not 2; withdraw threshold is 2, not 1; withdraw members are /,
          ),
        ],
        ['differs', expect.stringMatching(/^transfer members are /)],
        ['differs', "transfer policy is its own, not the fund's"],
        ['made', undefined],
        ['differs', 'name is Cold, not Vault'],
      ],
    ]);
    expect(binding).toHaveLength(3);
    expect((await world.client.companies.get(binding[0].companyId)).city).toBe('Lisbon');
  });

  it('finds what was made by a call whose answer was lost', async () => {
    const { world, env } = await sandbox();
    await world.control('POST', '/faults', { kind: 'dropAfter', method: 'POST', count: 1 });
    const lost = await run(['provision', written('wanted.json', JSON.stringify(wanted))], env);
    expect([lost.code, lost.err]).toEqual([3, expect.stringMatching(/company +Heron +failed\noutcome unknown/)]);
    await world.control('POST', '/users', { email: 'nina@heron.example', autoAccept: true });
    const { states } = await provision(wanted, env);
    expect(states[0]).toBe('company Heron: existing');
    expect(await world.client.companies.search()).toHaveLength(1);
  });

  it('guesses nothing where a name is not unique', async () => {
    const { world, env } = await sandbox();
    await world.client.companies.create({ name: 'Heron', ref: 'hv-1' });
    await world.client.companies.create({ name: 'Heron', ref: 'hv-2' });
    const company = (ref?: string) => ({ company: { name: 'Heron', ...(ref === undefined ? {} : { ref }) } });
    expect((await run(['provision', written('w.json', JSON.stringify(company()))], env)).code).toBe(2);
    const found = await provision(company('hv-2'), env);
    expect((await world.client.companies.get(found.rows[0].id)).ref).toBe('hv-2');
  });

  it('makes nothing in the company of another customer who has the same name', async () => {
    const { world, env } = await sandbox();
    const twin = (ref: string) => ({ ...wanted, company: { name: 'Twin', ref }, trustedParties: [], funds: [alone] });
    const first = await provision(twin('customer-1'), env);
    const second = await provision(twin('customer-2'), env);
    expect([first.states[0], second.states[0]]).toEqual(['company Twin: made', 'company Twin: made']);
    const funds = await Promise.all([first, second].map(({ rows }) => world.client.funds.search(rows[0].id)));
    expect(funds.map(({ length }) => length)).toEqual([1, 1]);
    expect(second.binding[0].companyId).toBe(second.rows[0].id);
    expect((await provision(twin('customer-1'), env)).binding).toEqual(first.binding);
  });

  it('asks whose a company is that has the name and no ref', async () => {
    const { world, env } = await sandbox();
    const { companyId } = await world.client.companies.create({ name: 'Heron' });
    const { company } = wanted;
    const asked = await run(['provision', written('w.json', JSON.stringify({ company }))], env);
    expect([asked.code, asked.err]).toEqual([2, expect.stringContaining(`company ${companyId} is named Heron`)]);
    expect(await world.client.companies.search()).toHaveLength(1);
    await world.client.companies.update(companyId, { ref: 'hv-1' });
    expect((await provision({ company }, env)).rows[0].id).toBe(companyId);
  });

  it('knows an e-mail in any case', async () => {
    const { world, env } = await sandbox();
    await world.control('POST', '/users', { email: 'Nina@Heron.example', autoAccept: true });
    const [fund] = wanted.funds;
    const policy = { threshold: 1, members: ['nina@HERON.example'] };
    const { code, states } = await provision(
      { ...wanted, funds: [{ ...fund, transferPolicy: policy, withdrawPolicy: policy }] },
      env,
    );
    expect([code, states]).toEqual([
      0,
      expect.arrayContaining(['trusted party nina@heron.example: made', 'fund Operating: made']),
    ]);
  });

  it.each([
    [
      'a person nobody knows',
      { ...wanted, trustedParties: ['nobody@heron.example'] },
      /trusted party +bot +made\ntrusted party +nobody@heron\.example +refused\nrefused: trustedParties\.add/,
    ],
    [
      'a fund whose wallet names an unknown exchange',
      { ...wanted, trustedParties: [], funds: [dedicated('nowhere')] },
      /fund +Desk +refused +with Desk \(BTC-TESTNET\) connected to nowhere as c-1\nrefused: funds\.create/,
    ],
  ])('shows what was refused: %s', async (_name, content, message) => {
    const { env } = await sandbox();
    const { code, out, err } = await run(['provision', written('w.json', JSON.stringify(content))], env);
    expect([code, out, err]).toEqual([1, '', expect.stringMatching(message)]);
  });

  it('shows which added wallet and which address were refused', async () => {
    const { env } = await sandbox();
    const file = (fund: object) => ({ ...wanted, trustedParties: [], funds: [{ ...alone, ...fund }] });
    const refusal = async (fund: object) =>
      (await run(['provision', written('w.json', JSON.stringify(file(fund)))], env)).err;
    expect((await provision(file({}), env)).code).toBe(0);
    expect(await refusal({ wallets: [...alone.wallets, { name: 'Odd', asset: 'SHELLS' }] })).toMatch(
      /wallet +Alone \/ Odd +refused +Odd \(SHELLS\)\nrefused: funds\.addWallets/,
    );
    expect(await refusal({ whitelist: [{ name: 'Odd', asset: 'SHELLS', address: 'x' }] })).toMatch(
      /whitelist entry +Alone \/ Odd +refused +SHELLS x\nrefused: funds\.addToWhitelist/,
    );
  });

  describe('a wallet with an exchange', () => {
    async function withExchange() {
      const { world, env } = await sandbox();
      const { coreClientId } = await world.client.coreClients.create('tern');
      await world.control('POST', '/exchanges', { coreClientId, name: 'Tern Exchange' });
      const vote = async (method: 'PUT' | 'DELETE') => {
        const [action] = await world.client.coreClients.actions(coreClientId);
        await world.control(method, `/actions/${action?.actionId}`);
      };
      const run = async (fund: object) => {
        const { rows, ...result } = await provision({ ...wanted, trustedParties: [], funds: [fund] }, env);
        const wallet = rows.findLast(({ what }: { what: string }) => what === 'wallet');
        return { ...result, wallet: [wallet?.state, wallet?.note] };
      };
      return { world, exchange: coreClientId, vote, run };
    }

    it('waits for the exchange, and is bound when it is ready', async () => {
      const { exchange, vote, run } = await withExchange();
      const waits = 'its exchange has not answered yet';
      expect(await run(dedicated(exchange))).toMatchObject({
        code: 3,
        wallet: ['waiting', `made; ${waits}`],
        binding: [],
      });
      expect(await run(dedicated(exchange))).toMatchObject({ code: 3, wallet: ['waiting', waits], binding: [] });
      await vote('PUT');
      const ready = await run(dedicated(exchange));
      expect(ready).toMatchObject({ code: 0, wallet: ['existing', undefined], binding: [{ asset: 'BTC-TESTNET' }] });
    });

    it('waits as well when it was added to a fund that was there', async () => {
      const { exchange, vote, run } = await withExchange();
      const fund = dedicated(exchange);
      await run({ ...fund, wallets: [] });
      expect(await run(fund)).toMatchObject({ code: 3, wallet: ['waiting', expect.stringMatching(/^made; /)] });
      await vote('PUT');
      expect(await run(fund)).toMatchObject({ code: 0, wallet: ['existing', undefined] });
    });

    it('waits for every exchange of a wallet that can be used without them', async () => {
      const { exchange, vote, run } = await withExchange();
      const [wallet] = dedicated(exchange).wallets;
      const fund = { ...alone, wallets: [{ ...wallet, type: 2 }] };
      const bound = [{ asset: 'BTC-TESTNET' }];
      expect(await run(fund)).toMatchObject({ code: 3, wallet: ['waiting', expect.any(String)], binding: bound });
      await vote('PUT');
      expect(await run(fund)).toMatchObject({ code: 0, wallet: ['existing', undefined], binding: bound });
    });

    it('differs when the exchange has declined', async () => {
      const { exchange, vote, run } = await withExchange();
      await run(dedicated(exchange));
      await vote('DELETE');
      const declined = `status is rejected; connected to ${exchange} as c-1 (rejected), not ${exchange} as c-1`;
      expect(await run(dedicated(exchange))).toMatchObject({ code: 0, wallet: ['differs', declined], binding: [] });
    });

    it('differs when it is connected to somebody else, or as somebody else', async () => {
      const { exchange, vote, run } = await withExchange();
      await run(dedicated(exchange));
      await vote('PUT');
      const note = `connected to ${exchange} as c-1, not ${exchange} as c-2`;
      expect(await run(dedicated(exchange, 'c-2'))).toMatchObject({ code: 0, wallet: ['differs', note] });
      const none = { ...dedicated(exchange), wallets: [{ name: 'Desk', asset: 'BTC-TESTNET', type: 1 }] };
      expect((await run(none)).wallet).toEqual(['differs', `connected to ${exchange} as c-1, not nobody`]);
    });
  });

  it.each([
    ['{', /not JSON/],
    ['{"company":{"name":"A"},"colour":1}', /colour/],
    ['{"company":{"name":""}}', /company\.name/],
    ['{"company":{"name":"A"},"funds":[{"name":"F"}]}', /funds\.0\.transferPolicy/],
    [JSON.stringify({ ...wanted, funds: [...wanted.funds, ...wanted.funds] }), /two are named Operating/],
    [
      JSON.stringify({
        ...wanted,
        funds: [{ ...wanted.funds[0], transferPolicy: { threshold: 3, members: ['bot'] } }],
      }),
      /threshold/,
    ],
  ])('refuses a file that is wrong, by the name of the field: %#', async (content, message) => {
    const { code, err } = await run(['provision', written('w.json', content)]);
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
  });
});
