import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Route } from '../../lib/instructions/ports.ts';
import { awsRequestLimits } from '../../lib/platform/aws/limits.ts';
import { type Io, UsageError } from '../partner-api/io.ts';

/**
 * Which stage is operated, for every command. Not `--env-file`: Node takes that for its own wherever it stands, and reads
 * the file into this process.
 */
export const stageOptions = {
  stage: { type: 'string' },
  region: { type: 'string' },
  table: { type: 'string' },
  'local-env': { type: 'string' },
} as const;

/** The values of {@link stageOptions}. */
export type StageValues = { [Name in keyof typeof stageOptions]?: string };

/** A stage: clients of its table and queues, and their names, which are looked for when they are first needed. */
export interface Stage {
  readonly dynamo: DynamoDBClient;
  readonly sqs: SQSClient;
  readonly tableName: string;
  queueUrl(route: Route): Promise<string>;
  /** The settings the stage was found by: of the process, or of `--local-env`. */
  readonly env: Io['env'];
  close(): void;
}

const service = 'qredo-functions';
/** As in serverless.yml. */
const defaultStage = 'dev';
const defaultRegion = 'eu-west-1';

const queues: Readonly<Record<Route, { readonly logicalId: string; readonly variable: string }>> = {
  submit: { logicalId: 'SubmitQueue', variable: 'SUBMIT_QUEUE_URL' },
  poll: { logicalId: 'PollQueue', variable: 'POLL_QUEUE_URL' },
  tell: { logicalId: 'TellQueue', variable: 'TELL_QUEUE_URL' },
  quote: { logicalId: 'QuoteQueue', variable: 'QUOTE_QUEUE_URL' },
  approve: { logicalId: 'ApproveQueue', variable: 'APPROVE_QUEUE_URL' },
};

/**
 * Finds the stage that the options name. Its table and queues are found by the names CloudFormation gives them,
 * `<service>-<stage>-<logical id>-…`; without `--stage` the functions' own variables (`TABLE_NAME`, `SUBMIT_QUEUE_URL`)
 * are taken where they are set, as they are in the file that a local run writes.
 *
 * @throws UsageError when there is no such table, or more than one
 */
export async function openStage(values: StageValues, io: Pick<Io, 'env'>): Promise<Stage> {
  const env = values['local-env'] === undefined ? io.env : fileEnvironment(values['local-env']);
  const dynamo = new DynamoDBClient({ ...clientSettings(values, env, 'DYNAMODB') });
  const sqs = new SQSClient({ ...clientSettings(values, env, 'SQS'), useQueueUrlAsEndpoint: false });
  const stage = values.stage ?? env['STAGE'] ?? defaultStage;
  const ownVariable = (name: string) => (values.stage === undefined ? env[name] : undefined);
  const close = () => {
    dynamo.destroy();
    sqs.destroy();
  };
  try {
    const tableName = values.table ?? ownVariable('TABLE_NAME') ?? (await findTable(dynamo, stage));
    return {
      dynamo,
      sqs,
      tableName,
      queueUrl: async (route) => {
        const { logicalId, variable } = queues[route];
        return ownVariable(variable) ?? (await findQueue(sqs, stage, logicalId));
      },
      env,
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

function fileEnvironment(path: string): Io['env'] {
  try {
    return parseEnv(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new UsageError(`--local-env: ${(cause as NodeJS.ErrnoException).code ?? 'error'} reading ${path}`, { cause });
  }
}

/**
 * What a file says about AWS must hold whatever this process has in its environment, so it is given to the clients;
 * without a file the SDK looks for everything by itself.
 */
function clientSettings(values: StageValues, env: Io['env'], client: 'DYNAMODB' | 'SQS') {
  const region = values.region ?? env['AWS_REGION'] ?? defaultRegion;
  if (values['local-env'] === undefined) return { ...awsRequestLimits, region };
  const endpoint = env[`AWS_ENDPOINT_URL_${client}`];
  const accessKeyId = env['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = env['AWS_SECRET_ACCESS_KEY'];
  const hasKey = accessKeyId !== undefined && secretAccessKey !== undefined;
  return {
    ...awsRequestLimits,
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(hasKey ? { credentials: { accessKeyId, secretAccessKey } } : {}),
  };
}

/** An account has at most 2,500 tables in a region, of which a page has 100. */
const maxPages = 25;

async function findTable(dynamo: DynamoDBClient, stage: string): Promise<string> {
  const names: string[] = [];
  let from: string | undefined;
  for (let pages = 0; pages < maxPages; pages++) {
    const answer = await dynamo.send(
      new ListTablesCommand(from === undefined ? {} : { ExclusiveStartTableName: from }),
    );
    names.push(...(answer.TableNames ?? []));
    from = answer.LastEvaluatedTableName;
    if (from === undefined) break;
  }
  return theOne('table', names, stage, 'Table', (name) => name);
}

async function findQueue(sqs: SQSClient, stage: string, logicalId: string): Promise<string> {
  const prefix = `${service}-${stage}-${logicalId}`;
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: prefix }));
  return theOne('queue', QueueUrls, stage, logicalId, (url) => url.split('/').at(-1) as string);
}

/** A stack that was removed leaves its table behind, so two may look alike; which is meant only a person knows. */
function theOne(
  what: 'table' | 'queue',
  all: readonly string[],
  stage: string,
  logicalId: string,
  nameOf: (one: string) => string,
): string {
  const name = `${service}-${stage}-${logicalId}`;
  const found = all.filter((one) => nameOf(one) === name || nameOf(one).startsWith(`${name}-`));
  const [only, ...more] = found;
  if (only === undefined) throw new UsageError(`there is no ${what} ${name} here: is --stage and --region right?`);
  if (more.length === 0) return only;
  throw new UsageError(`there are ${found.length}: ${found.map(nameOf).join(', ')}; say which with --${what}`);
}
