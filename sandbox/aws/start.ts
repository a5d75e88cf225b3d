import { devNull } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createTables, type LocalServer, startDynamoDb } from './dynamodb.ts';
import { applyEnvironment } from './environment.ts';
import { textOf } from './errors.ts';
import {
  type ImportModule,
  type Invocation,
  Invoker,
  type LoadedFunction,
  loadFunctions,
  type OnLog,
} from './invoke.ts';
import { LocalAws } from './local-aws.ts';
import { seedSecrets } from './secrets-manager/seed.ts';
import { startSecretsManager } from './secrets-manager/server.ts';
import { SecretStore, secretArn } from './secrets-manager/store.ts';
import { readServerlessFile, type ServerlessFile } from './serverless-file.ts';
import { createQueues, dummyCredentials, type LocalSqs, sqsClient, startSqs } from './sqs.ts';
import { startHttpApi } from './triggers/http.ts';
import { startSchedules } from './triggers/schedule.ts';
import { everyMs } from './triggers/schedule-expression.ts';
import { startQueueTriggers } from './triggers/sqs.ts';

/** How the embedded AWS is started. Everything has a default. */
export interface LocalAwsOptions {
  /** Path of the file to run; `serverless.yml` of the working directory by default. */
  serverlessFile?: string;
  /** Where the tables and secrets live; in memory by default. Queues are always in memory. */
  dataFolder?: string;
  stage?: string;
  /** `eu-west-1` by default. */
  region?: string;
  /** As `--param name=value` of the framework. */
  parameters?: Record<string, string>;
  /** Environment variables for the functions that win over those of the file. */
  environment?: Record<string, string>;
  /** First values of secrets, by the secret's name. A value that is there already stays. */
  secrets?: Record<string, string>;
  /** The port of the HTTP API; another one is taken when it is busy. A free one by default. */
  httpPort?: number;
  /** Seconds between runs, by function key, in place of what the file says: `{ 'dispatch-due': 1 }`. */
  scheduleEverySeconds?: Record<string, number>;
  /** False: schedules run only by `fire`. */
  runSchedules?: boolean;
  /** How long the HTTP API waits for a function; 30 s by default, as API Gateway. */
  integrationTimeoutMs?: number;
  /** Told of every run of a function. */
  onInvoke?: (invocation: Invocation) => void;
  /** Told of what goes wrong, and of what the file has and the embedded AWS has not. Silent by default. */
  onLog?: OnLog;
  /** Loads a handler's module; `import()` by default. */
  importModule?: ImportModule;
}

/**
 * Starts DynamoDB, SQS and Secrets Manager on loopback ports, makes what `serverless.yml` declares, points the AWS SDK of
 * this process at it by its own environment variables, loads the functions from source and drives them by HTTP, schedule
 * and queue. Production code has no branch for any of this.
 *
 * Throws a `LocalAwsError` when the file or a function is wrong; nothing is left running then. A handler's module is
 * loaded once per process, so a process should start its functions once.
 *
 * @example
 * const aws = await startLocalAws({ environment: { PARTNER_API_BASE_URL: sandbox.baseUrl }, httpPort: 8080 });
 * await fetch(`${aws.httpUrl}/transfers`, { method: 'POST', ... });
 * await aws.stop();
 */
export async function startLocalAws(options: LocalAwsOptions = {}): Promise<LocalAws> {
  const region = options.region ?? 'eu-west-1';
  const secrets = new SecretStore({ region, file: options.dataFolder && join(options.dataFolder, 'secrets.json') });
  const undo = new Undo();
  try {
    // First of all, since dynalite makes the ARNs of its tables from the region of the environment.
    undo.push(applyEnvironment({ AWS_REGION: region }));
    const servers = await startServers(options, region, secrets, undo);
    const file = readServerlessFile({
      path: options.serverlessFile ?? 'serverless.yml',
      stage: options.stage,
      region,
      parameters: options.parameters,
      environment: options.environment,
      queueUrl: servers.sqs.queueUrl,
      secretArn: (name) => secretArn(region, name),
    });
    const environment = { ...file.environment, ...sdkEnvironment(servers, region) };
    undo.push(applyEnvironment(environment));
    seedSecrets(secrets, file.secrets, options.secrets ?? {});
    const [functions] = await Promise.all([
      loadFunctions(file.functions, file.folder, options.importModule),
      makeTables(servers.dynamoDb, region, file),
      createQueues(servers.client, file.queues),
    ]);
    return await startTriggers(options, { region, file, functions, servers, environment, undo });
  } catch (error) {
    await undo.run(options.onLog ?? (() => {}));
    throw error;
  }
}

