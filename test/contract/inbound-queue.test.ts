import { type Message, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InvalidRequest } from '../../lib/platform/http/errors.ts';
import { inboundWorker, rejectToQueue } from '../../lib/platform/inbound-queue.ts';
import { makeReporter } from '../../lib/platform/reporter.ts';

let server: FauxqsServer;
let client: SQSClient;
beforeAll(async () => {
  server = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false });
  client = new SQSClient({
    endpoint: `http://127.0.0.1:${server.port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    useQueueUrlAsEndpoint: false,
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  await server.stop();
});

async function receive(QueueUrl: string): Promise<Message[]> {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
    }),
  );
  return Messages;
}

describe('a message that SQS hands to the inbound worker', () => {
  it('carries its sender, and lies in the dead letter queue with the reason when it is bad', async () => {
    const inbound = server.createQueue('inbound').queueUrl;
    const deadLetters = server.createQueue('inbound-dead').queueUrl;
    for (const MessageBody of ['good', 'bad'])
      await client.send(new SendMessageCommand({ QueueUrl: inbound, MessageBody }));
    const report = makeReporter({ level: 'silent', write: () => {} });
    const senders = new Set<string | undefined>();
    const worker = inboundWorker(
      async ({ body, senderId }) => {
        senders.add(senderId);
        if (body === 'bad') throw new InvalidRequest(400, 'unknown field: a\u0000é', 'a\u0000é');
      },
      rejectToQueue(client, () => deadLetters),
      { reporter: () => report, clock: { nowMs: () => 0 } },
    );
    const messages = await receive(inbound);
    const Records = messages.map(({ MessageId = '', Body = '', Attributes = {} }) => ({
      messageId: MessageId,
      body: Body,
      attributes: Attributes,
    }));
    expect(await worker({ Records }, {})).toEqual({ batchItemFailures: [] });
    expect([...senders]).toEqual(['000000000000']);

    const [dead, ...others] = await receive(deadLetters);
    expect(others).toEqual([]);
    expect(dead?.Body).toBe('bad');
    expect(dead?.MessageAttributes).toMatchObject({
      reason: { StringValue: 'unknown field: a??' },
      field: { StringValue: 'a??' },
      senderId: { StringValue: '000000000000' },
      messageId: { StringValue: messages.find(({ Body }) => Body === 'bad')?.MessageId },
    });
  });

  it.each([
    ['the largest that SQS takes', 'x'.repeat(1_048_576), 200_000],
    ['of characters of several bytes', `x${'€'.repeat(300_000)}`, 199_999],
  ])('gets there with its reason, cut, when it is %s', async (about, body, keptBytes) => {
    const deadLetters = server.createQueue(`cut-${body.length}`).queueUrl;
    const field = 'y'.repeat(100_000);
    const report = makeReporter({ level: 'silent', write: () => {} });
    const worker = inboundWorker(
      async () => {
        throw new InvalidRequest(413, `message too large: ${field}`, field);
      },
      rejectToQueue(client, () => deadLetters),
      { reporter: () => report, clock: { nowMs: () => 0 } },
    );
    const answer = await worker({ Records: [{ messageId: 'm1', body, attributes: { SenderId: about } }] }, {});
    expect(answer).toEqual({ batchItemFailures: [] });
    const [dead] = await receive(deadLetters);
    expect(Buffer.byteLength(dead?.Body ?? '')).toBe(keptBytes);
    expect(body.startsWith(dead?.Body ?? '-')).toBe(true);
    expect(dead?.MessageAttributes).toMatchObject({
      reason: { StringValue: `message too large: ${field}`.slice(0, 500) },
      truncated: { StringValue: `the first ${keptBytes} of ${Buffer.byteLength(body)} bytes` },
    });
  });
});
