// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the packager fills these in, not JavaScript.
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { parse, type ScalarTag } from 'yaml';
import type { Resource } from '../cli/build/template.ts';
import QredoFunctionsPlugin from '../cli/serverless-plugin.ts';
import { metricNamespace } from '../lib/platform/metrics.ts';
import { readServerlessFile } from '../sandbox/aws/serverless-file.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const root = new URL('..', import.meta.url).pathname;

interface SqsEvent {
  arn: { 'Fn::GetAtt': [string, string] };
  batchSize: number;
  functionResponseType: string;
  maximumConcurrency: number;
}

interface FunctionBlock {
  name: string;
  handler: string;
  role: string;
  timeout?: number;
  grants: string[];
  environment?: Record<string, unknown> | string;
  package: { artifact: string };
  events: { httpApi?: string; sqs?: SqsEvent; schedule?: { method: string; rate: string[]; roleArn: unknown } }[];
}

interface Template {
  service: string;
  params: { default: Record<string, unknown> };
  provider: { timeout: number; logRetentionInDays: unknown; environment: Record<string, unknown> };
  functions: Record<string, FunctionBlock>;
  custom: Record<string, Record<string, unknown>>;
  resources: {
    Resources: Record<string, Resource & { DeletionPolicy?: string }>;
    extensions: Record<string, { Properties: Record<string, Record<string, unknown>> }>;
  };
}

const getAtt = (text: string) => ({ 'Fn::GetAtt': text.split('.') });
const shortForms: ScalarTag[] = [
  { tag: '!Ref', resolve: (text) => ({ Ref: text }) },
  { tag: '!Sub', resolve: (text) => ({ 'Fn::Sub': text }) },
  { tag: '!GetAtt', resolve: getAtt },
];

/** serverless.yml after the plugin has added what follows by rule, as the packager would see it. */
function extended(commands: string[] = ['package'], edit: (file: Template) => void = () => {}): Template {
  const text = readFileSync(join(root, 'serverless.yml'), 'utf8');
  const file = parse(text, { customTags: shortForms, logLevel: 'error' }) as Template;
  for (const [key, block] of Object.entries(file.functions)) {
    block.name = `qredo-functions-dev-${key}`;
    const shared = /^\$\{self:custom\.(\w+)\}$/.exec(String(block.environment))?.[1];
    if (shared !== undefined) block.environment = file.custom[shared] as Record<string, unknown>;
  }
  for (const settings of [file.custom['door'], file.custom['partnerApi']]) {
    for (const [name, value] of Object.entries(settings ?? {})) {
      const parameter = /^\$\{param:(\w+)\}$/.exec(String(value))?.[1];
      if (parameter !== undefined && settings) settings[name] = file.params.default[parameter];
    }
  }
  edit(file);
  pluginOf(file, { commands }).hooks['initialize']?.();
  return file;
}

/** An error that the packager shows without a stack. */
class ShownAsItIs extends Error {}

function pluginOf(
  file: Template,
  { commands = ['package'], serviceDir = root }: { commands?: string[]; serviceDir?: string },
): QredoFunctionsPlugin {
  return new QredoFunctionsPlugin({
    serviceDir,
    processedInput: { commands },
    service: file,
    classes: { Error: ShownAsItIs },
    configSchemaHandler: { defineFunctionProperties: () => {} },
    getProvider: () => ({
      naming: {
        getLambdaLogicalId: (name: string) => `${name}Function`,
        getLogGroupLogicalId: (name: string) => `${name}LogGroup`,
        getNormalizedFunctionName: (name: string) => name,
      },
    }),
  } as never);
}

type Statement = { Effect: string; Action: string[]; Resource: unknown };

function statementsOf(template: Template, role: string): Statement[] {
  const policies = template.resources.Resources[role]?.Properties['Policies'] as {
    PolicyDocument: { Statement: Statement[] };
  }[];
  return policies.flatMap((policy) => policy.PolicyDocument.Statement);
}

const isDoor = (block: FunctionBlock) => block.handler.startsWith('functions/http/');
const environmentOf = (block: FunctionBlock) => (block.environment ?? {}) as Record<string, unknown>;
const ofType = (template: Template, type: string) =>
  Object.entries(template.resources.Resources).filter(([, resource]) => resource.Type === type);

let template: Template;
beforeEach(() => {
  template = extended();
});

