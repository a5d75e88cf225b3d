/**
 * What follows from a function or a queue by rule, so that serverless.yml need not repeat it: one role per function, an
 * alarm for its errors and its throttles, a role for its schedule and an alarm for when it does not run, an alarm for every
 * dead letter queue.
 */

/** A piece of a CloudFormation template. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
}

/** The least it takes to do one thing: an entry of `custom.grants` in serverless.yml. */
export interface Grant {
  readonly Action: readonly string[];
  readonly Resource: unknown;
}

/** A function as the rules need to know it. The logical ids are those that the packager gives. */
export interface FunctionFacts {
  /** As deployed: `<service>-<stage>-<key in serverless.yml>`. */
  readonly deployedName: string;
  readonly functionLogicalId: string;
  readonly logGroupLogicalId: string;
  readonly grants: readonly Grant[];
}

const getArn = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });

const policyVersion = '2012-10-17';

/** A role that one AWS service may take on in this account, with one inline policy. */
function role(service: string, statements: readonly unknown[], trustCondition?: unknown): Resource {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: policyVersion,
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: [service] },
            Action: ['sts:AssumeRole'],
            ...(trustCondition === undefined ? {} : { Condition: trustCondition }),
          },
        ],
      },
      Policies: [{ PolicyName: 'least', PolicyDocument: { Version: policyVersion, Statement: statements } }],
    },
  };
}

/** The role of one function: its grants, and writing its own log group, which exists before the function does. */
export function functionRole(facts: FunctionFacts): Resource {
  const log = {
    Effect: 'Allow',
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: getArn(facts.logGroupLogicalId),
  };
  const granted = facts.grants.map(({ Action, Resource }) => ({ Effect: 'Allow', Action, Resource }));
  return role('lambda.amazonaws.com', [log, ...granted]);
}

/** The role EventBridge Scheduler takes on to invoke one function. The function's own role cannot be taken on by it. */
export function scheduleRole(facts: FunctionFacts): Resource {
  const invoke = { Effect: 'Allow', Action: ['lambda:InvokeFunction'], Resource: getArn(facts.functionLogicalId) };
  return role('scheduler.amazonaws.com', [invoke], {
    StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
  });
}

/** An alarm on a metric that AWS itself publishes, raised when its sum in a minute is above zero. */
function aboveZero(description: string, namespace: string, metric: string, dimension: object, statistic: string) {
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmDescription: description,
      AlarmActions: [{ Ref: 'AlarmTopic' }],
      Namespace: namespace,
      MetricName: metric,
      Dimensions: [dimension],
      Statistic: statistic,
      Period: 60,
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 0,
      TreatMissingData: 'notBreaching',
    },
  };
}

/** The alarms every function has, by the suffix of their logical ids. */
export function functionAlarms({ deployedName }: FunctionFacts): Record<string, Resource> {
  const dimension = { Name: 'FunctionName', Value: deployedName };
  return {
    ErrorsAlarm: aboveZero(`${deployedName} failed or timed out.`, 'AWS/Lambda', 'Errors', dimension, 'Sum'),
    ThrottlesAlarm: aboveZero(`${deployedName} was not let run.`, 'AWS/Lambda', 'Throttles', dimension, 'Sum'),
  };
}

/** So many runs that did not happen, one after the other, raise an alarm. */
const missedRuns = 5;

/**
 * The alarm of a schedule whose function is not run: nothing else would tell, since what does not run reports nothing.
 * @param rate EventBridge's `rate(1 minute)` or `rate(15 minutes)`
 * @throws {RangeError} for a schedule of another form
 */
export function scheduleMissingAlarm({ deployedName }: FunctionFacts, rate: string): Resource {
  const minutes = Number(/^rate\((\d{1,2}) minutes?\)$/.exec(rate)?.[1]);
  if (!(minutes > 0)) throw new RangeError(`${deployedName}: ${rate} is not rate(… minutes)`);
  const { Type, Properties } = aboveZero(
    `${deployedName} was not run ${missedRuns} times in a row, although its schedule says so.`,
    'AWS/Lambda',
    'Invocations',
    { Name: 'FunctionName', Value: deployedName },
    'Sum',
  );
  const when = { ComparisonOperator: 'LessThanThreshold', Threshold: 1, TreatMissingData: 'breaching' };
  return { Type, Properties: { ...Properties, Period: minutes * missedRuns * 60, ...when } };
}

/** The logical ids of the queues that other queues name as their dead letter queue. */
export function deadLetterQueues(resources: Record<string, Resource>): string[] {
  const targets = Object.values(resources)
    .filter((resource) => resource.Type === 'AWS::SQS::Queue')
    .map((queue) => queue.Properties['RedrivePolicy'] as { deadLetterTargetArn?: unknown } | undefined)
    .map((policy) => (policy?.deadLetterTargetArn as { 'Fn::GetAtt'?: unknown } | undefined)?.['Fn::GetAtt'])
    // The short form !GetAtt arrives as text or as a pair, depending on who read the YAML.
    .map((target) => (Array.isArray(target) ? target[0] : String(target ?? '').split('.')[0]));
  return [...new Set(targets.filter((name): name is string => typeof name === 'string' && name !== ''))];
}

/** An alarm for each dead letter queue of the template, raised while anything is in it. */
export function deadLetterAlarms(resources: Record<string, Resource>): Record<string, Resource> {
  const alarms = deadLetterQueues(resources).map((queue) => {
    const dimension = { Name: 'QueueName', Value: { 'Fn::GetAtt': [queue, 'QueueName'] } };
    const description = `${queue} is not empty: a worker gave up on a message.`;
    const alarm = aboveZero(description, 'AWS/SQS', 'ApproximateNumberOfMessagesVisible', dimension, 'Maximum');
    return [`${queue}Alarm`, alarm] as const;
  });
  return Object.fromEntries(alarms);
}
