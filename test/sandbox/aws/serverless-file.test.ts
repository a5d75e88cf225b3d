// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the variables of serverless.yml look like that.
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { secretArn } from '../../../sandbox/aws/secrets-manager/store.ts';
import { type ReadOptions, readServerlessFile } from '../../../sandbox/aws/serverless-file.ts';
import { fixtureFile, folderWith } from './support.ts';

const surroundings = {
  region: 'eu-west-1',
  queueUrl: (name: string) => `http://queue/${name}`,
  secretArn: (name: string) => secretArn('eu-west-1', name),
};

function read(options: Partial<ReadOptions> = {}) {
  return readServerlessFile({ path: fixtureFile, ...surroundings, ...options });
}

/** Reads a file made of the given lines under a service that has one queue. */
function readText(text: string, files: Record<string, string> = {}, options: Partial<ReadOptions> = {}) {
  const folder = folderWith({ 'serverless.yml': `service: s\n${text}`, ...files });
  return read({ path: join(folder, 'serverless.yml'), ...options });
}

const withFunction = (events: string, more = '') =>
  `${more}\nfunctions:\n  f:\n    handler: f.handler\n    events:\n      - ${events}\n`;
const queue = 'resources: { Resources: { Q: { Type: "AWS::SQS::Queue", Properties: { VisibilityTimeout: 5 } } } }';

describe('reading serverless.yml', () => {
  it('names tables, queues and secrets as the file does, or after service, stage and logical id', () => {
    const file = read();
    expect(file.tables.map(({ name }) => name)).toEqual(['fixture-dev-records']);
    expect(file.queues.map(({ name }) => name)).toContain('fixture-dev-work');
    expect(file.queues.map(({ name }) => name)).toContain('fixture-dev-PlainWork');
    expect(file.queues.map(({ name }) => name)).toContain('fixture-dev-delayed');
    expect(file.secrets.map(({ name }) => name)).toEqual(['fixture-dev/signing', 'fixture-dev-Session']);
  });

  it('resolves variables and CloudFormation functions in the environment', () => {
    expect(read().environment).toEqual({
      TABLE_NAME: 'fixture-dev-records',
      GREETING: 'hello',
      FROM_FILE: '42',
      REGION: 'eu-west-1',
      WORK_URL: 'http://queue/fixture-dev-work',
    });
  });

  it('follows the stage it is given', () => {
    const file = read({ stage: 'prod' });
    expect(file.environment['GREETING']).toBe('good day');
    expect(file.tables[0]?.name).toBe('fixture-prod-records');
  });

  it('lets given parameters and variables win', () => {
    const file = read({ parameters: { greeting: 'hi' }, environment: { WORK_URL: 'elsewhere', MORE: 'x' } });
    expect(file.environment).toMatchObject({ GREETING: 'hi', WORK_URL: 'elsewhere', MORE: 'x' });
  });

  it('says which resources are not emulated', () => {
    expect(read().notEmulated).toEqual(['Key (AWS::KMS::Key)']);
  });

  it('reads the redrive policy with the ARN of the dead letter queue', () => {
    expect(read().queues.find(({ name }) => name === 'fixture-dev-work')?.RedrivePolicy).toEqual({
      deadLetterTargetArn: 'arn:aws:sqs:eu-west-1:000000000000:fixture-dev-work-dead',
      maxReceiveCount: 2,
    });
  });

  it('reads functions, resources and environment out of other files and lists', () => {
    const text = 'functions:\n  - ${file(./functions.yml)}\nresources:\n  - Resources: ${file(./resources.json)}\n';
    const file = readText(text, {
      'functions.yml': 'f:\n  handler: a/b.handler\n  environment: { T: !GetAtt T.Arn, N: 5, GONE: null }\n',
      'resources.json': '{"T":{"Type":"AWS::DynamoDB::Table","Properties":{"KeySchema":[],"AttributeDefinitions":[]}}}',
    });
    expect(file.functions[0]?.handler).toBe('a/b.handler');
    expect(file.environment).toEqual({ T: 'arn:aws:dynamodb:eu-west-1:000000000000:table/s-dev-T', N: '5' });
  });

  it('takes the first source of a variable that has a value', () => {
    vi.stubEnv('FIXTURE_SET', 'set');
    const environment = [
      "A: ${env:FIXTURE_UNSET, 'default, with comma'}",
      "B: ${env:FIXTURE_SET, 'default'}",
      'C: ${opt:nothing, self:custom.${sls:stage}.deep}',
      'D: "x-${strToBool(1)}-${aws:accountId}"',
      'E: !Join [":", [a, !Ref AWS::Region]]',
      "F: !Sub ['${own}/${!kept}/${AWS::AccountId}', { own: 1 }]",
    ];
    const text = `custom: { dev: { deep: down } }\nfunctions:\n  f:\n    handler: f.h\n    environment:\n      ${environment.join('\n      ')}\n`;
    expect(readText(text).environment).toEqual({
      A: 'default, with comma',
      B: 'set',
      C: 'down',
      D: 'x-true-000000000000',
      E: 'a:eu-west-1',
      F: '1/${kept}/000000000000',
    });
    vi.unstubAllEnvs();
  });

  it('leaves alone what concerns deployment only', () => {
    const text = 'custom: { bucket: "${env:FIXTURE_UNSET}", x: "${ssm:/a}" }\nprovider: { iam: "${cf:x.y}" }\n';
    expect(readText(`${text}functions: { f: { handler: f.h, role: "\${cf:x.y}" } }`).functions).toHaveLength(1);
  });
});

