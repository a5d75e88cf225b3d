import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCheckConfig } from '../../cli/check-config/main.ts';
import { createPartnerApi } from '../../lib/partner-api/index.ts';
import { createKeySigner, staticCredentials } from '../../lib/signing/index.ts';
import { keyPair, type SandboxWorld, sandboxWorld, tradingCompany } from '../lib/partner-api/sandbox-world.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

let world: SandboxWorld;
let house: Awaited<ReturnType<typeof tradingCompany>>;
let other: Awaited<ReturnType<typeof tradingCompany>>;
/** A second fund of the first company. */
let secondFundId: string;
/** Somebody else's wallets, connected to our core client, asking to be, and of another asset. */
let customer: { connected: string; asking: string };
let approver: { apiKey: string; keyFile: string; coreClientId: string };
let keyFile: string;

function fileWith(text: string): string {
  const file = join(temporaryFolder(), 'key.pem');
  writeFileSync(file, text);
  return file;
}

/** Another API key with a client of its own. */
async function anotherKey() {
  const keys = keyPair();
  const { apiKey } = await world.control('POST', '/keys', { kind: 'live', publicKeyPem: keys.publicKeyPem });
  const credentials = staticCredentials({ apiKey, signer: createKeySigner(keys.privateKeyPem) });
  const client = createPartnerApi({ baseUrl: world.server.baseUrl, credentials, transport: world.transport.send });
  return { apiKey: apiKey as string, keyFile: fileWith(keys.privateKeyPem), client };
}

beforeAll(async () => {
  world = await sandboxWorld();
  const { client, control } = world;
  keyFile = fileWith(world.keys.privateKeyPem);
  house = await tradingCompany(world);
  other = await tradingCompany(world, 'Vale');
  secondFundId = (await client.funds.create(house.companyId, { name: 'Second' })).fundId;

  const night = await anotherKey();
  const { coreClientId } = await night.client.coreClients.create('night desk');
  approver = { apiKey: night.apiKey, keyFile: night.keyFile, coreClientId };

  await control('POST', '/exchanges', { coreClientId: house.coreClientId, name: 'Tern', url: 'tern.example' });
  const stranger = await anotherKey();
  const { companyId } = await stranger.client.companies.create({ name: 'Customer' });
  const connect = [{ counterpartyId: house.coreClientId, clientId: 'c-1', customer_id: '7' }];
  const wallets = ['one', 'two'].map((name) => ({ name, asset: 'BTC-TESTNET', type: 1, connect }));
  const { fundId } = await stranger.client.funds.create(companyId, { name: 'Customer', wallets });
  const [one, two] = (await stranger.client.funds.get(companyId, fundId)).wallets;
  for (const action of await client.coreClients.actions(house.coreClientId)) {
    const { details } = await client.coreClients.action(house.coreClientId, action.actionId);
    if (details.wallet?.walletId === one?.walletId)
      await client.coreClients.approve(house.coreClientId, action.actionId);
  }
  customer = { connected: one?.walletId as string, asking: two?.walletId as string };
});

afterAll(() => world.close());

/** A configuration in which everything is as it is at the Partner API. */
function rightConfig() {
  const { companyId, fundId } = house;
  return {
    clients: [
      {
        id: 'desk',
        bindings: [
          { companyId, fundId, walletId: house.one, asset: 'BTC-TESTNET' },
          { companyId, fundId, walletId: house.eth, asset: 'ETH-TESTNET' },
        ],
        sweeps: [
          {
            coreClientId: house.coreClientId,
            walletId: customer.connected,
            asset: 'BTC-TESTNET',
            recipientWalletIds: [house.two],
          },
        ],
        followedPairs: [{ companyId, sendAsset: 'BTC-TESTNET', receiveAsset: 'ETH-TESTNET' }],
      },
    ],
    strategies: [
      {
        name: 'btc-eth',
        client: 'desk',
        companyId,
        sendWalletId: house.one,
        receiveWalletId: house.eth,
        sizes: ['1000000'],
        sendScale: '100000000',
        receiveScale: '1000000000',
        spreadBasisPoints: 20,
        repriceBasisPoints: 10,
        bounds: { min: '10', max: '30' },
        lifetimeSeconds: 3600,
        renewBeforeSeconds: 600,
        price: { from: 'pushed', name: 'btc-eth', maxAgeSeconds: 60 },
      },
    ],
    approvals: [
      {
        coreClientId: approver.coreClientId,
        client: 'desk',
        rules: [{ name: 'ours', decide: 'approve', when: { assets: ['BTC-TESTNET'], matchesInstruction: true } }],
      },
    ],
  };
}

