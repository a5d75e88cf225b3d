import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { runPartnerApi } from '../../../cli/partner-api/main.ts';
import { applyEnvironment } from '../../../sandbox/aws/environment.ts';
import { file, pkcs1, stampOf, type Vector } from '../signing/vectors.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

type Answer = (path: string, body: string, headers: Record<string, unknown>) => { status?: number; body: string };

/** A server that answers requests with `answer`, and upgrades feeds. */
async function serve(answer: Answer): Promise<{ base: string; feeds: WebSocketServer }> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const { status = 200, body: text } = answer(request.url as string, body, request.headers);
      response.writeHead(status, { 'content-type': 'application/json' }).end(text);
    });
  });
  const feeds = new WebSocketServer({ server });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    for (const socket of feeds.clients) socket.terminate();
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, feeds };
}

/** Runs a command, and ends it as Ctrl-C does once it has said enough. */
async function run(
  args: string[],
  env: Record<string, string>,
  isEnough = (_out: readonly string[], _err: readonly string[]) => false,
) {
  const out: string[] = [];
  const err: string[] = [];
  const ending = new AbortController();
  const into = (lines: string[]) => (line: string) => {
    lines.push(line);
    if (isEnough(out, err)) ending.abort();
  };
  const io = { out: into(out), err: into(err), env, signal: ending.signal };
  return { code: await runPartnerApi(args, io), out, err: err.join('\n') };
}

/** AWS Secrets Manager with one secret; the SDK is led there by its own environment variables. */
async function secretsManager(versions: Record<string, string>): Promise<{ asked: unknown[] }> {
  const asked: unknown[] = [];
  const { base } = await serve((_path, body, headers) => {
    const request = JSON.parse(body) as { SecretId: string; VersionStage: string };
    asked.push([headers['x-amz-target'], request]);
    const SecretString = versions[request.VersionStage];
    if (request.SecretId === 'partner-api' && SecretString !== undefined)
      return { body: JSON.stringify({ SecretString }) };
    return { status: 400, body: JSON.stringify({ __type: 'ResourceNotFoundException', message: 'none' }) };
  });
  closing.push(
    applyEnvironment({
      AWS_ENDPOINT_URL_SECRETS_MANAGER: base,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    }),
  );
  return { asked };
}

describe('a key in AWS Secrets Manager', () => {
  const vector = file.vectors.find(({ name }) => name === 'post-transfer') as Vector;
  const args = ['sign', '--url', vector.url, '--body', vector.body, '--timestamp', stampOf(vector)];
  const secret = JSON.stringify({ apiKey: 'the-key', privateKeyPem: pkcs1 });

  it('signs, named by the option or the environment', async () => {
    const { asked } = await secretsManager({ AWSCURRENT: secret });
    const expected = { code: 0, out: [`x-sign: ${vector.x_sign}\nx-timestamp: ${stampOf(vector)}`] };
    expect(await run([...args, '--secret-id', 'partner-api'], {})).toMatchObject(expected);
    expect(await run(args, { SIGNING_SECRET_ID: 'partner-api' })).toMatchObject(expected);
    expect(asked[0]).toEqual([
      'secretsmanager.GetSecretValue',
      { SecretId: 'partner-api', VersionStage: 'AWSCURRENT' },
    ]);
  });

  it('that is missing or malformed is told without its content', async () => {
    await secretsManager({ AWSCURRENT: secret.slice(0, -40) });
    for (const id of ['partner-api', 'other']) {
      const { code, err, out } = await run([...args, '--secret-id', id], {});
      expect([code, out]).toEqual([2, []]);
      expect(err).toMatch(/not valid JSON|no current version/);
      expect(err).not.toMatch(/the-key|MII/);
    }
  });

  it('excludes a key file', async () => {
    expect((await run([...args, '--secret-id', 'partner-api', '--key', 'key.pem'], {})).code).toBe(2);
  });
});

describe('feed', () => {
  const action = (id: string) => ({ id, coreClientID: 'x', type: 'ApproveTransfer', status: 'pending', expireTime: 9 });

  async function feedServer() {
    await secretsManager({ AWSCURRENT: JSON.stringify({ apiKey: 'the-key', privateKeyPem: pkcs1 }) });
    const server = await serve((path) => ({
      body: JSON.stringify(path === '/p/coreclient/x/actions' ? { actions: [action('a1')] } : { items: [] }),
    }));
    const env = { PARTNER_API_BASE_URL: `${server.base}/p`, SIGNING_SECRET_ID: 'partner-api' };
    return { ...server, env };
  }

  it('prints messages as JSON lines and ends after the count', async () => {
    const { feeds, env } = await feedServer();
    feeds.on('connection', (socket) => socket.send(JSON.stringify(action('a2'))));
    const { code, out } = await run(['feed', 'coreclient', 'x', '--count', '2', '--json'], env);
    const told = out.map((line) => JSON.parse(line)).sort((one, other) => one.actionId.localeCompare(other.actionId));
    expect([code, told]).toMatchObject([
      0,
      [
        { actionId: 'a1', type: 'ApproveTransfer', expiresAtSeconds: 9, recovered: true },
        { actionId: 'a2', recovered: false },
      ],
    ]);
  });

  it('ends well by Ctrl-C, and says when it is connected', async () => {
    const { feeds, env } = await feedServer();
    feeds.on('connection', (socket) => {
      socket.send('{"txID":"q1","status":"taker_pending"}');
      socket.once('close', () => {});
    });
    const bothSaid = (out: readonly string[], err: readonly string[]) =>
      out.length > 0 && err.join().includes('connected');
    const { code, out, err } = await run(['feed', 'liquidityhub'], env, bothSaid);
    expect([code, out, err]).toEqual([0, ['txId=q1  status=taker_pending'], expect.stringContaining('connected')]);
  });

  it('ends with 2 when the secret with the key cannot be read', async () => {
    const { env } = await feedServer();
    const { code, err } = await run(['feed', 'wallets'], { ...env, SIGNING_SECRET_ID: 'other' });
    expect([code, err]).toEqual([2, expect.stringContaining('no current version')]);
  });

  it.each([[[]], [['coreclient']], [['wallets', 'x']], [['tv']]])('ends with 2 for wrong usage: %j', async (args) => {
    expect((await run(['feed', ...args], {})).code).toBe(2);
  });
});
