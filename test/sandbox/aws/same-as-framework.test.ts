// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the variables of serverless.yml look like that.
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { Variables } from '../../../sandbox/aws/template/variables.ts';
import { parseYaml } from '../../../sandbox/aws/template/yaml.ts';
import { folderWith } from './support.ts';

const file = `
service: same
params:
  default: { size: 5, name: small, both: default }
  prod: { both: prod }
custom:
  plain: text
  number: 7
  list: [1, two, '\${self:custom.number}']
  whole: \${self:custom.list}
  inString: a-\${self:custom.number}-\${sls:stage}
  stage: \${opt:stage, 'dev'}
  stageOfProvider: \${self:provider.stage}
  parameter: \${param:size}
  forStage: \${param:both}
  given: \${param:given}
  environment: \${env:SAME_SET}
  fallback: \${env:SAME_UNSET, 'fall, back'}
  double: \${env:SAME_UNSET, "double"}
  chain: \${env:SAME_UNSET, opt:nothing, self:custom.plain}
  aNumber: \${env:SAME_UNSET, 3}
  aBoolean: \${env:SAME_UNSET, true}
  nothing: \${env:SAME_UNSET, null}
  empty: \${env:SAME_UNSET, ''}
  nested: \${self:custom.byStage.\${sls:stage}.deep}
  byStage: { prod: { deep: '\${self:custom.plain}!' } }
  file: \${file(./data.yml)}
  inFile: \${file(./data.yml):a.b}
  json: \${file(data.json):x}
  missingFile: \${file(./gone.yml), 'none'}
  text: \${file(./note.txt)}
  boolean: \${strToBool(\${env:SAME_FALSE})}
  two: \${self:custom.number}\${param:name}
  forSub: 'arn:\${AWS::Region}:\${Queue.Arn}:\${Name}'
  anchor: &anchor { a: 1, b: 2 }
  merged: { <<: *anchor, b: 3 }
provider: { name: aws, runtime: nodejs24.x, stage: '\${opt:stage, "dev"}' }
functions: {}
resources:
  Resources:
    Queue:
      Type: AWS::SQS::Queue
      Properties:
        QueueName: !Sub '\${AWS::StackName}-q'
        RedrivePolicy: { deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3 }
        Tags: !If [a, !Ref b, [!Join ['-', [x, !Select [0, [y]]]]]]
        KmsMasterKeyId: !GetAtt Key.Some.Thing
`;

it('resolves variables and tags as the framework itself does', async () => {
  const folder = folderWith({
    'serverless.yml': file,
    'data.yml': 'a: { b: "${self:custom.plain}" }\n',
    'data.json': '{"x":[1,{"y":null}]}',
    'note.txt': 'a note',
  });
  const environment = { ...process.env, SAME_SET: 'set', SAME_FALSE: 'false', SLS_NOTIFICATIONS_MODE: 'off' };
  const osls = createRequire(import.meta.url).resolve('serverless/bin/serverless.js');
  const args = [osls, 'print', '--format', 'json', '--stage', 'prod', '--param', 'given=by hand'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, env: environment });
  const expected = JSON.parse(stdout);

  const variables = new Variables({
    document: parseYaml(file, 'serverless.yml') as Record<string, unknown>,
    folder,
    stage: 'prod',
    region: 'us-east-1',
    cliOptions: { stage: 'prod' },
    parameters: { given: 'by hand' },
    environment,
  });
  expect(variables.get('custom')).toEqual(expected.custom);
  expect(variables.get('provider.stage')).toEqual(expected.provider.stage);
  expect(variables.get('resources.Resources')).toEqual(expected.resources.Resources);
});