type Wanted = ReturnType<typeof rightConfig>;

/** Runs the command on a configuration that differs from the right one as `change` says. */
async function check(change: (config: Wanted) => void = () => {}, ...more: string[]) {
  const config = rightConfig();
  change(config);
  const place = temporaryFolder();
  for (const [name, value] of Object.entries(config))
    writeFileSync(join(place, `${name}.json`), JSON.stringify({ [name]: value }));
  const said: { out: string[]; err: string[] } = { out: [], err: [] };
  const { baseUrl } = world.server;
  const who = ['--base-url', baseUrl, '--api-key', world.apiKey, '--key', keyFile];
  const args = more.includes('--help') || more.includes('--no-key') ? [] : who;
  const code = await runCheckConfig([place, '--live', ...args, ...more.filter((one) => one !== '--no-key')], {
    out: (line) => said.out.push(line),
    err: (line) => said.err.push(line),
    env: {},
    signal: new AbortController().signal,
  });
  return { code, out: said.out.join('\n'), err: said.err };
}

const asApprover = () => ['--approver-api-key', approver.apiKey, '--approver-key', approver.keyFile];

type Difference = [what: string, change: (config: Wanted) => void, problem: string];
const bindingOf = (config: Wanted) => config.clients[0]?.bindings[0] as Wanted['clients'][0]['bindings'][0];
const sweepOf = (config: Wanted) => config.clients[0]?.sweeps[0] as Wanted['clients'][0]['sweeps'][0];
const strategyOf = (config: Wanted) => config.strategies[0] as Wanted['strategies'][0];
const withoutStrategies = (config: Wanted) => config.strategies.splice(0);

/** Differences that are not there until the test makes them, and what is said of each. */
const differences = (): Difference[] => [
  [
    'a company of nobody',
    (config) => {
      withoutStrategies(config);
      bindingOf(config).companyId = 'nobody';
    },
    'config/clients.json: clients[0].bindings[0].companyId: the Partner API knows no such company of this key: "nobody"',
  ],
  [
    'a fund of another company',
    (config) => {
      withoutStrategies(config);
      bindingOf(config).fundId = other.fundId;
    },
    `config/clients.json: clients[0].bindings[0].fundId: the company has no fund "${other.fundId}"`,
  ],
  [
    'a wallet of nobody',
    (config) => {
      withoutStrategies(config);
      bindingOf(config).walletId = 'nobody';
    },
    'config/clients.json: clients[0].bindings[0].walletId: the Partner API knows no wallet "nobody" of this key',
  ],
  [
    'a wallet of another company',
    (config) => {
      withoutStrategies(config);
      bindingOf(config).walletId = other.one;
    },
    `config/clients.json: clients[0].bindings[0].walletId: the wallet "${other.one}" is not in the fund "${house.fundId}"`,
  ],
  [
    'a wallet of another fund',
    (config) => {
      withoutStrategies(config);
      bindingOf(config).fundId = secondFundId;
    },
    `config/clients.json: clients[0].bindings[0].walletId: the wallet "${house.one}" is not in the fund "${secondFundId}"`,
  ],
  [
    'another asset',
    (config) => {
      withoutStrategies(config);
      bindingOf(config).asset = 'ETH-TESTNET';
    },
    'config/clients.json: clients[0].bindings[0].asset: is "ETH-TESTNET", but the wallet holds BTC-TESTNET',
  ],
  [
    'a core client of somebody else',
    (config) => {
      sweepOf(config).coreClientId = approver.coreClientId;
    },
    `config/clients.json: clients[0].sweeps[0].coreClientId: the Partner API knows no core client "${approver.coreClientId}" of this key`,
  ],
  [
    'a wallet that is not connected',
    (config) => {
      sweepOf(config).walletId = other.one;
    },
    `config/clients.json: clients[0].sweeps[0].walletId: the wallet "${other.one}" is not connected to this core client`,
  ],
  [
    'another asset of a connected wallet',
    (config) => {
      Object.assign(sweepOf(config), { asset: 'ETH-TESTNET', recipientWalletIds: [house.eth] });
    },
    'config/clients.json: clients[0].sweeps[0].asset: is "ETH-TESTNET", but the wallet holds BTC-TESTNET',
  ],
  [
    'a recipient of another asset',
    (config) => {
      sweepOf(config).recipientWalletIds.push(house.eth);
    },
    'config/clients.json: clients[0].sweeps[0].recipientWalletIds[1]: the wallet holds ETH-TESTNET, not BTC-TESTNET',
  ],
  [
    'the scale of another asset',
    (config) => {
      strategyOf(config).receiveScale = '1000000000000000000';
    },
    'config/strategies.json: strategies[0].receiveScale: is 1000000000000000000, but one ',
  ],
  [
    'an asset of a rule that is misspelt',
    (config) => {
      config.approvals[0]?.rules[0]?.when.assets.push('ETH-TESNET');
    },
    'config/approvals.json: approvals[0].rules[0].when.assets[1]: the Partner API knows no asset ETH-TESNET',
  ],
  [
    'an approver of another key',
    (config) => {
      for (const one of config.approvals) one.coreClientId = house.coreClientId;
    },
    `config/approvals.json: approvals[0].coreClientId: the Partner API knows no core client "${house.coreClientId}" of`,
  ],
];