describe('serverless.yml: functions', () => {
  it('names every function file, and no other', () => {
    const handlers = Object.values(template.functions).map((block) => block.handler);
    const files = globSync('functions/*/*.ts', { cwd: root }).map((file) => file.replace(/\.ts$/, '.handler'));
    expect(handlers.toSorted()).toEqual(files.toSorted());
    for (const [key, block] of Object.entries(template.functions)) {
      expect(basename(block.handler, '.handler')).toBe(key);
    }
  });

  it('has a sample event for each function, in the shape its trigger has', () => {
    for (const [key, block] of Object.entries(template.functions)) {
      const path = join(root, 'events', `${key}.json`);
      expect(existsSync(path), path).toBe(true);
      const event = JSON.parse(readFileSync(path, 'utf8'));
      const routes = block.events.flatMap(({ httpApi }) => httpApi ?? []);
      if (routes.length > 0) {
        expect(event.version).toBe('2.0');
        expect(routes).toContain(event.routeKey);
        expect(event.requestContext.routeKey).toBe(event.routeKey);
      } else if (block.events.some(({ sqs }) => sqs)) {
        const takesRequests = key === 'accept-instruction';
        const asked = { client: 'treasury-desk', idempotencyKey: expect.any(String), kind: 'transfer', body: {} };
        const body = takesRequests ? { ...asked, body: expect.any(Object) } : { id: expect.any(String) };
        expect(JSON.parse(event.Records[0].body)).toEqual(body);
        expect(event.Records[0].eventSource).toBe('aws:sqs');
      } else {
        expect(event.source).toBe('aws.scheduler');
      }
    }
  });

  it('bounds every function in time, and a door below what API Gateway waits', () => {
    for (const block of Object.values(template.functions)) {
      const timeoutSeconds = block.timeout ?? template.provider.timeout;
      expect(timeoutSeconds).toBeGreaterThan(0);
      expect(timeoutSeconds).toBeLessThanOrEqual(isDoor(block) ? 10 : 60);
    }
  });

  it('keeps logs for a set number of days', () => {
    expect(template.provider.logRetentionInDays).toBe('${param:logRetentionDays}');
    expect(template.params.default['logRetentionDays']).toBeGreaterThanOrEqual(30);
  });

  it('deploys the zip that the build makes of each function', () => {
    for (const [key, block] of Object.entries(template.functions)) {
      expect(block.package.artifact).toBe(`.build/${key}.zip`);
    }
  });

  it('is understood by the local run', () => {
    const file = readServerlessFile({
      path: join(root, 'serverless.yml'),
      region: 'eu-west-1',
      queueUrl: (name: string) => `http://127.0.0.1/${name}`,
      secretArn: (name: string) => `arn:aws:secretsmanager:eu-west-1:000000000000:secret:${name}`,
    });
    expect(file.functions.map(({ key }) => key).toSorted()).toEqual(Object.keys(template.functions).toSorted());
  });
});

describe('serverless.yml: permissions', () => {
  it('gives each function a role of its own that only Lambda can take on', () => {
    const roles = Object.values(template.functions).map((block) => block.role);
    expect(new Set(roles).size).toBe(roles.length);
    for (const role of roles) {
      expect(template.resources.Resources[role]?.Properties['AssumeRolePolicyDocument']).toMatchObject({
        Statement: [{ Principal: { Service: ['lambda.amazonaws.com'] } }],
      });
    }
  });

  it('allows nothing by wildcard', () => {
    for (const [role] of ofType(template, 'AWS::IAM::Role')) {
      const statements = statementsOf(template, role);
      expect(statements.length).toBeGreaterThan(0);
      expect(JSON.stringify(statements)).not.toContain('*');
      expect(template.resources.Resources[role]?.Properties).not.toHaveProperty('ManagedPolicyArns');
    }
  });

  it('lets no door read a secret or know of one', () => {
    const doors = Object.values(template.functions).filter(isDoor);
    expect(doors.length).toBeGreaterThan(0);
    for (const door of doors) {
      expect(JSON.stringify(statementsOf(template, door.role))).not.toMatch(/secretsmanager|kms|Secret/);
      expect(Object.keys({ ...template.provider.environment, ...environmentOf(door) }).join()).not.toMatch(/SECRET/);
    }
  });

  it('gives a secret to those that are told of it, and to nobody else', () => {
    for (const block of Object.values(template.functions)) {
      const told = Object.entries(environmentOf(block)).filter(([name]) => name.endsWith('_SECRET_ID'));
      const readable = statementsOf(template, block.role).filter(({ Action }) =>
        Action.some((action) => action.startsWith('secretsmanager:')),
      );
      expect(readable.map(({ Resource }) => Resource)).toEqual(told.map(([, value]) => value));
    }
  });

  it('lets a worker take from its own queue only', () => {
    for (const block of Object.values(template.functions)) {
      const own = block.events.flatMap(({ sqs }) => (sqs ? [sqs.arn] : []));
      const taken = statementsOf(template, block.role).filter(({ Action }) => Action.includes('sqs:ReceiveMessage'));
      expect(taken.map(({ Resource }) => Resource)).toEqual(own);
    }
  });

  it('refuses a grant that does not exist', () => {
    const withTypo = () =>
      extended(['package'], (file) => {
        file.functions['dispatch-due']?.grants.push('readEverything');
      });
    expect(withTypo).toThrow('functions.dispatch-due.grants: no grant readEverything');
  });

  it('runs a schedule under a role that can invoke that function and do nothing else', () => {
    const scheduled = Object.entries(template.functions).flatMap(([key, block]) =>
      block.events.flatMap(({ schedule }) => (schedule ? [{ key, block, schedule }] : [])),
    );
    expect(scheduled.length).toBeGreaterThan(0);
    for (const { key, schedule } of scheduled) {
      expect(schedule.method).toBe('scheduler');
      expect(schedule.roleArn).toEqual({ 'Fn::GetAtt': [`${key}ScheduleRole`, 'Arn'] });
      expect(statementsOf(template, `${key}ScheduleRole`)).toEqual([
        { Effect: 'Allow', Action: ['lambda:InvokeFunction'], Resource: { 'Fn::GetAtt': [`${key}Function`, 'Arn'] } },
      ]);
    }
  });
});

