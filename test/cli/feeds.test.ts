import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;

let secretsManager: Server;
let asked: Set<string>;
let child: ChildProcess | undefined;
let endpoint: string;
beforeEach(async () => {
  asked = new Set();
  secretsManager = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      asked.add(String(JSON.parse(Buffer.concat(chunks).toString())['SecretId']));
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify({ __type: 'ResourceNotFoundException' }));
    });
  }).listen(0, '127.0.0.1');
  await once(secretsManager, 'listening');
  endpoint = `http://127.0.0.1:${(secretsManager.address() as AddressInfo).port}`;
});
afterEach(async () => {
  child?.kill('SIGKILL');
  secretsManager.closeAllConnections();
  await new Promise((resolve) => secretsManager.close(resolve));
});

function start(options: string[], settings: Record<string, string>): { ended: Promise<unknown[]>; errors(): string } {
  const env = {
    PATH: process.env['PATH'],
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL: endpoint,
    STAGE: 'test',
    TABLE_NAME: 'table',
    LOG_LEVEL: 'silent',
    // Nobody listens there: that a feed cannot be opened ends nothing.
    PARTNER_API_BASE_URL: 'http://127.0.0.1:9/api/v1/p',
    ...settings,
  };
  child = spawn(process.execPath, ['cli/feeds.ts', ...options], {
    cwd: root,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return { ended: once(child, 'close'), errors: () => text };
}

/** The secrets a process asks for within a moment of its first question. */
async function secretsAskedBy(options: string[], settings: Record<string, string>): Promise<string[]> {
  const { ended, errors } = start(options, settings);
  const isOver = ended.then(() => true);
  for (let tries = 0; asked.size === 0 && tries < 1200; tries++) {
    if (await Promise.race([isOver, wait(50, false)])) throw new Error(`it ended: ${errors()}`);
  }
  await wait(500);
  return [...asked];
}

describe('npm run feeds', () => {
  const both = { SIGNING_SECRET_ID: 'initiator', APPROVER_SECRET_ID: 'approver' };

  it("reads the initiator's key only, although it is told of both", async () => {
    expect(await secretsAskedBy([], both)).toEqual(['initiator']);
  });

  it("reads the approver's key only when it listens for core clients", async () => {
    expect(await secretsAskedBy(['--only', 'coreclient'], both)).toEqual(['approver']);
  });

  it.each([
    ['initiator', [], { SIGNING_SECRET_ID: 'initiator' }],
    ['approver', ['--only', 'coreclient'], { APPROVER_SECRET_ID: 'approver' }],
  ])("needs not even know of the secret that is not the %s's", async (own, options, settings) => {
    expect(await secretsAskedBy(options, settings as Record<string, string>)).toEqual([own]);
  });

  it.each([
    [['--only', 'coreclient', '--only', 'hub'], 'coreclient stands alone'],
    [['--only', 'gossip'], '--only: coreclient, hub, wallets, not gossip'],
  ])('refuses %j', async (options, message) => {
    const { ended, errors } = start(options, both);
    expect(await ended).toEqual([2, null]);
    expect(errors()).toContain(message);
    expect([...asked]).toEqual([]);
  });
});
