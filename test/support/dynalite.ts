import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';

/** A DynamoDB in this process, with tables of our shape. */
export interface LocalDynamo {
  readonly client: DynamoDBClient;
  readonly endpoint: string;
  /** Makes a table with the key and the indexes of the real one, and gives its name. */
  table(name?: string): Promise<string>;
  /** Another client of the same server. */
  anotherClient(maxAttempts?: number): DynamoDBClient;
  stop(): Promise<void>;
}

/** Starts it on a free port of loopback. */
export async function startDynamo(): Promise<LocalDynamo> {
  const server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clients: DynamoDBClient[] = [];
  const anotherClient = (maxAttempts = 3) => {
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const client = new DynamoDBClient({ endpoint, region: 'eu-west-1', credentials, maxAttempts });
    clients.push(client);
    return client;
  };
  const client = anotherClient();
  let tables = 0;
  return {
    client,
    endpoint,
    anotherClient,
    async table(name = `table-${++tables}`) {
      await client.send(new CreateTableCommand(tableOf(name)));
      let status: string | undefined;
      // It answers before the table can be used, and is not there for whoever asks for an item too early.
      while (status !== 'ACTIVE') {
        status = (await client.send(new DescribeTableCommand({ TableName: name }))).Table?.TableStatus;
      }
      return name;
    },
    async stop() {
      for (const each of clients) each.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function tableOf(name: string): ConstructorParameters<typeof CreateTableCommand>[0] {
  const text = (attribute: string) => ({ AttributeName: attribute, AttributeType: 'S' as const });
  const key = (hash: string, range: string) => [
    { AttributeName: hash, KeyType: 'HASH' as const },
    { AttributeName: range, KeyType: 'RANGE' as const },
  ];
  const everything = { ProjectionType: 'ALL' as const };
  const forHints = { ProjectionType: 'INCLUDE' as const, NonKeyAttributes: ['openIn', 'workAtMs', 'work', 'tellAtMs'] };
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [
      ...['id', 'dueShard', 'listIn', 'listKey', 'openIn'].map(text),
      { AttributeName: 'dueAtMs', AttributeType: 'N' },
    ],
    GlobalSecondaryIndexes: [
      { IndexName: 'due', KeySchema: key('dueShard', 'dueAtMs'), Projection: forHints },
      { IndexName: 'list', KeySchema: key('listIn', 'listKey'), Projection: everything },
      { IndexName: 'open', KeySchema: key('openIn', 'id'), Projection: everything },
    ],
  };
}
