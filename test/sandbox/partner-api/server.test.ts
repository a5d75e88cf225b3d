import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { connect } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startPartnerApi } from '../../../sandbox/partner-api/server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { FeedClient } from './feed-client.ts';
import { rawExchange, startServer } from './server-helpers.ts';

describe('the server', () => {
  it('gives one new and only existing to calls that race with one partner_txID', async () => {
    const served = await startServer();
    const body = { ...served.transferBody, partner_txID: 'race' };
    const path = `/company/${served.companyId}/transfer`;
    const answers = await Promise.all(Array.from({ length: 25 }, () => served.call('POST', path, body)));
    expect(answers.filter((answer) => answer.body.status === 'new')).toHaveLength(1);
    expect(new Set(answers.map((answer) => answer.body.tx_id)).size).toBe(1);
    const { body: proof } = await served.control('GET', '/ledger');
    expect(proof).toMatchObject({ balanced: true, assets: [{ held: 1001 }] });
    await served.api.close();
  });

  it('verifies a request signed over the very bytes, with neither Accept nor Content-Type', async () => {
    const served = await startServer();
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' });
    const { apiKey } = (await served.control('POST', '/keys', { kind: 'live', publicKeyPem })).body;
    const body = '{\n\t"name": "Heron"\r\n}\n';
    const stamp = String(Math.floor(served.api.sandbox.clock.nowMs() / 1000));
    const url = `${served.api.baseUrl}/company/`;
    const signature = sign('RSA-SHA256', Buffer.from(stamp + url + body), privateKey).toString('base64url');
    const { host, pathname } = new URL(url);
    const send = (sent: string) =>
      rawExchange(
        served.api,
        `POST ${pathname} HTTP/1.1\r\nHost: ${host}\r\nX-Api-Key: ${apiKey}\r\nX-Timestamp: ${stamp}\r\nx-nonce:\r\n` +
          `X-Sign: ${signature}\r\nContent-Length: ${sent.length}\r\nConnection: close\r\n\r\n${sent}`,
      );
    expect(await send(body)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await send(body.replace('\n\t', ''))).toContain(
      '{"code":401,"msg":"errPartnerAuth","detail":{"reason":"signature"}}',
    );
    await served.api.close();
  });

  it('lets things happen when their time comes though nobody calls', async () => {
    const served = await startServer();
    const events: string[] = [];
    served.api.sandbox.listeners.add((event) => events.push(event.kind));
    const { userId } = (
      await served.control('POST', '/users', { email: 'n@x', autoAccept: true, autoApprove: { delayMs: 30 } })
    ).body;
    await served.call('POST', `/company/${served.companyId}/trustedparty`, { address: 'n@x' });
    const custodygroup_tx = { threshold: 1, members: [userId] };
    const wallets = [{ name: 'c', asset: 'BTC-TESTNET', custodygroup_tx }];
    const made = await served.call('POST', `/company/${served.companyId}/fund/${served.fundId}/wallet`, { wallets });
    const [walletId] = made.body.wallets;
    await served.control('POST', '/deposits', { walletId, amount: 10_000 });
    await served.call('POST', `/company/${served.companyId}/transfer`, { ...served.transferBody, wallet_id: walletId });
    await expect.poll(() => events).toEqual(['movement', 'actionPending', 'actionVoted', 'movement', 'movement']);
    await served.api.close();
  });

  it('answers nobody but loopback at the control surface, and knows nothing outside its two trees', async () => {
    const served = await startServer();
    const answer = await fetch(served.api.baseUrl.replace('/api/v1/p', '/'));
    expect([answer.status, await answer.json()]).toEqual([
      404,
      { code: 404, msg: 'Not Found', detail: { reason: 'url' } },
    ]);
    const wrong = await served.call('DELETE', '/company');
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST']);
    await served.api.close();
  });
});

