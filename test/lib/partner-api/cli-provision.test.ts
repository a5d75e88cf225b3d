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
    expect([lost.code, lost.err]).toEqual([3, expect.stringMatching(/^outcome unknown/)]);
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
