import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, relative } from 'node:path';
import { DeleteItemCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { parseDocument, type YAMLMap } from 'yaml';
import { type LocalAws, startLocalAws } from '../../sandbox/aws/index.ts';
import { type Demo, seedDemo } from '../../sandbox/demo.ts';
import { allScopes } from '../../sandbox/local/partner.ts';
import { startPartnerApi } from '../../sandbox/partner-api/server.ts';

/** The client of the benchmark, in its configuration and its token. */
const clientId = 'bench';
/** Who drops messages on its inbound queue. */
const queueSenderId = 'AIDASAMPLESENDERID000';
const audience = 'qredo-functions';
const webhookSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** Everything a function may talk to, running in this process. */
export interface Servers {
  /** The whole environment of a function's process. */
  readonly environment: Readonly<Record<string, string>>;
  readonly configText: string;
  readonly clientId: string;
  readonly token: string;
  readonly demo: Demo;
  /** Requests answered so far: a function that says it is done has to show here. */
  counts(): { partnerApi: number; webhooks: number };
  /** Makes an action that waits for the vote of the rules' core client. @returns the id of the hint for it */
  makeAction(): string;
  /** Empties the table, so that the next round finds what the first one found. */
  forget(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the embedded AWS (which runs no function here), the Partner API, an issuer of tokens and a webhook endpoint. */
export async function startServers(root: string, folder: string): Promise<Servers> {
  const signing = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = (key: 'publicKey' | 'privateKey') =>
    signing[key].export({ type: key === 'publicKey' ? 'spki' : 'pkcs8', format: 'pem' }).toString();
  const api = await startPartnerApi({ seed: 1 });
  const demo = seedDemo(api.sandbox, {
    publicKeyPem: pem('publicKey'),
    deskBotPublicKeyPem: pem('publicKey'),
    approveAfterMs: null,
  });

  let webhooks = 0;
  const outside = await startOutside(() => {
    webhooks += 1;
  });
  const aws = await startLocalAws({
    serverlessFile: writeWithoutTriggers(root, folder),
    stage: 'bench',
    importModule: async () => ({ handler: async () => undefined }),
    secrets: {
      'qredo-functions/bench/signing': JSON.stringify({ apiKey: demo.apiKey, privateKeyPem: pem('privateKey') }),
      'qredo-functions/bench/approver': JSON.stringify({
        apiKey: demo.deskBot.apiKey,
        privateKeyPem: pem('privateKey'),
      }),
      'qredo-functions/bench/webhooks': JSON.stringify({ [`${clientId}/main`]: [webhookSecret] }),
    },
    environment: {
      PARTNER_API_BASE_URL: api.baseUrl,
      AUTH_ISSUER: outside.url,
      AUTH_AUDIENCE: audience,
      AUTH_JWKS_URL: `${outside.url}/jwks`,
      WEBHOOK_ALLOW_LOOPBACK: 'true',
    },
  });
  return {
    environment: {
      ...aws.environment,
      BENCH_QUEUE_URL: deadLetterQueueUrl(aws),
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '',
    },
    configText: JSON.stringify(configFor(demo, `${outside.url}/webhooks`)),
    clientId,
    token: await outside.token(),
    demo,
    counts: () => ({
      partnerApi: requestsOf(api.sandbox.control({ method: 'GET', target: '/requests' }).body),
      webhooks,
    }),
    makeAction: () => {
      const { companyId, walletId, asset } = demo.trading.btc;
      const { status, body } = api.sandbox.call({
        apiKeyId: demo.keyId,
        method: 'POST',
        target: `/company/${companyId}/transfer`,
        body: JSON.stringify({
          wallet_id: walletId,
          counterparty_wallet_address: demo.settlement.btc.walletId,
          send: { symbol: asset, amount: 1000 },
          expires: Math.floor(Date.now() / 1000) + 3600,
        }),
      });
      if (status >= 300) throw new Error(`the transfer to approve was answered ${status}: ${body}`);
      return `${demo.deskBot.coreClientId}/${(JSON.parse(body) as { tx_id: string }).tx_id}`;
    },
    forget: () => emptyTable(aws),
    stop: async () => {
      await aws.stop();
      await api.close();
      outside.server.closeAllConnections();
      await new Promise((resolve) => outside.server.close(resolve));
    },
  };
}

/** A configuration in which every function finds work. */
function configFor({ operating, settlement, deskBot, exchange }: Demo, webhookUrl: string): object {
  const { companyId } = operating.btc;
  const { coreClientId, connected } = exchange;
  const recipientWalletIds = [operating.btc.walletId];
  return {
    clients: [
      {
        id: clientId,
        bindings: [operating.btc, operating.eth],
        sweeps: [{ coreClientId, walletId: connected.walletId, asset: connected.asset, recipientWalletIds }],
        webhooks: [{ name: 'main', url: webhookUrl }],
        queueSenders: [{ senderId: queueSenderId, kinds: ['transfer'] }],
      },
    ],
    approvals: [
      {
        coreClientId: deskBot.coreClientId,
        client: clientId,
        rules: [{ name: 'small', decide: 'approve', when: { assets: [operating.btc.asset], amount: { max: '5000' } } }],
      },
    ],
    standing: [
      {
        name: 'every-minute',
        client: clientId,
        kind: 'transfer',
        body: {
          companyId,
          walletId: operating.btc.walletId,
          counterpartyWalletId: settlement.btc.walletId,
          amount: '1000',
        },
        schedule: 'cron(* * * * ? *)',
        timeZone: 'Europe/Vienna',
      },
    ],
    strategies: [
      {
        name: 'btc-eth',
        client: clientId,
        companyId,
        sendWalletId: operating.btc.walletId,
        receiveWalletId: operating.eth.walletId,
        sizes: ['1000'],
        sendScale: '100000000',
        receiveScale: '1000000000',
        spreadBasisPoints: 25,
        repriceBasisPoints: 20,
        bounds: { min: '10', max: '20' },
        lifetimeSeconds: 3600,
        renewBeforeSeconds: 300,
        // However long the functions between the one that is told of the price and those that need it take to start.
        price: { from: 'pushed', name: 'btc-eth', maxAgeSeconds: 3600 },
      },
    ],
    watches: [{ client: clientId, wallets: [operating.btc.walletId] }],
  };
}

/** The embedded AWS has set this process's own environment to its endpoints. */
async function emptyTable({ environment }: LocalAws): Promise<void> {
  const TableName = environment['TABLE_NAME'];
  const client = new DynamoDBClient({});
  const { Items = [] } = await client.send(new ScanCommand({ TableName, ProjectionExpression: 'id' }));
  for (const { id } of Items) if (id) await client.send(new DeleteItemCommand({ TableName, Key: { id } }));
  client.destroy();
}

/**
 * serverless.yml with its tables, queues and secrets, but with no trigger: each function is started by hand, and nothing
 * else may take this process's time when a hint is sent.
 */
function writeWithoutTriggers(root: string, folder: string): string {
  const document = parseDocument(readFileSync(join(root, 'serverless.yml'), 'utf8'), { logLevel: 'error' });
  const functions = document.get('functions') as YAMLMap<{ value: string }, YAMLMap>;
  for (const { value: block } of functions.items) {
    block?.delete('events');
    block?.set('handler', join(relative(folder, root), String(block.get('handler'))));
  }
  const file = join(folder, 'serverless.yml');
  writeFileSync(file, document.toString());
  return file;
}

/** A queue that nothing reads, for the bare bundles to send to. */
function deadLetterQueueUrl(aws: LocalAws): string {
  const name = aws.queueNames.find((queue) => queue.includes('DeadLetter'));
  if (name === undefined) throw new Error('serverless.yml has no dead letter queue');
  return aws.queueUrl(name);
}

function requestsOf(body: string): number {
  return (JSON.parse(body) as { total: number }).total;
}

/** The issuer's key set at `/jwks`, and an endpoint that takes every webhook. */
async function startOutside(onWebhook: () => void) {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'bench', alg: 'ES256', use: 'sig' }] });
  const server: Server = createServer((request, response) => {
    request.resume().on('end', () => {
      if (request.url === '/jwks') {
        response.setHeader('content-type', 'application/json').end(keys);
        return;
      }
      onWebhook();
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const token = () =>
    new SignJWT({ scope: allScopes.join(' ') })
      .setProtectedHeader({ alg: 'ES256', kid: 'bench' })
      .setIssuer(url)
      .setAudience(audience)
      .setSubject(clientId)
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(privateKey);
  return { server, url, token };
}
