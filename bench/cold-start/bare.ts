import { join } from 'node:path';
import { build } from 'esbuild';
import { type BuiltFunction, bundleSettings } from '../../cli/build/build.ts';

/** What a function loads that a bare bundle has to load too. */
export type Client = 'dynamodb' | 'sqs' | 'secrets-manager' | 'undici';

const packages: Readonly<Record<Client, string>> = {
  dynamodb: 'node_modules/@aws-sdk/client-dynamodb/',
  sqs: 'node_modules/@aws-sdk/client-sqs/',
  'secrets-manager': 'node_modules/@aws-sdk/client-secrets-manager/',
  undici: 'node_modules/undici/',
};

const imports: Readonly<Record<Client, string>> = {
  dynamodb: "import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';",
  sqs: "import { SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';",
  'secrets-manager': "import { SecretsManagerClient, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';",
  undici: "import { request } from 'undici';",
};

/** One call by each, with nothing set that a newcomer would not set. */
const calls: Readonly<Record<Client, string>> = {
  dynamodb: `await new DynamoDBClient({}).send(
    new GetItemCommand({ TableName: process.env.TABLE_NAME, Key: { id: { S: 'control' } }, ConsistentRead: true }));`,
  sqs: `await new SQSClient({ useQueueUrlAsEndpoint: false }).send(
    new SendMessageCommand({ QueueUrl: process.env.BENCH_QUEUE_URL, MessageBody: '{"id":"x"}' }));`,
  'secrets-manager': `await new SecretsManagerClient({}).send(
    new GetSecretValueCommand({ SecretId: process.env.SIGNING_SECRET_ID }));`,
  undici: `const { statusCode, body } = await request(process.env.PARTNER_API_BASE_URL + '/assets');
  await body.text();
  if (statusCode >= 500) throw new Error('the Partner API answered ' + statusCode);`,
};

/** The clients whose code is in a bundle. */
export function clientsIn({ parts }: Pick<BuiltFunction, 'parts'>): Client[] {
  const paths = Object.keys(parts);
  return (Object.keys(packages) as Client[]).filter((client) => paths.some((path) => path.includes(packages[client])));
}

/** The bytes each package has in a bundle, the largest first; `own` is this project. */
export function packagesIn({ parts }: Pick<BuiltFunction, 'parts'>): [string, number][] {
  const packagesOf = new Map<string, number>();
  for (const [path, bytes] of Object.entries(parts)) {
    const name = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? 'own';
    // What the SDK's clients share counts as one part: nobody chooses among its packages.
    const part = /^@(smithy|aws-sdk|aws-crypto)\/(?!client-)/.test(name) ? 'aws shared' : name;
    packagesOf.set(part, (packagesOf.get(part) ?? 0) + bytes);
  }
  return [...packagesOf].sort(([, a], [, b]) => b - a);
}

/** Builds a bundle that makes one call with each of these clients, one after the other, and nothing else. */
export async function buildBare(clients: readonly Client[], root: string, folder: string): Promise<string> {
  const outfile = join(folder, `bare-${clients.join('-') || 'nothing'}.js`);
  const source = `${clients.map((client) => imports[client]).join('\n')}
export async function handler() {
  ${clients.map((client) => calls[client]).join('\n  ')}
  return { clients: ${clients.length} };
}`;
  await build({
    ...bundleSettings,
    sourcemap: false,
    absWorkingDir: root,
    stdin: { contents: source, resolveDir: root, loader: 'js' },
    outfile,
  });
  return outfile;
}
