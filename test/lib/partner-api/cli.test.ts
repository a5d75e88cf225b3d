import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runPartnerApi } from '../../../cli/partner-api/main.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { file, pkcs1, pkcs8, stampOf } from '../signing/vectors.ts';
import { type SandboxWorld, sandboxWorld, tradingCompany } from './sandbox-world.ts';

let folder: string;
let open: SandboxWorld | undefined;
beforeAll(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  await open?.close();
  open = undefined;
});

function written(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function run(args: string[], env: Record<string, string> = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const signal = new AbortController().signal;
  const code = await runPartnerApi(args, { out: (line) => out.push(line), err: (line) => err.push(line), env, signal });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

/** A sandbox, and the environment in which commands find it. */
async function sandbox() {
  open = await sandboxWorld();
  const env = {
    PARTNER_API_BASE_URL: open.server.baseUrl,
    PARTNER_API_KEY: open.apiKey,
    PARTNER_API_KEY_FILE: written('live.pem', open.keys.privateKeyPem),
  };
  return { world: open, env };
}

describe('sign', () => {
  it.each(file.vectors)('reproduces $name', async (vector) => {
    const key = written('key.pem', vector.name.length % 2 === 0 ? pkcs1 : pkcs8);
    const body = vector.body === '' ? [] : ['--body-file', written('body', vector.body)];
    const option = vector.nonce === undefined ? 'timestamp' : 'nonce';
    const { code, out } = await run([
      'sign',
      '--url',
      vector.url,
      '--key',
      key,
      ...body,
      `--${option}`,
      stampOf(vector),
    ]);
    expect([code, out]).toEqual([0, `x-sign: ${vector.x_sign}\nx-${option}: ${stampOf(vector)}`]);
  });

  it('takes the body as text too, and prints JSON for programs', async () => {
    const vector = file.vectors.find(
      ({ name }) => name === 'post-pretty-json-trailing-newline',
    ) as (typeof file.vectors)[0];
    const args = ['--key', written('key.pem', pkcs1), '--body', vector.body, '--timestamp', stampOf(vector), '--json'];
    const { out } = await run(['sign', '--url', vector.url, ...args]);
    expect(JSON.parse(out)).toEqual({ 'x-sign': vector.x_sign, 'x-timestamp': stampOf(vector) });
  });

  it('signs with the time of now when none is given', async () => {
    const { out } = await run(['sign', '--url', 'https://a.example/', '--key', written('key.pem', pkcs1)]);
    expect(out).toMatch(/^x-sign: [\w-]{342}\nx-timestamp: \d{10}$/);
  });

  it('says so when the URL is not what an HTTP client would call', async () => {
    const args = ['--key', written('key.pem', pkcs1), '--timestamp', '1'];
    expect((await run(['sign', '--url', 'https://a.example/x y', ...args])).err).toContain('https://a.example/x%20y');
    expect((await run(['sign', '--url', 'https://a.example/x%20y', ...args])).err).toBe('');
  });

  it.each([
    [['--url', 'https://a.example/'], /--key/],
    [['--key', 'KEY'], /--url/],
    [['--url', 'nonsense', '--key', 'KEY'], /--url/],
    [['--url', 'https://a.example/', '--key', 'MISSING'], /ENOENT/],
    [['--url', 'https://a.example/', '--key', 'BROKEN'], /lost its line breaks/],
    [['--url', 'https://a.example/', '--key', 'KEY', '--timestamp', '1', '--nonce', '2'], /exclude/],
    [['--url', 'https://a.example/', '--key', 'KEY', '--timestamp', 'soon'], /--timestamp/],
    [['--url', 'https://a.example/', '--key', 'KEY', '--body', 'a', '--body-file', 'b'], /exclude/],
    [['--url', 'https://a.example/', '--key', 'KEY', '--colour'], /colour/],
    [['--url', 'https://a.example/', '--key', 'KEY', 'more'], /more/],
  ])('ends with 2 for wrong usage: %j', async (args, message) => {
    const paths: Record<string, string> = {
      KEY: written('key.pem', pkcs1),
      MISSING: join(folder, 'missing.pem'),
      BROKEN: written('broken.pem', pkcs8.replaceAll('\n', '')),
    };
    const { code, out, err } = await run(['sign', ...args.map((arg) => paths[arg] ?? arg)]);
    expect([code, out, err]).toEqual([2, '', expect.stringMatching(message)]);
    expect(err).not.toContain(pkcs8.slice(60, 90));
  });
});

describe('the commands', () => {
  it('explain themselves', async () => {
    expect(await run([])).toMatchObject({ code: 2, out: expect.stringContaining('Exit codes') });
    expect(await run(['--help'])).toMatchObject({ code: 0, out: expect.stringContaining('Exit codes') });
    expect(await run(['send', '--help'])).toMatchObject({ code: 0, out: expect.stringMatching(/^send METHOD PATH/) });
    expect(await run(['fly'])).toMatchObject({ code: 2, err: expect.stringContaining('fly') });
    expect(await run(['constructor'])).toMatchObject({ code: 2 });
  });
});

describe('send', () => {
  it('prints tables for people and JSON for programs', async () => {
    const { env } = await sandbox();
    const people = await run(['send', 'get', '/assets'], env);
    expect([people.code, people.out]).toEqual([
      0,
      expect.stringMatching(/code +name +unitCode[\s\S]*\nBTC-TESTNET +Bitcoin Testnet/),
    ]);
    const body = written('company.json', '{\r\n\t"name": "Société 🚀"\r\n}\n');
    const made = await run(['send', 'POST', '/company', '--body-file', body, '--json'], env);
    expect(JSON.parse(made.out)).toMatchObject({ status: 200, body: { ref: '' } });
    const found = await run(['send', 'GET', `/company/search?query=${encodeURIComponent('🚀')}`, '--json'], env);
    expect(JSON.parse(found.out).body.matches).toMatchObject([{ name: 'Société 🚀' }]);
  });

  it('ends with the code of what it came to', async () => {
    const { world, env } = await sandbox();
    const code = async (args: string[], change: object = {}) =>
      (await run(['send', ...args], { ...env, ...change })).code;
    expect(await code(['GET', '/company/nope'])).toBe(1);
    expect(await code(['POST', '/company', '--body', '{'])).toBe(1);
    expect(await code(['GET', '/assets'], { PARTNER_API_KEY_FILE: written('other.pem', pkcs1) })).toBe(3);
    await world.control('POST', '/faults', { kind: 'dropAfter', count: 1 });
    const lost = await run(['send', 'POST', '/company', '--body', '{"name":"A"}'], env);
    expect(lost).toMatchObject({ code: 3, err: expect.stringMatching(/^outcome unknown/) });
    for (const args of [
      ['FLY', '/assets'],
      ['GET', 'assets'],
      ['GET'],
      ['GET', '/../x'],
      ['GET', '/a#b'],
      ['GET', '/a', 'b'],
    ]) {
      expect([args, await code(args)]).toEqual([args, 2]);
    }
    expect(await code(['POST', '/company', '--body-file', written('latin1', Buffer.from([0x7b, 0xe9, 0x7d]))])).toBe(2);
    expect(await code(['GET', '/assets'], { PARTNER_API_BASE_URL: 'http://api.example/' })).toBe(2);
    expect(await code(['GET', '/assets'], { PARTNER_API_KEY: '' })).toBe(2);
  });

  it('never prints the key or a signature', async () => {
    const { env } = await sandbox();
    const { out, err } = await run(['send', 'GET', '/company/nope'], env);
    expect(out + err).not.toMatch(new RegExp(`${env.PARTNER_API_KEY}|[\\w-]{342}`));
  });
});

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

describe('with a company of its own', () => {
  it('send shows a wallet', async () => {
    const { world, env } = await sandbox();
    const { one } = await tradingCompany(world);
    const { out } = await run(['send', 'GET', `/wallet/${one}`], env);
    expect(out).toMatch(/balance +5000000/);
  });
});
