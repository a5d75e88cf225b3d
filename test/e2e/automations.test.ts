import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPartnerApi, createUndiciTransport, type PartnerApi } from '../../lib/partner-api/index.ts';
import { createKeySigner, staticCredentials } from '../../lib/signing/index.ts';
import { type Invocation, type LocalAws, startLocalAws } from '../../sandbox/aws/index.ts';
import { type Issuer, startIssuer } from '../../sandbox/local/issuer.ts';
import { type Receiver, startReceiver } from '../../sandbox/local/receiver.ts';
import { startPartnerApi } from '../../sandbox/partner-api/server.ts';
import { startLiar } from '../conformance/liar.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const webhookSecret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
const transport = createUndiciTransport();
let service: Awaited<ReturnType<typeof startPartnerApi>>;
/** Stands between the functions and the Partner API, to hold an answer back. */
let between: Awaited<ReturnType<typeof startLiar>>;
let aws: LocalAws;
const hintsTaken: Invocation[] = [];
let issuer: Issuer;
let receiver: Receiver;
let folder: string;
let token: string;
let initiator: PartnerApi;
let approver: PartnerApi;
let coreClientId: string;
let companyId: string;
let wallets: string[];

async function control<T>(path: string, body: object): Promise<T> {
  const answer = await fetch(service.controlUrl + path, { method: 'POST', body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

/** A live-type API key, its private key, and a client that signs with it. */
async function key(): Promise<{ secret: string; api: PartnerApi }> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' });
  const privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const { apiKey } = await control<{ apiKey: string }>('/keys', { kind: 'live', publicKeyPem });
  const credentials = staticCredentials({ apiKey, signer: createKeySigner(privateKeyPem) });
  const api = createPartnerApi({ baseUrl: service.baseUrl, credentials, transport: transport.send });
  return { secret: JSON.stringify({ apiKey, privateKeyPem }), api };
}

beforeAll(async () => {
  service = await startPartnerApi({ seed: 3, port: 0 });
  between = await startLiar(service.baseUrl);
  const initiating = await key();
  const approving = await key();
  initiator = initiating.api;
  approver = approving.api;
  ({ coreClientId } = await approver.coreClients.create('night desk'));
  ({ companyId } = await initiator.companies.create({ name: 'Heron', city: 'Lisbon' }));
  await initiator.trustedParties.add(companyId, coreClientId);
  const policy = { threshold: 1, members: [coreClientId] };
  const { fundId } = await initiator.funds.create(companyId, {
    name: 'Operating',
    transferPolicy: policy,
    withdrawPolicy: policy,
    wallets: [
      { name: 'one', asset: 'BTC-TESTNET' },
      { name: 'two', asset: 'BTC-TESTNET' },
    ],
  });
  wallets = (await initiator.funds.get(companyId, fundId)).wallets.map(({ walletId }) => walletId);
  await control('/deposits', { walletId: wallets[0], amount: '5000000' });

  issuer = await startIssuer();
  receiver = await startReceiver({ secret: webhookSecret, onEvent: () => {} });
  folder = temporaryFolder();
  const configFile = join(folder, 'config.json');
  const bindings = wallets.map((walletId) => ({ companyId, fundId, walletId, asset: 'BTC-TESTNET' }));
  const rules = [{ name: 'ours', decide: 'approve', when: { matchesInstruction: true } }];
  writeFileSync(
    configFile,
    JSON.stringify({
      clients: [{ id: 'desk', bindings, webhooks: [{ name: 'main', url: receiver.url }] }],
      approvals: [{ coreClientId, client: 'desk', rules }],
      watches: [{ client: 'desk' }],
    }),
  );
  aws = await startLocalAws({
    stage: 'e2e',
    runSchedules: false,
    environment: {
      PARTNER_API_BASE_URL: between.baseUrl,
      AUTH_ISSUER: issuer.issuer,
      AUTH_AUDIENCE: issuer.audience,
      AUTH_JWKS_URL: issuer.jwksUrl,
      WEBHOOK_ALLOW_LOOPBACK: 'true',
      LOG_LEVEL: 'silent',
      CONFIG_FILE: configFile,
    },
    secrets: {
      'qredo-functions/e2e/signing': initiating.secret,
      'qredo-functions/e2e/approver': approving.secret,
      'qredo-functions/e2e/webhooks': JSON.stringify({ 'desk/main': [webhookSecret] }),
    },
    onInvoke: (run) => {
      if (run.function === 'approve-actions' && run.trigger === 'sqs') hintsTaken.push(run);
    },
  });
  token = await issuer.token('desk', [
    'transfers:write',
    'instructions:read',
    'decisions:read',
    'reconciliations:read',
  ]);
});

afterAll(async () => {
  await aws?.stop();
  await between?.close();
  await Promise.all([service?.close(), issuer?.stop(), receiver?.stop(), transport.close()]);
});

async function ask(
  method: string,
  path: string,
  body?: object,
  idempotencyKey = 'order-1',
): Promise<{ status: number; body: never }> {
  const answer = await fetch(`${aws.httpUrl}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'idempotency-key': idempotencyKey,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as never };
}

/** Looks again and again, for two minutes at most. */
async function until(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
  const untilMs = performance.now() + 120_000;
  while (performance.now() < untilMs) {
    if (await isSo()) return;
    await wait(100);
  }
  throw new Error(`in two minutes it did not happen that ${what}`);
}

function transferBody(): object {
  const [walletId, counterpartyWalletId] = wallets;
  return { companyId, walletId, counterpartyWalletId, amount: '250000', reference: 'inv-1' };
}

describe('the automations in the running system', () => {
  it('approve a transfer by rule, tell of what arrived, and find both sides in agreement', async () => {
    const [from, to] = wallets as [string, string];
    const created = await ask('POST', '/transfers', transferBody());
    expect(created).toMatchObject({ status: 202, body: { state: 'accepted' } });
    const { id } = created.body as { id: string };
    await until('custody is asked', async () => (await stateOf(id)) === 'pending');

    await aws.fire('approve-actions');
    await until('it is completed', async () => (await stateOf(id)) === 'completed');
    const decisions = await ask('GET', '/decisions?decision=approve');
    expect(decisions).toMatchObject({
      status: 200,
      body: { decisions: [{ rule: 'ours', instructionId: id, status: 'approved', facts: { netAmount: '250000' } }] },
    });

    await aws.fire('watch-deposits');
    const deposits = () => receiver.events.filter(({ type }) => type === 'deposit.received');
    await until('both arrivals are told', () => deposits().length === 2);
    expect(deposits().map(({ data }) => [data['walletId'], data['amount']])).toEqual(
      expect.arrayContaining([
        [from, '5000000'],
        [to, '250000'],
      ]),
    );

    expect((await ask('GET', '/reconciliations/latest')).status).toBe(404);
    const filtered = await ask('GET', '/reconciliations/latest?fundId=one');
    expect(filtered).toMatchObject({ status: 400, body: { detail: { reason: 'unknown field: fundId' } } });
    await aws.fire('reconcile');
    const report = await ask('GET', '/reconciliations/latest');
    expect(report).toMatchObject({ status: 200, body: { complete: true, differencesFound: 0 } });
    await until('the report is told', () => receiver.events.some(({ type }) => type === 'reconciliation.completed'));
  });

  it('approve an action that a feed hints at, without waiting for the schedule', async () => {
    const created = await ask('POST', '/transfers', transferBody(), 'order-2');
    const { id } = created.body as { id: string };
    await until('custody is asked', async () => (await stateOf(id)) === 'pending');
    const [action] = await approver.coreClients.actions(coreClientId);
    await hintAt(action?.actionId ?? '');
    await until('it is voted on', () => isApproved(action?.actionId ?? ''));
    // Nobody fires the dispatcher: a vote that was read back has its instruction looked at.
    await until('it is completed', async () => (await stateOf(id)) === 'completed');
  });

  it('approve it within seconds when the hint comes before our record names the transaction', async () => {
    let arrive = () => {};
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    between.lie(({ operation }) => (operation === '24' ? arrived : undefined));
    const created = await ask('POST', '/transfers', transferBody(), 'order-3');
    const { id } = created.body as { id: string };
    await until('custody is asked', async () => (await approver.coreClients.actions(coreClientId)).length === 1);
    const [action] = await approver.coreClients.actions(coreClientId);
    hintsTaken.length = 0;
    await hintAt(action?.actionId ?? '');
    await until('the hint was looked at', () => hintsTaken.length > 0);
    expect(await stateOf(id)).toBe('submitting');
    arrive();
    await until('it is voted on', () => isApproved(action?.actionId ?? ''));
  });
});

async function stateOf(id: string): Promise<string> {
  return ((await ask('GET', `/instructions/${id}`)).body as { state: string }).state;
}

/** What a feed sends when it hears of an action. */
async function hintAt(actionId: string): Promise<void> {
  const queue = new SQSClient({ useQueueUrlAsEndpoint: false });
  const MessageBody = JSON.stringify({ id: `${coreClientId}/${actionId}` });
  await queue.send(new SendMessageCommand({ QueueUrl: process.env['APPROVE_QUEUE_URL'], MessageBody }));
  queue.destroy();
}

async function isApproved(actionId: string): Promise<boolean> {
  return (await approver.coreClients.action(coreClientId, actionId)).status === 'approved';
}
