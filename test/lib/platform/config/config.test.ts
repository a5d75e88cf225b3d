import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { assembleConfig, checkConfig } from '../../../../lib/platform/config/assemble.ts';
import { clients } from '../../../../lib/platform/config/clients.ts';
import { problemText } from '../../../../lib/platform/config/concern.ts';
import { loadConfig } from '../../../../lib/platform/config/load.ts';
import { loadConcern } from '../../../../lib/platform/config/load-concern.ts';
import { bindingOf, findClient } from '../../../../lib/platform/config/lookup.ts';
import { ConfigurationError } from '../../../../lib/platform/errors.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const root = new URL('../../../..', import.meta.url).pathname;
let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});

const binding = { companyId: 'c', fundId: 'f', walletId: 'w', asset: 'BTC' };
const desk = { id: 'desk', bindings: [binding], webhooks: [{ name: 'main', url: 'https://desk.example/hook' }] };
const write = (name: string, content: unknown) =>
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
const problemsOf = (...clients: unknown[]) => {
  write('clients.json', { clients });
  return checkConfig(folder).map((problem) => `${problem.severity}: ${problemText(problem)}`);
};

describe('a valid configuration', () => {
  it('is one document, with its defaults', () => {
    write('clients.json', { clients: [{ id: 'desk', bindings: [binding] }] });
    expect(assembleConfig(folder)).toMatchObject({
      clients: [
        { id: 'desk', bindings: [binding], webhooks: [], queueSenders: [], sweeps: [], followedPairs: [], limits: [] },
      ],
    });
  });

  it('may lack a file, which then says nothing', () => {
    expect(assembleConfig(folder)).toMatchObject({ clients: [] });
  });

  it('finds clients, and only their own wallets', () => {
    write('clients.json', { clients: [desk, { ...desk, id: 'other', bindings: [] }] });
    const config = assembleConfig(folder);
    const client = findClient(config, 'desk');
    expect(client && bindingOf(client, 'c', 'w')).toEqual(binding);
    expect(client && bindingOf(client, 'c', 'x')).toBeUndefined();
    expect(client && bindingOf(client, 'x', 'w')).toBeUndefined();
    expect(findClient(config, 'nobody')).toBeUndefined();
    expect(findClient(config, '')).toBeUndefined();
  });

  it('is what this project comes with', () => {
    const errors = checkConfig(join(root, 'config')).filter((problem) => problem.severity === 'error');
    expect(errors).toEqual([]);
    expect(findClient(assembleConfig(join(root, 'config')), 'treasury-desk')?.bindings.length).toBeGreaterThan(0);
  });
});

