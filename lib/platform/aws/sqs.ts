import { SQSClient } from '@aws-sdk/client-sqs';
import { awsRequestLimits } from './limits.ts';

let client: SQSClient | undefined;

/**
 * The SQS client of this process, made at first use and kept with its connections. The queue URL is not taken for the
 * endpoint: the endpoint variables of the SDK, and nothing else, decide whom it talks to.
 */
export function sqs(): SQSClient {
  client ??= new SQSClient({ ...awsRequestLimits, useQueueUrlAsEndpoint: false });
  return client;
}