describe('serverless.yml: queues', () => {
  const queue = (name: string) => template.resources.Resources[name]?.Properties as Record<string, unknown>;
  const sources = () =>
    Object.values(template.functions).flatMap((block) =>
      block.events.flatMap(({ sqs }) => (sqs ? [{ block, sqs }] : [])),
    );

  it('gives every queue that is worked on a dead letter queue with an alarm that tells somebody', () => {
    expect(sources().length).toBeGreaterThan(0);
    for (const { sqs } of sources()) {
      const name = sqs.arn['Fn::GetAtt'][0];
      const redrive = queue(name)['RedrivePolicy'] as { deadLetterTargetArn: { 'Fn::GetAtt': [string, string] } };
      const target = redrive.deadLetterTargetArn['Fn::GetAtt'][0];
      expect(queue(target)['RedrivePolicy']).toBeUndefined();
      expect(queue(`${target}Alarm`)).toMatchObject({
        AlarmActions: [{ Ref: 'AlarmTopic' }],
        MetricName: 'ApproximateNumberOfMessagesVisible',
        Threshold: 0,
        Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [target, 'QueueName'] } }],
      });
      // A message keeps the time it was first sent at, so a dead letter queue has to keep it for longer.
      const retention = (of: string) => queue(of)['MessageRetentionPeriod'] as number;
      expect(retention(target)).toBeGreaterThan(retention(name));
    }
  });

  it('hides a message for six times as long as its worker may take', () => {
    for (const { block, sqs } of sources()) {
      const visibilitySeconds = queue(sqs.arn['Fn::GetAtt'][0])['VisibilityTimeout'] as number;
      expect(visibilitySeconds).toBeGreaterThanOrEqual(6 * (block.timeout ?? template.provider.timeout));
    }
  });

  it('protects what stands behind a worker by a maximum concurrency, and retries failed messages alone', () => {
    for (const { sqs } of sources()) {
      expect(sqs.maximumConcurrency).toBeGreaterThanOrEqual(2);
      expect(sqs.maximumConcurrency).toBeLessThanOrEqual(10);
      expect(sqs.functionResponseType).toBe('ReportBatchItemFailures');
    }
  });

  it('encrypts every queue', () => {
    for (const [, { Properties }] of ofType(template, 'AWS::SQS::Queue')) {
      expect(Properties['SqsManagedSseEnabled']).toBe(true);
    }
  });
});