describe('npm run check-config -- --live', () => {
  it('finds nothing where everything is so', async () => {
    expect(await check(undefined, ...asApprover())).toEqual({ code: 0, out: 'the configuration is valid', err: [] });
  });

  it('names each difference with its file and path', async () => {
    for (const [what, change, problem] of differences()) {
      const { code, out, err } = await check(change, ...asApprover());
      const errors = err.filter((line) => line.startsWith('error: '));
      expect({ what, code, out, errors }).toEqual({
        what,
        code: 1,
        out: '1 error',
        errors: [expect.stringContaining(`error: ${problem}`)],
      });
    }
  });

  it('names the strategy beside the binding it rests on', async () => {
    const { code, err } = await check(
      (config) => {
        bindingOf(config).fundId = secondFundId;
      },
      ...asApprover(),
    );
    expect(code).toBe(1);
    expect(err.filter((line) => line.startsWith('error: '))).toEqual([
      expect.stringContaining('config/clients.json: clients[0].bindings[0].walletId'),
      expect.stringContaining('config/strategies.json: strategies[0].sendWalletId: its binding.walletId is wrong'),
    ]);
  });

  it('warns of what cannot be seen, is not ready yet, or is unwise', async () => {
    const { code, err } = await check((config) => {
      sweepOf(config).recipientWalletIds.push('somewhere else');
      config.clients[0]?.sweeps.push({
        ...sweepOf(config),
        walletId: customer.asking,
        recipientWalletIds: [house.two],
      });
      for (const one of config.approvals) one.coreClientId = house.coreClientId;
    });
    expect(code).toBe(0);
    expect(err).toEqual([
      expect.stringContaining('core clients of approvals are not compared'),
      expect.stringContaining('warning: config/clients.json: clients[0].sweeps[0].recipientWalletIds[1]: is no wallet'),
      expect.stringContaining('warning: config/clients.json: clients[0].sweeps[1].walletId: its connection is pending'),
      expect.stringContaining('warning: config/approvals.json: approvals[0].coreClientId: belongs to the key that'),
    ]);
  });

  it('asks for each thing once', async () => {
    const before = world.server.sandbox.requests.read().byOperation;
    await check(
      (config) => {
        const [client] = config.clients as [Wanted['clients'][0]];
        config.clients.push({ ...client, id: 'another desk', sweeps: [], followedPairs: [] });
      },
      ...asApprover(),
    );
    const after = world.server.sandbox.requests.read().byOperation;
    const label = 'GET /company/{company_id}/fund/{fund_id}';
    expect((after[label] ?? 0) - (before[label] ?? 0)).toBe(1);
  });

  it('does not ask before the configuration is valid by itself', async () => {
    const before = world.server.sandbox.requests.read().total;
    const { code, err } = await check((config) => {
      bindingOf(config).asset = '';
    });
    expect({ code, err }).toEqual({
      code: 1,
      err: [
        expect.stringContaining('not compared'),
        expect.stringContaining('clients[0].bindings[0].asset'),
        expect.stringContaining('before it is mended'),
      ],
    });
    expect(world.server.sandbox.requests.read().total).toBe(before);
  });

  it('tells a missing key from an API that cannot be asked', async () => {
    const missing = await check(undefined, '--no-key', '--base-url', world.server.baseUrl);
    expect(missing).toMatchObject({ code: 2, err: [expect.stringContaining('--api-key')] });
    const wrongKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const file = fileWith(wrongKey.export({ type: 'pkcs8', format: 'pem' }) as string);
    const refused = await check(undefined, '--key', file);
    expect(refused).toMatchObject({
      code: 3,
      out: '',
      err: [expect.any(String), expect.stringContaining('signature')],
    });
    expect((await check(undefined, '--help')).out).toContain('--approver-secret-id');
    expect((await check(undefined, 'another-folder')).code).toBe(2);
  });
});
