import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { dynamo } from '../../../lib/platform/aws/dynamo.ts';
import { awsRequestLimits } from '../../../lib/platform/aws/limits.ts';
import { readSecretText, secretsManager } from '../../../lib/platform/aws/secrets.ts';
import { sqs } from '../../../lib/platform/aws/sqs.ts';
import { ConfigurationError } from '../../../lib/platform/errors.ts';

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

describe('reading a secret', () => {
  const answering = (answer: () => unknown) => ({ send: async () => answer() }) as never;

  it('gives its text', async () => {
    expect(
      await readSecretText(
        answering(() => ({ SecretString: 'text' })),
        'name',
      ),
    ).toBe('text');
  });

  it('says which secret is missing or holds no text', async () => {
    const missing = answering(() => {
      throw Object.assign(new Error('no'), { name: 'ResourceNotFoundException' });
    });
    await expect(readSecretText(missing, 'app/webhooks')).rejects.toThrow(ConfigurationError);
    await expect(readSecretText(missing, 'app/webhooks')).rejects.toThrow('no secret "app/webhooks"');
    for (const empty of [{}, { SecretString: '' }, { SecretBinary: new Uint8Array(4) }]) {
      await expect(
        readSecretText(
          answering(() => empty),
          'app/webhooks',
        ),
      ).rejects.toThrow('"app/webhooks" holds no text');
    }
  });

  it('leaves other failures as they are', async () => {
    const denied = Object.assign(new Error('no'), { name: 'AccessDeniedException' });
    const denying = answering(() => {
      throw denied;
    });
    await expect(readSecretText(denying, 'name')).rejects.toBe(denied);
  });
});