describe('a file it cannot understand is refused with the place', () => {
  const refused: [string, string, RegExp][] = [
    [
      'a variable without a value',
      'functions: { f: { handler: "${env:FIXTURE_UNSET}.h" } }',
      /functions\.f\.handler: .*FIXTURE_UNSET/,
    ],
    ['an unknown kind of variable', 'functions: { f: { handler: "${ssm:/a}" } }', /functions\.f\.handler: .*ssm/],
    [
      'variables in a circle',
      'custom: { a: "${self:custom.b}", b: "${self:custom.a}" }\nfunctions: { f: { handler: "${self:custom.a}" } }',
      /circle/,
    ],
    ['a missing file', 'functions: ${file(./gone.yml)}', /functions: .*gone/],
    ['an unknown tag', 'functions: { f: { handler: !Rf x } }', /!Rf/],
    ['a duplicate key', 'custom: 1\ncustom: 2', /unique/],
    [
      'an intrinsic function it does not know',
      'functions: { f: { handler: f.h, environment: { A: !ImportValue x } } }',
      /functions\.f\.environment\.A: .*ImportValue/,
    ],
    [
      'a reference to nothing',
      'functions: { f: { handler: f.h, environment: { A: !Ref Gone } } }',
      /environment\.A: there is no resource Gone/,
    ],
    [
      'a reference to what is not emulated',
      'functions: { f: { handler: f.h, environment: { A: !Ref K } } }\nresources: { Resources: { K: { Type: "AWS::KMS::Key" } } }',
      /environment\.A: refers to K.*KMS/,
    ],
    [
      'an environment variable that is a list',
      'functions: { f: { handler: f.h, environment: { A: [1] } } }',
      /environment\.A/,
    ],
    ['a handler without an export', 'functions: { f: { handler: functions/f } }', /functions\.f\.handler/],
    ['a handler that is missing', 'functions: { f: { timeout: 3 } }', /functions\.f\.handler/],
    ['a time-out above 900 s', 'functions: { f: { handler: f.h, timeout: 901 } }', /functions\.f\.timeout/],
    ['another kind of event', withFunction('sns: topic'), /functions\.f\.events\[0\]: .*sns/],
    ['an authorizer', withFunction('httpApi: { path: /, method: GET, authorizer: x }'), /events\[0\]\.httpApi/],
    ['a method that is none', withFunction('httpApi: FETCH /x'), /events\[0\]\.httpApi\.method/],
    ['a schedule that is none', withFunction('schedule: every minute'), /events\[0\]\.schedule: "every minute"/],
    ['a time zone on a rule', withFunction('schedule: { rate: rate(1 minute), timezone: Europe/Berlin }'), /timezone/],
    ['an input that is no JSON', withFunction("schedule: { rate: rate(1 minute), input: '{' }"), /input: must be JSON/],
    ['a queue that is not in the file', withFunction('sqs: arn:aws:sqs:eu-west-1:1:gone'), /events\[0\]\.sqs: .*gone/],
    [
      'too low a concurrency',
      withFunction('sqs: { arn: !GetAtt Q.Arn, maximumConcurrency: 1 }', queue),
      /maximumConcurrency/,
    ],
    ['a misspelt setting', withFunction('sqs: { arn: !GetAtt Q.Arn, batchsize: 1 }', queue), /batchsize/],
    ['a large batch without a window', withFunction('sqs: { arn: !GetAtt Q.Arn, batchSize: 11 }', queue), /batchSize/],
    [
      'a visibility shorter than the function',
      withFunction('sqs: { arn: !GetAtt Q.Arn }', queue),
      /visibility timeout \(5 s\)/,
    ],
    [
      'a trigger among the resources',
      'resources: { Resources: { R: { Type: "AWS::Events::Rule" } } }',
      /resources\.Resources\.R/,
    ],
    [
      'a conditional table',
      'resources: { Resources: { R: { Type: "AWS::DynamoDB::Table", Condition: X } } }',
      /R\.Condition/,
    ],
    [
      'a table without keys',
      'resources: { Resources: { R: { Type: "AWS::DynamoDB::Table", Properties: {} } } }',
      /R\.Properties\.AttributeDefinitions/,
    ],
    [
      'two values of one variable',
      'functions: { f: { handler: f.h, environment: { A: 1 } }, g: { handler: f.h, environment: { A: 2 } } }',
      /functions\.g\.environment\.A: .*for f/,
    ],
  ];
  it.each(refused)('%s', (_what, text, message) => {
    expect(() => readText(text)).toThrow(message);
    expect(() => readText(text)).toThrow(expect.objectContaining({ code: 'serverless_file' }));
  });

  it('a file that is not there', () => {
    expect(() => read({ path: '/nowhere/serverless.yml' })).toThrow(/nowhere/);
  });
});
