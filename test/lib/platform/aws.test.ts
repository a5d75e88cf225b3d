import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { dynamo } from '../../../lib/platform/aws/dynamo.ts';
import { awsRequestLimits } from '../../../lib/platform/aws/limits.ts';
import { secretsManager } from '../../../lib/platform/aws/secrets.ts';
import { sqs } from '../../../lib/platform/aws/sqs.ts';

describe('the AWS clients', () => {
  it('are made once, and try three times', async () => {
    for (const client of [dynamo, sqs, secretsManager]) {
      expect(client()).toBe(client());
      expect(await client().config.maxAttempts()).toBe(3);
    }
  });

  it('give up on a request that is not answered within four seconds', async () => {
    const server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const client = new DynamoDBClient({
      ...awsRequestLimits,
      maxAttempts: 1,
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    const startedAtMs = performance.now();
    const answer = client.send(new GetItemCommand({ TableName: 't', Key: { id: { S: 'a' } } }));
    await expect(answer).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(performance.now() - startedAtMs).toBeGreaterThan(3_500);
    client.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});