/** What has to be undone, newest first; each once, and one failure does not keep the others from being undone. */
class Undo {
  readonly #steps: (() => unknown)[] = [];

  push(step: () => unknown): void {
    this.#steps.push(step);
  }

  async run(onLog: OnLog): Promise<void> {
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      try {
        await step();
      } catch (error) {
        onLog({ level: 'warn', message: `while stopping: ${textOf(error)}`, error });
      }
    }
  }
}

interface Servers {
  dynamoDb: LocalServer;
  sqs: LocalSqs;
  secretsManager: LocalServer;
  client: ReturnType<typeof sqsClient>;
}

async function startServers(
  options: LocalAwsOptions,
  region: string,
  secrets: SecretStore,
  undo: Undo,
): Promise<Servers> {
  const started = async <Server extends LocalServer>(starting: Promise<Server>): Promise<Server> => {
    const server = await starting;
    undo.push(() => server.stop());
    return server;
  };
  // allSettled, so that a server that comes up after another has failed is known and can be stopped.
  const [dynamoDb, sqs, secretsManager] = await Promise.allSettled([
    started(startDynamoDb({ dataFolder: options.dataFolder })),
    started(startSqs({ region })),
    started(startSecretsManager(secrets)),
  ]);
  if (dynamoDb.status === 'rejected') throw dynamoDb.reason;
  if (sqs.status === 'rejected') throw sqs.reason;
  if (secretsManager.status === 'rejected') throw secretsManager.reason;
  const client = sqsClient(sqs.value.endpoint, region);
  undo.push(() => client.destroy());
  return { dynamoDb: dynamoDb.value, sqs: sqs.value, secretsManager: secretsManager.value, client };
}

/** The variables by which the AWS SDK finds the local servers. Credentials are dummies, so none of the user's are used. */
function sdkEnvironment({ dynamoDb, sqs, secretsManager }: Servers, region: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.endpoint,
    AWS_ENDPOINT_URL_SQS: sqs.endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager.endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: dummyCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: dummyCredentials.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
    // Nothing of the user's own configuration: it may name other endpoints, or a role.
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
  };
}

async function makeTables({ endpoint }: LocalServer, region: string, { tables }: ServerlessFile): Promise<void> {
  const client = new DynamoDBClient({ endpoint, region, credentials: dummyCredentials });
  try {
    await createTables(client, tables);
  } finally {
    client.destroy();
  }
}

interface Made {
  region: string;
  file: ServerlessFile;
  functions: Map<string, LoadedFunction>;
  servers: Servers;
  environment: Record<string, string>;
  undo: Undo;
}

async function startTriggers(options: LocalAwsOptions, made: Made): Promise<LocalAws> {
  const { region, file, functions, servers, undo } = made;
  const onLog = options.onLog ?? (() => {});
  const invoker = new Invoker({ region, onInvoke: options.onInvoke, onLog });
  const loaded = [...functions.values()];
  const http = await startHttpApi({
    routes: loaded.flatMap((target) => target.definition.http.map((trigger) => ({ ...trigger, target }))),
    invoker,
    port: options.httpPort ?? 0,
    integrationTimeoutMs: options.integrationTimeoutMs,
  });
  const sources = loaded.flatMap((target) =>
    target.definition.queues.map((trigger) => {
      const queue = file.queues.find(({ arn }) => arn === trigger.arn);
      return { trigger, target, queueUrl: servers.sqs.queueUrl(queue?.name ?? '') };
    }),
  );
  const queues = startQueueTriggers(sources, { client: servers.client, invoker, onLog });
  const scheduled = scheduledFunctions(loaded, options.scheduleEverySeconds ?? {});
  const schedules = startSchedules({
    scheduled: options.runSchedules === false ? [] : scheduled,
    invoker,
    region,
    onLog,
  });
  if (file.notEmulated.length > 0) onLog({ level: 'info', message: `not emulated: ${file.notEmulated.join(', ')}` });
  return new LocalAws({ ...made, http, queues, schedules, scheduled, invoker, onLog, endUndo: () => undo.run(onLog) });
}

function scheduledFunctions(loaded: readonly LoadedFunction[], everySeconds: Record<string, number>) {
  return loaded.flatMap((target) =>
    target.definition.schedules.map((trigger) => {
      const seconds = everySeconds[target.definition.key];
      return { target, trigger: seconds === undefined ? trigger : { ...trigger, schedule: everyMs(seconds * 1000) } };
    }),
  );
}
