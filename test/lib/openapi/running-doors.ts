import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startFauxqs } from 'fauxqs';
import { parse } from 'yaml';
import type { HttpHandler } from '../../../lib/platform/http/door.ts';
import { applyEnvironment } from '../../../sandbox/aws/environment.ts';
import { startDynamo } from '../../support/dynalite.ts';
import { startIssuer } from '../../support/issuer.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = new URL('../../..', import.meta.url).pathname;

/** The one client of these tests, and what it may use. */
export const client = {
  id: 'desk',
  bindings: ['btc', 'eth'].map((asset) => ({
    companyId: 'company',
    fundId: 'fund',
    walletId: `wallet-${asset}`,
    asset: `${asset.toUpperCase()}-TESTNET`,
  })),
  sweeps: [{ coreClientId: 'core', walletId: 'customer', asset: 'BTC-TESTNET', recipientWalletIds: ['wallet-btc'] }],
};

/** A strategy of that client whose price is pushed. */
const strategy = {
  name: 'btc-eth',
  client: client.id,
  companyId: 'company',
  sendWalletId: 'wallet-btc',
  receiveWalletId: 'wallet-eth',
  sizes: ['1000'],
  sendScale: '100000000',
  receiveScale: '1000000000',
  spreadBasisPoints: 10,
  repriceBasisPoints: 10,
  bounds: { min: '1', max: '100' },
  lifetimeSeconds: 3600,
  renewBeforeSeconds: 600,
  price: { from: 'pushed', name: 'btc-eth', maxAgeSeconds: 60 },
};

/** One route of serverless.yml and the function behind it. */
export interface DeployedRoute {
  /** As in serverless.yml: `POST /transfers`. */
  readonly route: string;
  readonly functionName: string;
  readonly handlerFile: string;
}

/** Every route that is deployed. */
export function deployedRoutes(): DeployedRoute[] {
  const file = parse(readFileSync(join(root, 'serverless.yml'), 'utf8'), { logLevel: 'silent' }) as {
    functions: Record<string, { handler: string; events?: { httpApi?: string }[] }>;
  };
  return Object.entries(file.functions).flatMap(([functionName, { handler, events = [] }]) =>
    events
      .flatMap(({ httpApi }) => httpApi ?? [])
      .map((route) => ({ route, functionName, handlerFile: handler.replace(/\.handler$/, '.ts') })),
  );
}

/** A request to a door. */
export interface DoorRequest {
  readonly scopes?: readonly string[] | undefined;
  readonly subject?: string;
  readonly path?: Record<string, string>;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

/** What a door answered. */
export interface DoorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Record<string, unknown>;
}

/** The deployed functions with a table, queues and an issuer on this machine. */
export interface RunningDoors {
  /** Calls the function behind a route. Without `scopes`, without a token. */
  call(route: string, request?: DoorRequest): Promise<DoorAnswer>;
  stop(): Promise<void>;
}

/** Starts everything the doors touch. The environment of this process is theirs until they stop. */
export async function startDoors(): Promise<RunningDoors> {
  const [issuer, dynamo, queues] = await Promise.all([
    startIssuer(Math.floor(Date.now() / 1000)),
    startDynamo(),
    startFauxqs({ port: 0, host: '127.0.0.1', logger: false }),
  ]);
  const folder = temporaryFolder();
  const configFile = join(folder, 'config.json');
  writeFileSync(configFile, JSON.stringify({ clients: [client], strategies: [strategy] }));
  const endpoint = await dynamo.client.config.endpoint?.();
  const putBack = applyEnvironment({
    ...queueUrls((name) => queues.createQueue(name).queueUrl),
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${endpoint?.port}`,
    AWS_ENDPOINT_URL_SQS: `http://127.0.0.1:${queues.port}`,
    STAGE: 'test',
    TABLE_NAME: await dynamo.table(),
    CONFIG_FILE: configFile,
    AUTH_ISSUER: issuer.issuer,
    AUTH_AUDIENCE: issuer.audience,
    AUTH_JWKS_URL: issuer.jwksUrl,
    LOG_LEVEL: 'silent',
  });
  const deployed = new Map(deployedRoutes().map((each) => [each.route, each]));

  return {
    async call(route, request = {}) {
      const { handlerFile } = deployed.get(route) ?? {};
      if (handlerFile === undefined) throw new Error(`no function stands behind ${route}`);
      const { handler } = (await import(join(root, handlerFile))) as { handler: HttpHandler };
      const { scopes, subject = client.id } = request;
      const token = scopes && (await issuer.token({ sub: subject, scope: scopes.join(' ') }));
      const response = await handler(eventOf(route, request, token), { awsRequestId: 'request' });
      const body = response.body === '' ? {} : JSON.parse(response.body);
      return { status: response.statusCode, headers: response.headers, body };
    },
    async stop() {
      await Promise.all([issuer.stop(), dynamo.stop(), queues.stop()]);
      putBack();
    },
  };
}

function queueUrls(create: (name: string) => string): Record<string, string> {
  const names = ['submit', 'poll', 'tell', 'quote', 'approve'];
  return Object.fromEntries(names.map((name) => [`${name.toUpperCase()}_QUEUE_URL`, create(name)]));
}

function eventOf(route: string, { path, query, headers, body }: DoorRequest, token: string | undefined) {
  const [method, rawPath] = route.split(' ') as [string, string];
  return {
    rawPath,
    headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    ...(path === undefined ? {} : { pathParameters: path }),
    ...(query === undefined ? {} : { queryStringParameters: query }),
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    requestContext: { requestId: 'request', http: { method } },
  };
}