describe('a configuration with mistakes', () => {
  it.each([
    [[{ bindings: [] }], 'clients[0].id: is missing'],
    [[{ id: '', bindings: [] }], 'clients[0].id: must not be empty'],
    [[{ id: 5, bindings: [] }], 'clients[0].id: must be a string'],
    [[{ id: 'x'.repeat(256), bindings: [] }], 'clients[0].id: must not be longer or larger than 255'],
    [[{ id: 'a' }], 'clients[0].bindings: is missing'],
    [[{ id: 'a', bindings: {} }], 'clients[0].bindings: must be an array'],
    [
      [desk, { ...desk, id: 'a', bindings: [binding, { ...binding, walletId: 'v', asset: '' }] }],
      'clients[1].bindings[1].asset: must not be empty',
    ],
    [
      [{ ...desk, queueSenders: [{ senderId: 's', kinds: ['transfer', 'gift'] }] }],
      'clients[0].queueSenders[0].kinds[1]: is none of transfer, withdrawal, sweep, quote, take',
    ],
    [[{ ...desk, colour: 'red' }], 'clients[0].colour: unknown key'],
    [[{ ...desk, bindings: [{ ...binding, walletID: 'x' }] }], 'clients[0].bindings[0].walletID: unknown key'],
    [[desk, desk], 'clients[1].id: "desk" is the id of clients[0] already'],
    [
      [{ ...desk, bindings: [binding, { ...binding, fundId: 'g' }] }],
      'clients[0].bindings[1].walletId: the wallet "w" is bound by bindings[0] already',
    ],
    [
      [{ ...desk, webhooks: [...desk.webhooks, ...desk.webhooks] }],
      'clients[0].webhooks[1].name: "main" is the name of webhooks[0] already',
    ],
    [
      [{ ...desk, webhooks: [{ name: 'Main!', url: 'https://a.example' }] }],
      'clients[0].webhooks[0].name: must be lower-case letters, digits and -',
    ],
    [[{ ...desk, webhooks: [{ name: 'a', url: 'nowhere' }] }], 'clients[0].webhooks[0].url: is not a URL'],
    [
      [{ ...desk, webhooks: [{ name: 'a', url: 'https://169.254.169.254/x' }] }],
      'clients[0].webhooks[0].url: 169.254.169.254 is not a public address',
    ],
    [
      [{ ...desk, webhooks: [{ name: 'a', url: 'https://[fd00::1]' }] }],
      'clients[0].webhooks[0].url: fd00::1 is not a public address',
    ],
    [
      [{ ...desk, webhooks: [{ name: 'a', url: 'https://a.example:25' }] }],
      'clients[0].webhooks[0].url: port 25 is not for webhooks',
    ],
    [[{ ...desk, webhooks: [{ name: 'a', url: 'http://a.example' }] }], 'clients[0].webhooks[0].url: must be https'],
    [
      [{ ...desk, webhooks: [{ name: 'a', url: 'http://localhost.example' }] }],
      'clients[0].webhooks[0].url: must be https',
    ],
    [
      [{ ...desk, webhooks: [{ name: 'a', url: 'https://u:p@a.example' }] }],
      'clients[0].webhooks[0].url: must not carry credentials',
    ],
    [
      [{ ...desk, webhooks: [{ name: 'a', url: 'https://a.example/#x' }] }],
      'clients[0].webhooks[0].url: must not have a fragment',
    ],
    [
      [{ ...desk, webhooks: [{ name: 'a', url: 'https://a.example', events: [] }] }],
      'clients[0].webhooks[0].events: must not be empty',
    ],
  ])('is refused with the file and the place: %#', (clients, message) => {
    expect(problemsOf(...clients)).toEqual([`error: config/clients.json: ${message}`]);
    expect(() => assembleConfig(folder)).toThrow(ConfigurationError);
    expect(() => assembleConfig(folder)).toThrow(`config/clients.json: ${message}`);
  });

  it('is told all of them at once', () => {
    expect(problemsOf({ id: '', bindings: [{}], x: 1 })).toHaveLength(6);
  });

  it('is warned of webhooks to this machine, and packaged', () => {
    const urls = ['http://127.0.0.1:4010/', 'http://localhost/', 'http://[::1]:9/', 'https://localhost/'];
    const webhooks = urls.map((url, place) => ({ name: `n${place}`, url }));
    const problems = problemsOf({ ...desk, webhooks });
    expect(problems).toHaveLength(4);
    expect(problems[0]).toContain('warning: config/clients.json: clients[0].webhooks[0].url: is on this machine');
    expect(assembleConfig(folder).clients[0]?.webhooks).toEqual(webhooks);
  });

  it('in a file that cannot be read is all that is told of it: what others say of it is not known', () => {
    write('clients.json', '{');
    write('watches.json', { watches: [{ client: 'desk' }] });
    expect(checkConfig(folder)).toMatchObject([
      { file: 'config/clients.json', severity: 'error' },
      {
        message: 'before it is mended, what these say of its clients is not checked: config/watches.json',
        severity: 'warning',
      },
    ]);
  });

  it.each([
    ['clients.json', '{', 'config/clients.json: is not JSON'],
    ['clients.json', '[]', 'config/clients.json: must be an object with the key "clients"'],
    ['clients.json', {}, 'config/clients.json: must be an object with the key "clients"'],
    ['clients.json', { clients: [], client: [] }, 'config/clients.json: unknown key "client"'],
    ['clients.json', { clients: {} }, 'config/clients.json: clients: must be an array'],
    ['customers.json', { customers: [] }, 'config/customers.json: is no part of the configuration'],
    ['toString.json', { toString: [] }, 'config/toString.json: is no part of the configuration'],
  ])('in the file itself names the file: %s %j', (file, content, message) => {
    write(file, content);
    expect(checkConfig(folder).map(problemText).join()).toContain(message);
    expect(() => assembleConfig(folder)).toThrow(message);
  });

  const rule =
    '{"name":"ours","decide":"approve","when":{"matchesInstruction":true},"when":{"assets":["BTC-TESTNET"]}}';

  it('is named when a member stands twice, beside all else that is wrong', () => {
    write('approvals.json', `{"approvals":[{"coreClientId":"core","client":"desk","rules":[${rule}]}]}`);
    const found = checkConfig(folder).map(problemText);
    const twice = 'approvals[0].rules[0].when: stands twice: only the last would count';
    expect(found).toContain(`config/approvals.json: ${twice}`);
    expect(found).toContain('config/approvals.json: approvals[0].client: "desk" is no client');
    expect(() => assembleConfig(folder)).toThrow(twice);
  });

  it('is not found where there is no folder', () => {
    expect(checkConfig(join(folder, 'none'))[0]?.message).toBe('cannot be read (ENOENT)');
  });
});

