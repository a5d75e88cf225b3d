import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { file, pkcs1, pkcs8, stampOf } from '../signing/vectors.ts';
import { closeSandbox, folder, run, sandbox, written } from './cli-support.ts';
import { tradingCompany } from './sandbox-world.ts';

afterEach(closeSandbox);

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

  it('shows values whole, to be copied', async () => {
    const { env } = await sandbox();
    const made = await run(['send', 'POST', '/coreclient', '--body', '{"name":"bot"}'], env);
    expect(made.out).toMatch(/\nfeed +ws:\S+\/coreclient\/\w{43,44}\/feed\n/);
    const hash = JSON.stringify({ message_hash_hex: 'ab'.repeat(32) });
    const [, id] = /\nid +(\w+)/.exec(made.out) as RegExpExecArray;
    const signed = await run(['send', 'POST', `/coreclient/${id}/sign`, '--body', hash], env);
    expect(signed.out).toMatch(/\nsignature_hex +[0-9a-f]{98}(\n|$)/);
    const wrong = JSON.stringify({ ...JSON.parse(hash), signature_hex: '02'.repeat(49), signer_id: id });
    const denied = await run(['send', 'POST', '/coreclient/verify', '--body', wrong], env);
    expect(denied).toMatchObject({ code: 3, err: expect.stringMatching(/^turned away, nothing happened: .*403/) });
  });

  it('ends with the code of what it came to', async () => {
    const { world, env } = await sandbox();
    const code = async (args: string[], change: object = {}) =>
      (await run(['send', ...args], { ...env, ...change })).code;
    expect(await code(['GET', '/company/nope'])).toBe(1);
    expect(await code(['POST', '/company', '--body', '{'])).toBe(1);
    const turnedAway = await run(['send', 'GET', '/assets'], {
      ...env,
      PARTNER_API_KEY_FILE: written('other.pem', pkcs1),
    });
    expect(turnedAway).toMatchObject({ code: 3, err: expect.stringMatching(/^turned away, nothing happened: .*401/) });
    const nobody = await run(['send', 'GET', '/assets'], { ...env, PARTNER_API_BASE_URL: 'http://127.0.0.1:1/api' });
    expect(nobody).toMatchObject({ code: 3, err: expect.stringMatching(/^not sent: /) });
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

describe('feed', () => {
  it('ends when there is no such feed, with the code of a refusal', async () => {
    const { env } = await sandbox();
    const { code, err } = await run(['feed', 'coreclient', 'nope'], env);
    expect([code, err.split('\n')]).toEqual([
      1,
      [expect.stringMatching(/404.*; dialling again in \d+ ms$/), expect.stringMatching(/^refused: feed: .*404/)],
    ]);
  });

  it('ends when the key is not accepted', async () => {
    const { env } = await sandbox();
    const { code, err } = await run(['feed', 'wallets'], { ...env, PARTNER_API_KEY_FILE: written('other.pem', pkcs1) });
    expect([code, err]).toEqual([3, expect.stringMatching(/\nturned away, nothing happened: feed: .* 401 signature$/)]);
  });

  it('ends when the key is revoked while it is open', async () => {
    const { world, env } = await sandbox();
    const [{ keyId }] = (await world.control('GET', '/keys')).keys;
    const revoke = (line: string) => line === 'connected' && void world.control('DELETE', `/keys/${keyId}`);
    const { code, err } = await run(['feed', 'liquidityhub'], env, revoke);
    expect([code, err]).toEqual([
      3,
      expect.stringMatching(/^connected\n.*\n.*\nturned away, nothing happened: feed: /),
    ]);
  });

  it('lets the catch-up mend a wrong clock before it takes a refusal for final', async () => {
    const { world, env } = await sandbox();
    await world.control('POST', '/clock', { offsetMs: 3_600_000 });
    const ending = new AbortController();
    const end = (line: string) => line === 'connected' && ending.abort();
    const { code, err } = await run(['feed', 'liquidityhub'], env, end, ending.signal);
    expect([code, err]).toEqual([0, expect.stringMatching(/401 timestamp; dialling again.*\nconnected$/)]);
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
