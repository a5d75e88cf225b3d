import { ServerlessFileError, textOf } from '../errors.ts';
import { parseScheduleExpression, type ScheduleExpression } from '../triggers/schedule-expression.ts';
import type { Intrinsics } from './intrinsics.ts';
import { check, httpApiEvent, scheduleEvent, sqsEvent } from './schemas.ts';
import type { Variables } from './variables.ts';

/** A route of the HTTP API. `method` is `ANY` for all; `path` is `$default` for what no other route takes. */
export interface HttpTrigger {
  method: string;
  path: string;
}

/** One schedule of a function. */
export interface ScheduleTrigger {
  /** As written, such as `rate(1 minute)`. */
  expression: string;
  schedule: ScheduleExpression;
  enabled: boolean;
  /** EventBridge rules (`eventBus`) and EventBridge Scheduler send different events. */
  method: 'eventBus' | 'scheduler';
  /** JSON text that is sent in place of the usual event. */
  inputJson: string | undefined;
}

/** One queue a function reads. */
export interface QueueTrigger {
  arn: string;
  enabled: boolean;
  batchSize: number;
  batchingWindowSeconds: number;
  reportsItemFailures: boolean;
  /** How many batches may be in the function at once. */
  maximumConcurrency: number;
  at: string;
}

/** Lambda starts with five pollers where a trigger sets no maximum; more would only help at a load no laptop has. */
const defaultConcurrency = 5;

interface Events {
  http: HttpTrigger[];
  schedules: ScheduleTrigger[];
  queues: QueueTrigger[];
}

/** Reads the `events` of one function. An event of another kind is an error: it would be a trigger that never fires. */
export function readEvents(list: unknown[], at: string, variables: Variables, intrinsics: Intrinsics): Events {
  const events: Events = { http: [], schedules: [], queues: [] };
  list.forEach((item, index) => {
    const place = `${at}[${index}]`;
    const written = variables.resolve(item, place);
    refuseShortArn(written, place);
    const event = intrinsics.resolve(written, place) as Record<string, unknown>;
    const [kind, value, more] = typeof event === 'object' && event ? [...Object.entries(event).flat()] : [event];
    if (more !== undefined) throw new ServerlessFileError(place, 'an event is one of httpApi, schedule and sqs');
    const inside = `${place}.${String(kind)}`;
    if (kind === 'httpApi') events.http.push(httpTrigger(value, inside));
    else if (kind === 'schedule') events.schedules.push(...scheduleTriggers(value, inside));
    else if (kind === 'sqs') events.queues.push(queueTrigger(value, inside));
    else throw new ServerlessFileError(place, `the embedded AWS has no ${String(kind)} events`);
  });
  return events;
}

/** The framework takes `sqs: arn:aws:...`, but not `sqs: !GetAtt Queue.Arn`; what cannot be deployed must not run here. */
function refuseShortArn(event: unknown, at: string): void {
  const sqs = typeof event === 'object' && event !== null && 'sqs' in event ? event.sqs : undefined;
  if (typeof sqs === 'object' && sqs !== null && !('arn' in sqs)) {
    throw new ServerlessFileError(`${at}.sqs.arn`, 'must be given');
  }
}

function httpTrigger(value: unknown, at: string): HttpTrigger {
  const [method, path] = typeof value === 'string' && value !== '*' ? value.trim().split(/\s+/) : ['*', '*'];
  const read = check(httpApiEvent, typeof value === 'string' ? { method, path } : value, at);
  if (read.path === '*') return { method: 'ANY', path: '$default' };
  return { method: (read.method ?? '*').toUpperCase().replace('*', 'ANY'), path: read.path };
}

function scheduleTriggers(value: unknown, at: string): ScheduleTrigger[] {
  const read = check(scheduleEvent, typeof value === 'string' ? { rate: value } : value, at);
  const method = read.method ?? 'eventBus';
  if (read.timezone && method !== 'scheduler') {
    throw new ServerlessFileError(`${at}.timezone`, 'needs "method: scheduler"');
  }
  const expressions = Array.isArray(read.rate) ? read.rate : [read.rate];
  return expressions.map((expression) => ({
    expression,
    schedule: readExpression(expression, read.timezone, at),
    enabled: read.enabled ?? true,
    method,
    inputJson: read.input === undefined ? undefined : inputJson(read.input, at),
  }));
}

function readExpression(expression: string, timezone: string | undefined, at: string): ScheduleExpression {
  try {
    return parseScheduleExpression(expression, timezone);
  } catch (error) {
    throw new ServerlessFileError(at, textOf(error), { cause: error });
  }
}

/** The framework parses `input.body` when it is a string, so that one may write JSON there. */
function inputJson(input: string | Record<string, unknown>, at: string): string {
  const text =
    typeof input === 'string'
      ? input
      : JSON.stringify(typeof input['body'] === 'string' ? { ...input, body: parseJson(input['body'], at) } : input);
  parseJson(text, at);
  return text;
}

function parseJson(text: string, at: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ServerlessFileError(`${at}.input`, 'must be JSON', { cause: error });
  }
}

function queueTrigger(value: unknown, at: string): QueueTrigger {
  const read = check(sqsEvent, typeof value === 'string' ? { arn: value } : value, at);
  const batchSize = read.batchSize ?? 10;
  const batchingWindowSeconds = read.maximumBatchingWindow ?? 0;
  if (batchSize > 10 && batchingWindowSeconds < 1) {
    throw new ServerlessFileError(`${at}.batchSize`, 'above 10 needs a maximumBatchingWindow of at least 1');
  }
  return {
    arn: read.arn,
    enabled: read.enabled ?? true,
    batchSize,
    batchingWindowSeconds,
    reportsItemFailures: read.functionResponseType === 'ReportBatchItemFailures',
    maximumConcurrency: read.maximumConcurrency ?? defaultConcurrency,
    at,
  };
}
