import { CreateQueueCommand, PurgeQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import { localAccountId, loopback } from './account.ts';
import type { LocalServer } from './dynamodb.ts';
import type { QueueDefinition } from './template/resources.ts';

/** The local SQS. */
export interface LocalSqs extends LocalServer {
  /** The URL of a queue of that name, whether it exists or not. */
  queueUrl(name: string): string;
}

/**
 * Serves SQS on a free port of the loopback address, by `fauxqs`: delays, visibility, long polls, batches, redrive.
 * Always in memory, since a message is only a hint: what it points at is in the table.
 */
export async function startSqs(options: { region: string }): Promise<LocalSqs> {
  // Its own startFauxqs listens on every interface; the app alone can be bound to the loopback address.
  const app = buildApp({ logger: false, defaultRegion: options.region });
  const endpoint = await app.listen({ port: 0, host: loopback });
  return {
    endpoint,
    queueUrl: (name) => `${endpoint}/${localAccountId}/${name}`,
    stop: () => app.close(),
  };
}

/** A client for the local SQS, as the functions should make theirs: the endpoint decides, not the queue's URL. */
export function sqsClient(endpoint: string, region: string): SQSClient {
  return new SQSClient({ endpoint, region, credentials: dummyCredentials, useQueueUrlAsEndpoint: false });
}

/** The local servers check no signature, but the SDK wants something to sign with. */
export const dummyCredentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/** Makes the queues, dead letter queues included. */
export async function createQueues(client: SQSClient, queues: readonly QueueDefinition[]): Promise<void> {
  await Promise.all(
    queues.map((queue) =>
      client.send(new CreateQueueCommand({ QueueName: queue.name, Attributes: attributesOf(queue) })),
    ),
  );
}

/** SQS takes every attribute as a string, and the redrive policy as JSON. */
function attributesOf(queue: QueueDefinition): Record<string, string> {
  const { name: _name, arn: _arn, QueueName: _queueName, RedrivePolicy: redrivePolicy, ...scalars } = queue;
  const attributes = Object.entries(scalars).map(([key, value]) => [key, String(value)]);
  if (redrivePolicy) attributes.push(['RedrivePolicy', JSON.stringify(redrivePolicy)]);
  return Object.fromEntries(attributes);
}

/** Empties the queues: what waits, what is delayed and what is being worked on. */
export async function purgeQueues(client: SQSClient, queueUrls: readonly string[]): Promise<void> {
  await Promise.all(queueUrls.map((url) => client.send(new PurgeQueueCommand({ QueueUrl: url }))));
}