describe('serverless.yml: what must outlive a mistake', () => {
  it('keeps the table, encrypted, recoverable and protected from deletion', () => {
    const [table, ...others] = ofType(template, 'AWS::DynamoDB::Table');
    expect(others).toEqual([]);
    expect(table?.[1]).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: { SSEEnabled: true },
      },
    });
  });

  it('makes the secrets empty and keeps them', () => {
    const secrets = ofType(template, 'AWS::SecretsManager::Secret');
    expect(secrets.length).toBeGreaterThan(0);
    for (const [, secret] of secrets) {
      expect(secret.DeletionPolicy).toBe('Retain');
      expect(secret.Properties).not.toHaveProperty('SecretString');
      expect(secret.Properties).not.toHaveProperty('GenerateSecretString');
    }
  });

  it('throttles the HTTP API', () => {
    const settings = template.resources.extensions['HttpApiStage']?.Properties['DefaultRouteSettings'];
    expect(settings).toMatchObject({
      ThrottlingRateLimit: '${param:httpRequestsPerSecond}',
      ThrottlingBurstLimit: '${param:httpBurstRequests}',
    });
  });

  it('tells somebody of every alarm, and has one for each function that fails or is held back', () => {
    const alarms = ofType(template, 'AWS::CloudWatch::Alarm');
    for (const [, alarm] of alarms) expect(alarm.Properties['AlarmActions']).toEqual([{ Ref: 'AlarmTopic' }]);
    const names = alarms.map(([name]) => name);
    for (const key of Object.keys(template.functions)) {
      expect(names).toEqual(expect.arrayContaining([`${key}ErrorsAlarm`, `${key}ThrottlesAlarm`]));
    }
  });

  it('is loud when a schedule stops running', () => {
    const scheduled = Object.entries(template.functions).filter(([, block]) =>
      block.events.some(({ schedule }) => schedule),
    );
    expect(scheduled.length).toBeGreaterThanOrEqual(6);
    for (const [key] of scheduled) {
      expect(template.resources.Resources[`${key}MissingAlarm`]?.Properties).toMatchObject({
        MetricName: 'Invocations',
        Period: key === 'reconcile' ? 4500 : 300,
        TreatMissingData: 'breaching',
        ComparisonOperator: 'LessThanThreshold',
        Threshold: 1,
        Dimensions: [{ Name: 'FunctionName', Value: `qredo-functions-dev-${key}` }],
      });
    }
  });

  it('watches only metrics that the functions write, where they write them', () => {
    expect(template.service).toBe(metricNamespace);
    const sources = globSync('lib/**/*.ts', { cwd: root }).map((file) => readFileSync(join(root, file), 'utf8'));
    const own = ofType(template, 'AWS::CloudWatch::Alarm').filter(
      ([, { Properties }]) => Properties['Namespace'] === '${self:service}',
    );
    expect(own.length).toBeGreaterThanOrEqual(4);
    for (const [, { Properties }] of own) {
      expect(Properties).not.toHaveProperty('Dimensions');
      const metric = Properties['MetricName'] as string;
      expect(
        sources.some((text) => text.includes(`'${metric}'`)),
        metric,
      ).toBe(true);
    }
  });

  it('packages no configuration that is broken, and shows its problems and nothing else', async () => {
    const serviceDir = temporaryFolder();
    mkdirSync(join(serviceDir, 'config'));
    writeFileSync(join(serviceDir, 'config', 'watches.json'), '{ "watches": [{ "client": "nobody" }, {}] }');
    const problems = [
      'the configuration is not valid',
      'config/watches.json: watches[1].client: is missing',
      'config/watches.json: watches[0].client: "nobody" is no client',
    ];
    const build = pluginOf(template, { serviceDir }).hooks['before:package:createDeploymentArtifacts'];
    const refusal = await Promise.resolve(build?.()).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ShownAsItIs);
    expect((refusal as Error).message).toBe(problems.join('\n'));
  });

  it('packages with the placeholders, and does not deploy them', () => {
    expect(() => extended(['package'])).not.toThrow();
    expect(() => extended(['deploy'])).toThrow('AUTH_ISSUER, AUTH_JWKS_URL, PARTNER_API_BASE_URL');
    const withRealValues = () =>
      extended(['deploy'], (file) => {
        file.custom['door'] = { AUTH_ISSUER: 'https://issuer.example/', AUTH_JWKS_URL: 'https://issuer.example/jwks' };
        file.custom['partnerApi'] = { PARTNER_API_BASE_URL: 'https://api.example/api/v1' };
      });
    expect(withRealValues).not.toThrow();
  });
});

describe('docs/observability.md', () => {
  const page = readFileSync(join(root, 'docs/observability.md'), 'utf8');
  const sources = globSync('{lib,functions}/**/*.ts', { cwd: root }).map((file) =>
    readFileSync(join(root, file), 'utf8'),
  );
  const named = (call: RegExp) => [
    ...new Set(sources.flatMap((text) => [...text.matchAll(call)].map((match) => match[1] as string))),
  ];

  it('says what to do at every reason for which a person is asked for', () => {
    const reasons = named(/\.alarm\(\s*'(\w+)'/g);
    expect(reasons.length).toBeGreaterThanOrEqual(5);
    expect(reasons.filter((reason) => !page.includes(`| \`${reason}\` |`))).toEqual([]);
  });

  it('lists every metric', () => {
    const metrics = named(/\.(?:count|duration)\(\s*'([A-Z]\w+)'/g);
    expect(metrics.length).toBeGreaterThanOrEqual(8);
    expect(metrics.filter((metric) => !page.includes(`| \`${metric}\` |`))).toEqual([]);
  });

  it('has every alarm of serverless.yml in its table', () => {
    const own = [...readFileSync(join(root, 'serverless.yml'), 'utf8').matchAll(/^ {4}(\w+)Alarm:$/gm)];
    expect(own.length).toBeGreaterThanOrEqual(5);
    expect(own.map((match) => match[1]).filter((name) => !page.includes(`| \`${name}\` |`))).toEqual([]);
  });
});
