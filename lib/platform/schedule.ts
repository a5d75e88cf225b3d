import middy from '@middy/core';
import { systemClock } from './clock.ts';
import { environment } from './environment.ts';
import { noEarlyEnd, type Work, type WorkerContext, type WorkerOutside } from './queue.ts';
import { reporter } from './reporter.ts';

/** A Lambda handler behind an EventBridge schedule. */
export type ScheduledHandler = (event: unknown, context: WorkerContext) => Promise<void>;

const ownOutside: WorkerOutside = { reporter, clock: systemClock };
/** Where the context says nothing, as in a test. */
const assumedRemainingMs = 30_000;

/**
 * A function that a schedule runs. What it throws is logged and thrown on, so that the run counts as failed; the next run
 * finds whatever this one left.
 *
 * @example
 * export const handler = scheduled(async () => dispatchDue(door()));
 */
export function scheduled(
  flow: (work: Work, event: unknown) => Promise<void>,
  outside: WorkerOutside = ownOutside,
): ScheduledHandler {
  const chain = middy<unknown, string>(async (event: unknown, context: WorkerContext) => {
    const remainingMs = context.getRemainingTimeInMillis?.() ?? assumedRemainingMs;
    const requestId = context.awsRequestId ?? 'none';
    await flow({ requestId, deadlineMs: outside.clock.nowMs() + remainingMs }, event);
    return 'done';
  }, noEarlyEnd);

  return (event, context) => {
    const facts = {
      requestId: context.awsRequestId ?? 'none',
      function: context.functionName ?? environment.functionName,
    };
    return outside.reporter().invocation(facts, async () => {
      try {
        await chain(event, context as never);
      } catch (error) {
        outside.reporter().error('the scheduled run failed', { error });
        throw error;
      }
    });
  };
}
