import middy from '@middy/core';
import * as z from 'zod/mini';
import type { Clock } from '../instructions/ports.ts';
import { systemClock } from './clock.ts';
import { environment } from './environment.ts';
import { withFacts } from './invocation.ts';
import { type FunctionReporter, reporter } from './reporter.ts';

/** What we read of a batch that SQS hands to Lambda. */
export interface QueueEvent {
  readonly Records: readonly { readonly messageId: string; readonly body: string }[];
}

/** The messages that are to come again, or to go to the dead letter queue in the end. */
export interface QueueAnswer {
  readonly batchItemFailures: { readonly itemIdentifier: string }[];
}

/** What we read of Lambda's context. */
export interface WorkerContext {
  readonly awsRequestId?: string;
  readonly functionName?: string;
  getRemainingTimeInMillis?(): number;
}

/** What a worker knows besides the id. */
export interface Work {
  readonly requestId: string;
  /** Epoch milliseconds: whatever is begun must be over by then. */
  readonly deadlineMs: number;
}

/** A Lambda handler behind an SQS trigger with `ReportBatchItemFailures`. */
export type QueueHandler = (event: QueueEvent, context: WorkerContext) => Promise<QueueAnswer>;

/** What a worker touches; functions leave it out and get the process's own. */
export interface WorkerOutside {
  reporter(): FunctionReporter;
  readonly clock: Clock;
}

const ownOutside: WorkerOutside = { reporter, clock: systemClock };

/** The longest id is that of an open group, `fund:<companyId>/<fundId>`. */
const longestId = 600;
const hint = z.strictObject({ id: z.string().check(z.minLength(1), z.maxLength(longestId)) });

/**
 * middy would end an invocation a moment before its time is up, while the work goes on in the frozen process and is taken
 * up again by whatever is invoked next. A worker rather runs into the end: Lambda then throws the process away.
 */
export const noEarlyEnd = { timeoutEarlyInMillis: 0 } as const;

/** Ids of one batch worked on at the same time. */
const idsAtOnce = 4;
/** With less time than this left nothing more is begun: it goes back to the queue instead of being cut off half way. */
const leastRemainingMs = 1_000;
/** Where the context says nothing, as in a test. */
const assumedRemainingMs = 30_000;

/**
 * A worker for hints `{id}`: each id of a batch once, a few at a time. A message that is no hint, and one whose flow
 * throws, is reported alone, so that it comes again and ends in the dead letter queue while the others are done with.
 *
 * @example
 * export const handler = queueWorker(async (id) => submitInstruction(worker(), id));
 */
export function queueWorker(
  flow: (id: string, work: Work) => Promise<void>,
  outside: WorkerOutside = ownOutside,
): QueueHandler {
  const chain = middy<QueueEvent, QueueAnswer>(async (event: QueueEvent, context: WorkerContext) => {
    const requestId = context.awsRequestId ?? 'none';
    const remainingMs = context.getRemainingTimeInMillis?.() ?? assumedRemainingMs;
    const work: Work = { requestId, deadlineMs: outside.clock.nowMs() + remainingMs };
    const { byId, failed } = readHints(event, outside.reporter());
    const attempt = (id: string) => attempted(flow, id, work, outside);
    const ids = [...byId.keys()];
    for (let start = 0; start < ids.length; start += idsAtOnce) {
      const some = ids.slice(start, start + idsAtOnce);
      const outcomes = await Promise.all(some.map(attempt));
      for (const [place, id] of some.entries()) if (!outcomes[place]) failed.push(...(byId.get(id) ?? []));
    }
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  }, noEarlyEnd);

  return (event, context) => {
    const facts = {
      requestId: context.awsRequestId ?? 'none',
      function: context.functionName ?? environment.functionName,
    };
    return outside.reporter().invocation(facts, () => chain(event, context as never));
  };
}

/** Whether the flow of an id came to its end. */
function attempted(
  flow: (id: string, work: Work) => Promise<void>,
  id: string,
  work: Work,
  { reporter: report, clock }: WorkerOutside,
): Promise<boolean> {
  return withFacts({ instructionId: id }, async () => {
    if (work.deadlineMs - clock.nowMs() < leastRemainingMs) {
      report().warn('no time left: the hint goes back to the queue');
      return false;
    }
    try {
      await flow(id, work);
      return true;
    } catch (error) {
      report().error('a hint was not worked off', { error });
      return false;
    }
  });
}

/** The ids of a batch with the messages that name them, and the messages that name none. */
function readHints(
  event: QueueEvent,
  report: Pick<FunctionReporter, 'error'>,
): { byId: Map<string, string[]>; failed: string[] } {
  const byId = new Map<string, string[]>();
  const failed: string[] = [];
  for (const { messageId, body } of event.Records) {
    const id = idIn(body);
    if (id === undefined) {
      report.error('a message is no hint', { messageId });
      failed.push(messageId);
    } else {
      byId.set(id, [...(byId.get(id) ?? []), messageId]);
    }
  }
  return { byId, failed };
}

function idIn(body: string): string | undefined {
  try {
    const parsed = hint.safeParse(JSON.parse(body));
    return parsed.success ? parsed.data.id : undefined;
  } catch {
    return undefined;
  }
}