describe('loading', () => {
  const document = { clients: [{ id: 'from the file', bindings: [] }] };

  it('prefers the file that is named, then the one beside the bundle, then the sources', () => {
    const file = join(folder, 'config.json');
    writeFileSync(file, JSON.stringify(document));
    const idOf = (places: Parameters<typeof loadConfig>[0]) => loadConfig(places).clients[0]?.id;
    expect(idOf({ configFile: file, bundleFolder: '/none', projectFolder: root })).toBe('from the file');
    expect(idOf({ bundleFolder: folder, projectFolder: root })).toBe('from the file');
    expect(idOf({ bundleFolder: join(folder, 'none'), projectFolder: root })).toBe('treasury-desk');
  });

  it('gives one concern alone, the same as in the whole, and does not look at the others', () => {
    const file = join(folder, 'config.json');
    writeFileSync(file, JSON.stringify({ ...document, approvals: 'not looked at' }));
    const places = { bundleFolder: folder, projectFolder: root };
    expect(loadConcern('clients', clients, places)).toEqual(
      loadConfig({ ...places, configFile: writeWhole() }).clients,
    );
    expect(loadConcern('clients', clients, { projectFolder: root })).toEqual(
      loadConfig({ projectFolder: root }).clients,
    );
    writeFileSync(file, '{}');
    expect(loadConcern('clients', clients, places)).toEqual([]);
    writeFileSync(file, JSON.stringify({ clients: [{ id: '', bindings: [] }] }));
    expect(() => loadConcern('clients', clients, places)).toThrow(
      'config/clients.json: clients[0].id: must not be empty',
    );
    writeFileSync(file, JSON.stringify({ clients: [desk, desk] }));
    expect(() => loadConcern('clients', clients, places)).toThrow(
      'clients[1].id: "desk" is the id of clients[0] already',
    );

    function writeWhole() {
      const whole = join(folder, 'whole.json');
      writeFileSync(whole, JSON.stringify(document));
      return whole;
    }
  });

  it('says where it looked when there is nothing, and what is wrong with what there is', () => {
    expect(() => loadConfig({ bundleFolder: folder, projectFolder: folder })).toThrow(join(folder, 'config.json'));
    const file = join(folder, 'broken.json');
    expect(() => loadConfig({ configFile: file, projectFolder: root })).toThrow(`${file} cannot be read`);
    writeFileSync(file, '[]');
    expect(() => loadConfig({ configFile: file, projectFolder: root })).toThrow('is not an object');
    writeFileSync(file, '{"clients":[],"watches":[],"clients":[]}');
    expect(() => loadConfig({ configFile: file, projectFolder: root })).toThrow(`${file}: clients: stands twice`);
    expect(() => loadConcern('clients', clients, { configFile: file, projectFolder: root })).toThrow('stands twice');
    writeFileSync(file, JSON.stringify({ clients: [{ id: '', bindings: [] }] }));
    expect(() => loadConfig({ configFile: file, projectFolder: root })).toThrow('clients[0].id: must not be empty');
  });
});

describe('npm run check-config', () => {
  const node = join(root, 'node_modules/.bin/node');
  const run = () => spawnSync(node, [join(root, 'cli/check-config.ts'), folder], { encoding: 'utf8' });

  it('prints every problem and exits 1', () => {
    write('clients.json', { clients: [{ id: '', bindings: [], x: 1 }] });
    const { status, stderr, stdout } = run();
    expect([status, stdout]).toEqual([1, '2 errors\n']);
    expect(stderr).toContain('error: config/clients.json: clients[0].id: must not be empty\n');
    expect(stderr).toContain('error: config/clients.json: clients[0].x: unknown key\n');
  });

  it('exits 0 for warnings and for the configuration of this project', () => {
    write('clients.json', { clients: [{ ...desk, webhooks: [{ name: 'a', url: 'http://localhost:1/' }] }] });
    expect(run()).toMatchObject({ status: 0, stdout: 'the configuration is valid\n' });
    expect(execFileSync(node, [join(root, 'cli/check-config.ts')], { encoding: 'utf8', stdio: 'pipe' })).toContain(
      'valid',
    );
  });
});
