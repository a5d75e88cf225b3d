import type * as z from 'zod/mini';
import { localArn } from '../account.ts';
import { ServerlessFileError } from '../errors.ts';
import { Intrinsics, type ResourceReference } from './intrinsics.ts';
import { check, queueProperties, secretProperties, tableProperties } from './schemas.ts';
import type { Variables } from './variables.ts';

/** A table to make. */
export type TableDefinition = z.output<typeof tableProperties> & { name: string };
/** A queue to make. */
export type QueueDefinition = z.output<typeof queueProperties> & { name: string; arn: string };
/** A secret to make. */
export type SecretDefinition = z.output<typeof secretProperties> & { name: string };

/** What the `resources` of `serverless.yml` come to. */
export interface Resources {
  tables: TableDefinition[];
  queues: QueueDefinition[];
  secrets: SecretDefinition[];
  intrinsics: Intrinsics;
  /** What the file has and the embedded AWS has not, for people to know: `SigningKey (AWS::KMS::Key)`. */
  notEmulated: string[];
}

/** What the names and addresses of resources are made of. */
export interface ResourceNames {
  service: string;
  stage: string;
  region: string;
  /** The URL of a queue, known once the SQS server listens. */
  queueUrl: (queueName: string) => string;
  /** The full ARN of a secret, with the random-looking end that AWS gives it. */
  secretArn: (secretName: string) => string;
}

interface RawResource {
  logicalId: string;
  type: string;
  name: string;
  properties: Record<string, unknown>;
  at: string;
}

/** Which property names a resource of the type. */
const nameProperty: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::SecretsManager::Secret': 'Name',
};

/** These would start functions. Passing one over would be a trigger that never fires, so it is an error instead. */
const unsupportedTriggers = /^AWS::(Events::Rule|Scheduler::Schedule|Lambda::EventSourceMapping|Pipes::Pipe)$/;

/**
 * Reads the resources in two steps, since a property of one may refer to any other: first the names, then the
 * properties. Throws a `ServerlessFileError` for what it cannot understand.
 */
export function readResources(variables: Variables, names: ResourceNames): Resources {
  const raw = rawResources(variables, names);
  const references = new Map(raw.map((resource) => [resource.logicalId, referenceTo(resource, names)]));
  // The framework itself makes the API, so a file may refer to it without declaring it.
  references.set('HttpApi', { type: 'AWS::ApiGatewayV2::Api', ref: 'local' });
  const intrinsics = new Intrinsics(references, {
    region: names.region,
    stackName: `${names.service}-${names.stage}`,
  });
  const ofType = (type: string) => raw.filter((resource) => resource.type === type);
  const checked = <Schema extends z.ZodMiniType>(schema: Schema, { properties, at }: RawResource) =>
    check(schema, intrinsics.resolve(readable(schema, properties, variables, at), at), at);
  return {
    tables: ofType('AWS::DynamoDB::Table').map((found) => ({ ...checked(tableProperties, found), name: found.name })),
    queues: ofType('AWS::SQS::Queue').map((found) => ({
      ...checked(queueProperties, found),
      name: found.name,
      arn: localArn('sqs', names.region, found.name),
    })),
    secrets: ofType('AWS::SecretsManager::Secret').map((found) => ({
      ...checked(secretProperties, found),
      name: found.name,
    })),
    intrinsics,
    notEmulated: raw
      .filter((resource) => !nameProperty[resource.type])
      .map(({ logicalId, type }) => `${logicalId} (${type})`),
  };
}

/**
 * Only the properties the schema reads: the others (encryption, tags, backups) may refer to resources that have no
 * local counterpart.
 */
function readable(schema: z.ZodMiniType, properties: Record<string, unknown>, variables: Variables, at: string) {
  const shape = (schema as unknown as { shape: Record<string, unknown> }).shape;
  const read = Object.entries(properties).filter(([key]) => Object.hasOwn(shape, key));
  return variables.resolve(Object.fromEntries(read), at);
}

function rawResources(variables: Variables, names: ResourceNames): RawResource[] {
  const found: RawResource[] = [];
  for (const [prefix, part] of resourceParts(variables)) {
    for (const [logicalId, resource] of Object.entries(part)) {
      const at = `${prefix}.${logicalId}`;
      const { Type: type, Properties: given = {}, Condition: condition } = (resource ?? {}) as Record<string, unknown>;
      if (typeof type !== 'string') throw new ServerlessFileError(`${at}.Type`, 'a resource needs a type');
      if (unsupportedTriggers.test(type)) {
        throw new ServerlessFileError(at, `the embedded AWS reads triggers from functions, not from a ${type}`);
      }
      if (condition !== undefined && nameProperty[type]) {
        throw new ServerlessFileError(`${at}.Condition`, 'the embedded AWS does not understand conditions');
      }
      const properties = given as Record<string, unknown>;
      const name = resourceName(variables, names, { logicalId, type, properties, at });
      found.push({ logicalId, type, name, properties, at: `${at}.Properties` });
    }
  }
  return found;
}

/** `resources` is one object or a list of them; each may come from a file. */
function resourceParts(variables: Variables): [string, Record<string, unknown>][] {
  const { document } = variables;
  const resources = variables.shallow(document['resources'], 'resources');
  const list = Array.isArray(resources) ? resources : [resources];
  return list.flatMap((item, index) => {
    const at = Array.isArray(resources) ? `resources[${index}]` : 'resources';
    const part = variables.shallow(item, at) as { Resources?: unknown } | undefined;
    const inner = variables.shallow(part?.Resources, `${at}.Resources`);
    return [[`${at}.Resources`, (inner ?? {}) as Record<string, unknown>] as [string, Record<string, unknown>]];
  });
}

function resourceName(variables: Variables, names: ResourceNames, resource: Omit<RawResource, 'name'>): string {
  const property = nameProperty[resource.type];
  const given = property && resource.properties[property];
  if (!property || given === undefined) return `${names.service}-${names.stage}-${resource.logicalId}`;
  const at = `${resource.at}.Properties.${property}`;
  // A name may use the stack's own names, but not another resource's: those are not known yet.
  const own = new Intrinsics(new Map(), { region: names.region, stackName: `${names.service}-${names.stage}` });
  const name = own.resolve(variables.resolve(given, at), at);
  if (typeof name !== 'string' || !name) throw new ServerlessFileError(at, 'must be a string');
  return name;
}

function referenceTo({ type, name }: RawResource, names: ResourceNames): ResourceReference {
  switch (type) {
    case 'AWS::DynamoDB::Table':
      return { type, ref: name, attributes: { Arn: localArn('dynamodb', names.region, `table/${name}`) } };
    case 'AWS::SQS::Queue': {
      const url = names.queueUrl(name);
      const attributes = { Arn: localArn('sqs', names.region, name), QueueName: name, QueueUrl: url };
      return { type, ref: url, attributes };
    }
    case 'AWS::SecretsManager::Secret':
      return { type, ref: names.secretArn(name), attributes: { Id: names.secretArn(name) } };
    default:
      return { type };
  }
}
