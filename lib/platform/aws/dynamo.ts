import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { awsRequestLimits } from './limits.ts';

let client: DynamoDBClient | undefined;

/** The DynamoDB client of this process, made at first use and kept with its connections. */
export function dynamo(): DynamoDBClient {
  client ??= new DynamoDBClient({ ...awsRequestLimits });
  return client;
}