describe('TLS', () => {
  const read = (name: string) => readFileSync(new URL(`tls/throw-away.${name}.pem`, import.meta.url));
  const tls = { cert: read('cert'), key: read('key') };

  it('serves 1.2 and newer, and refuses older versions', async () => {
    const api = await startPartnerApi({ tls });
    expect([api.baseUrl, api.feedUrl]).toEqual([expect.stringMatching(/^https:/), expect.stringMatching(/^wss:/)]);
    const port = Number(new URL(api.baseUrl).port);
    const dial = (options: object) =>
      new Promise<string>((resolve) => {
        const socket = connect({ host: '127.0.0.1', port, ca: tls.cert, ...options }, () => {
          resolve(socket.getProtocol() ?? '');
          socket.destroy();
        });
        socket.on('error', (error: NodeJS.ErrnoException) => resolve(`refused: ${error.code}`));
      });
    expect(await dial({})).toBe('TLSv1.3');
    expect(await dial({ maxVersion: 'TLSv1.2' })).toBe('TLSv1.2');
    // Level 0 lets our own side offer the old version, so that it is the server that refuses it.
    const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' };
    expect(await dial(old)).toMatch(/refused: ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION/);
    await api.close();
  });
});

describe('npm run sandbox', () => {
  const tls = (name: string) => new URL(`tls/throw-away.${name}.pem`, import.meta.url).pathname;
  const cli = new URL('../../../cli/sandbox.ts', import.meta.url).pathname;
  let folder = '';
  let children: ChildProcess[] = [];
  beforeEach(() => {
    folder = temporaryFolder();
    children = [];
  });
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
  });

  async function start(...options: string[]) {
    const child = spawn(process.execPath, [cli, '--json', ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    let errors = '';
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    for await (const line of createInterface({ input: child.stdout })) {
      return {
        errors: () => errors,
        line,
        ...(JSON.parse(line) as Record<'baseUrl' | 'feedUrl' | 'controlUrl' | 'apiKey', string>),
      };
    }
    throw new Error(errors);
  }

  it('prints one line of JSON when it listens, with a key that needs no signature', async () => {
    const server = await start('--port', '0', '--seed', '9');
    expect(Object.keys(JSON.parse(server.line))).toEqual(['baseUrl', 'feedUrl', 'controlUrl', 'apiKey']);
    const answer = await fetch(`${server.baseUrl}/assets`, { headers: { 'x-api-key': server.apiKey } });
    expect(answer.status).toBe(200);
    const again = await start('--port', '0', '--seed', '9');
    expect(again.apiKey).toBe(server.apiKey);
  });

  it('registers a public key, whose API key must sign', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const file = join(folder, 'key.pem');
    writeFileSync(file, publicKey.export({ type: 'spki', format: 'pem' }));
    const server = await start('--port', '0', '--public-key', file);
    const answer = await fetch(`${server.baseUrl}/assets`, { headers: { 'x-api-key': server.apiKey } });
    expect(await answer.json()).toMatchObject({ code: 401, msg: 'errPartnerAuth' });
  });

  it('verifies what was signed over the public URL of a proxy in front, and tells the feeds there', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const file = join(folder, 'key.pem');
    writeFileSync(file, publicKey.export({ type: 'spki', format: 'pem' }));
    const publicUrl = 'https://api.example:8443/api/v1/p';
    const server = await start('--port', '0', '--public-key', file, '--public-base-url', `${publicUrl}/`);
    const post = (signedUrl: string) => {
      const body = '{"name":"desk"}';
      const timestamp = String(Math.floor(Date.now() / 1000));
      const signature = sign('sha256', Buffer.from(timestamp + signedUrl + body), privateKey).toString('base64url');
      const headers = { 'x-api-key': server.apiKey, 'x-timestamp': timestamp, 'x-sign': signature };
      return fetch(`${server.baseUrl}/coreclient`, { method: 'POST', headers, body });
    };
    const made = await post(`${publicUrl}/coreclient`);
    const { id, feed } = (await made.json()) as { id: string; feed: string };
    expect([made.status, feed]).toEqual([200, `wss://api.example:8443/api/v1/p/coreclient/${id}/feed`]);
    expect((await post(`${server.baseUrl}/coreclient`)).status).toBe(200);
    expect((await post('https://other.example/api/v1/p/coreclient')).status).toBe(401);
  });

  it('serves https and wss with a certificate and its key', async () => {
    const ca = readFileSync(tls('cert'));
    const server = await start('--port', '0', '--tls-cert', tls('cert'), '--tls-key', tls('key'));
    const headers = { 'x-api-key': server.apiKey };
    expect([server.baseUrl, server.feedUrl]).toEqual([
      expect.stringMatching(/^https:/),
      expect.stringMatching(/^wss:/),
    ]);
    const status = await new Promise((resolve, reject) => {
      get(`${server.baseUrl}/assets`, { ca, headers }, (answer) => resolve(answer.resume().statusCode)).once(
        'error',
        reject,
      );
    });
    expect(status).toBe(200);
    const feed = new FeedClient(`${server.feedUrl}/liquidityhub/feed`, headers, { ca });
    expect(await feed.handshake).toBe('open');
    feed.socket.terminate();
  });

  it('takes a free port when its own is busy, and says so', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const { port } = blocker.address() as { port: number };
    const server = await start('--port', String(port));
    await expect.poll(server.errors).toContain(`port ${port} is busy`);
    expect(new URL(server.baseUrl).port).not.toBe(String(port));
    blocker.close();
  });

  it('leaves a journal to the sandbox that has it, with one line, and takes it once that one was killed', async () => {
    const journal = join(folder, 'a.journal');
    const first = await start('--port', '0', '--journal', journal);
    await fetch(`${first.baseUrl}/company`, {
      method: 'POST',
      headers: { 'x-api-key': first.apiKey },
      body: '{"name":"A"}',
    });
    const before = readFileSync(journal, 'utf8');
    const second = spawnSync(process.execPath, [cli, '--port', '0', '--journal', journal], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect([second.status, second.stdout, second.stderr]).toEqual([
      1,
      '',
      `the journal ${journal} is in use by another sandbox\n`,
    ]);
    expect(readFileSync(journal, 'utf8')).toBe(before);
    expect((await fetch(`${first.baseUrl}/assets`, { headers: { 'x-api-key': first.apiKey } })).status).toBe(200);
    const [child] = children;
    const ended = once(child as ChildProcess, 'exit');
    child?.kill('SIGKILL');
    await ended;
    expect((await start('--port', '0', '--journal', journal)).apiKey).toBe(first.apiKey);
  });

  it('takes a free port with its journal too', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const { port } = blocker.address() as { port: number };
    const server = await start('--port', String(port), '--journal', join(folder, 'a.journal'));
    expect(new URL(server.baseUrl).port).not.toBe(String(port));
    blocker.close();
  });

  it.each([
    [['--colour', 'red'], '--colour'],
    [['--port', '99999'], '--port'],
    [['--tls-cert', 'x'], '--tls-key'],
    [['--signature-policy', 'never'], '--signature-policy'],
    [['--public-key', '/nowhere'], '--public-key'],
    [['--journal', '/nowhere/x'], '--journal: /nowhere/x: '],
    [['--journal', tmpdir()], '--journal: '],
    [['--journal', tls('key')], 'not a journal'],
    [['--tls-cert', tls('key'), '--tls-key', tls('key')], '--tls-cert, --tls-key: '],
    [['--tls-cert', cli, '--tls-key', cli], '--tls-cert, --tls-key: '],
    [['--public-base-url', 'https://api.example/other'], '--public-base-url'],
    [['--public-base-url', 'wss://api.example/api/v1/p'], '--public-base-url'],
    [['--public-base-url', 'api.example'], '--public-base-url'],
  ])('ends with 2 and names the mistake: %j', (options, named) => {
    try {
      execFileSync(process.execPath, [cli, ...options], { stdio: 'pipe' });
      expect.unreachable();
    } catch (error) {
      const { status, stderr } = error as { status: number; stderr: Buffer };
      expect([status, String(stderr)]).toEqual([2, expect.stringContaining(named)]);
      expect(String(stderr)).not.toContain('    at ');
    }
  });
});
