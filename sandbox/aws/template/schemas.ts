import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { ServerlessFileError } from '../errors.ts';

const whole = (minimum: number, maximum: number) => z.int().check(z.minimum(minimum), z.maximum(maximum));
const keySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));
const index = z.object({
  IndexName: z.string(),
  KeySchema: keySchema,
  Projection: z.object({
    ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
    NonKeyAttributes: z.optional(z.array(z.string())),
  }),
});

/** An `AWS::DynamoDB::Table`, as far as a local table has it. Backups, encryption and tags are not read. */
export const tableProperties = z.object({
  TableName: z.optional(z.string()),
  AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) })),
  KeySchema: keySchema,
  GlobalSecondaryIndexes: z.optional(z.array(index)),
  LocalSecondaryIndexes: z.optional(z.array(index)),
});

/** An `AWS::SQS::Queue`, as far as a local queue has it. Encryption and tags are not read. */
export const queueProperties = z.object({
  QueueName: z.optional(z.string()),
  FifoQueue: z.optional(z.boolean()),
  ContentBasedDeduplication: z.optional(z.boolean()),
  DelaySeconds: z.optional(whole(0, 900)),
  VisibilityTimeout: z.optional(whole(0, 43_200)),
  MessageRetentionPeriod: z.optional(whole(60, 1_209_600)),
  MaximumMessageSize: z.optional(whole(1024, 1_048_576)),
  ReceiveMessageWaitTimeSeconds: z.optional(whole(0, 20)),
  RedrivePolicy: z.optional(
    z.strictObject({ deadLetterTargetArn: z.string(), maxReceiveCount: z.coerce.number().check(z.minimum(1)) }),
  ),
});

/** An `AWS::SecretsManager::Secret`. One without a value is made without a version, as AWS does. */
export const secretProperties = z.object({
  Name: z.optional(z.string()),
  SecretString: z.optional(z.string()),
  GenerateSecretString: z.optional(
    z.strictObject({
      PasswordLength: z.optional(whole(1, 4096)),
      ExcludePunctuation: z.optional(z.boolean()),
      SecretStringTemplate: z.optional(z.string()),
      GenerateStringKey: z.optional(z.string()),
    }),
  ),
});

/** What one entry of `functions:` says, apart from its events and what concerns deployment only. */
export const functionProperties = z.object({
  name: z.optional(z.string()),
  handler: z.string().check(z.regex(/^[^\s]+\.[A-Za-z_$][\w$]*$/, 'must be path/to/file.export')),
  timeout: z.optional(whole(1, 900)),
  memorySize: z.optional(whole(128, 10_240)),
  reservedConcurrency: z.optional(whole(0, 1000)),
});

/** An `httpApi` event. An authorizer is refused: passing it over would leave a door open that AWS keeps shut. */
export const httpApiEvent = z.strictObject({
  method: z.optional(z.string().check(z.regex(/^(\*|ANY|GET|POST|PUT|PATCH|OPTIONS|HEAD|DELETE)$/i))),
  path: z.string().check(z.regex(/^(\*|\/\S*)$/)),
});

/** A `schedule` event. `inputPath` and `inputTransformer` are refused. */
export const scheduleEvent = z.strictObject({
  rate: z.union([z.string(), z.array(z.string()).check(z.minLength(1))]),
  enabled: z.optional(z.boolean()),
  name: z.optional(z.string()),
  description: z.optional(z.string()),
  input: z.optional(z.union([z.string(), z.record(z.string(), z.unknown())])),
  method: z.optional(z.enum(['eventBus', 'scheduler'])),
  timezone: z.optional(z.string()),
  roleArn: z.optional(z.unknown()),
  groupName: z.optional(z.unknown()),
});

/** An `sqs` event. `filterPatterns` are refused. */
export const sqsEvent = z.strictObject({
  arn: z.string(),
  enabled: z.optional(z.boolean()),
  batchSize: z.optional(whole(1, 10_000)),
  maximumBatchingWindow: z.optional(whole(0, 300)),
  functionResponseType: z.optional(z.literal('ReportBatchItemFailures')),
  maximumConcurrency: z.optional(whole(2, 1000)),
});

/** The checked value, or a `ServerlessFileError` that names the first place which is wrong. */
export function check<Schema extends z.ZodMiniType>(schema: Schema, value: unknown, at: string): z.output<Schema> {
  // zod/mini has no words of its own; given here, they do not change what other users of zod in this process see.
  const result = z.safeParse(schema, value, { error: en().localeError });
  if (result.success) return result.data;
  const issue = result.error.issues[0] as z.core.$ZodIssue;
  const place = issue.path.reduce<string>(
    (path, key) => (typeof key === 'number' ? `${path}[${key}]` : `${path}.${String(key)}`),
    at,
  );
  throw new ServerlessFileError(place, issue.message, { cause: result.error });
}
