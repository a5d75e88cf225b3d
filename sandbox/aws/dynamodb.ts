import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  ResourceNotFoundException,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { loopback } from './account.ts';
import { repairIndexes } from './dynamodb-repair.ts';
import { TableShapeError } from './errors.ts';
import { holdDataFolder } from './level-store.ts';
import type { TableDefinition } from './template/resources.ts';

/** One running local service. */
export interface LocalServer {
  /** Where the AWS SDK finds it, such as `http://127.0.0.1:40001`. */
  endpoint: string;
  stop(): Promise<void>;
}

/**
 * Serves DynamoDB on a free port of the loopback address, by `dynalite`. In memory, or in `dataFolder`, whose state
 * survives a kill of the process: each write is handed to the operating system before it is answered. A data folder that
 * another run uses is refused with a `DataFolderBusyError`.
 *
 * Conditional writes, queries, secondary indexes and batches work as in AWS. Transactions, streams, expiry by TTL,
 * backups and the item of a failed condition do not exist here. Reads are always consistent.
 */
export async function startDynamoDb(options: { dataFolder?: string | undefined }): Promise<LocalServer> {
  if (options.dataFolder === undefined) return await serve();
  // dynalite opens its store some time after it listens, and ends the process if it cannot: others must be kept out before.
  const hold = holdDataFolder(options.dataFolder, 'dynamodb');
  try {
    const path = join(options.dataFolder, 'dynamodb');
    await repairIndexes(path);
    const { endpoint, stop } = await serve(path);
    return { endpoint, stop: () => stop().finally(() => hold.release()) };
  } catch (error) {
    hold.release();
    throw error;
  }
}

async function serve(path?: string): Promise<LocalServer> {
  const server = dynalite({ ...(path ? { path } : {}), createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, loopback, () => resolve());
  });
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://${loopback}:${port}`,
    stop: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

/**
 * Makes each table that does not exist yet. A table the data folder holds already must have the same keys and indexes,
 * or a `TableShapeError` is thrown.
 */
export async function createTables(client: DynamoDBClient, tables: readonly TableDefinition[]): Promise<void> {
  await Promise.all(tables.map((table) => createTable(client, table)));
}

async function createTable(client: DynamoDBClient, { name, ...definition }: TableDefinition): Promise<void> {
  const existing = await describeTable(client, name);
  if (existing) return checkShape(existing, name, definition);
  // On demand, like the deployed table: local capacity has no meaning.
  await client.send(new CreateTableCommand({ ...definition, TableName: name, BillingMode: 'PAY_PER_REQUEST' }));
  await waitUntilActive(client, name);
}

async function describeTable(client: DynamoDBClient, name: string): Promise<TableDescription | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: name }))).Table;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

/** A new table is active within milliseconds; a bound keeps a fault from hanging the start. */
async function waitUntilActive(client: DynamoDBClient, name: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const table = await describeTable(client, name);
    const indexes = table?.GlobalSecondaryIndexes ?? [];
    if (table?.TableStatus === 'ACTIVE' && indexes.every((index) => index.IndexStatus === 'ACTIVE')) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`the table ${name} did not become active within two seconds`);
}

type Shape = Pick<TableDefinition, 'KeySchema' | 'GlobalSecondaryIndexes' | 'LocalSecondaryIndexes'>;

function checkShape(existing: TableDescription, name: string, wanted: Shape): void {
  const keys = (schema: { AttributeName?: string | undefined; KeyType?: string | undefined }[] | undefined) =>
    (schema ?? [])
      .map((key) => `${key.KeyType} ${key.AttributeName}`)
      .sort()
      .join(', ');
  type Index = { IndexName?: string | undefined; KeySchema?: Parameters<typeof keys>[0] };
  const indexes = (list: Index[] | undefined) =>
    (list ?? [])
      .map((index) => `${index.IndexName}: ${keys(index.KeySchema)}`)
      .sort()
      .join('; ');
  if (keys(existing.KeySchema) !== keys(wanted.KeySchema)) throw new TableShapeError(name, 'keys');
  for (const kind of ['GlobalSecondaryIndexes', 'LocalSecondaryIndexes'] as const) {
    if (indexes(existing[kind]) !== indexes(wanted[kind])) throw new TableShapeError(name, 'indexes');
  }
}
