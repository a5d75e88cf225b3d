import middy from '@middy/core';
import type { Clock } from '../../instructions/ports.ts';
import { systemClock } from '../clock.ts';
import { environment } from '../environment.ts';
import { type FunctionReporter, reporter } from '../reporter.ts';
import { type Answer, type HttpResponse, responseOf } from './answer.ts';
import { bodyReader } from './body.ts';
import { errorFrame } from './error-frame.ts';
import { InvalidRequest } from './errors.ts';
import { type DoorMiddleware, type FunctionContext, type HttpEvent, openVisit, type Visit } from './visit.ts';

export { answer } from './answer.ts';

/** A request without anything known of its caller. `deadlineMs`: the answer must be on its way by then. */
export interface PublicCall extends Pick<Visit, 'event' | 'requestId' | 'method' | 'headers' | 'path' | 'query'> {
  readonly deadlineMs: number;
}

/** A Lambda handler behind an HTTP API with payload format 2.0. */
export type HttpHandler = (event: HttpEvent, context: FunctionContext) => Promise<HttpResponse>;

/** What every door touches; functions leave it out and get the process's own. */
export interface FrameOutside {
  reporter(): FunctionReporter;
  readonly clock: Clock;
}

/** A door for everybody: no token is asked for, and no body read. It brings no code along that reads tokens. */
export function publicDoor(
  flow: (call: PublicCall) => Promise<Answer>,
  outside: FrameOutside = { reporter, clock: systemClock },
): HttpHandler {
  return framed([bodyReader('none')], (visit, deadlineMs) => flow(publicCall(visit, deadlineMs)), outside);
}

/** The caller gets an answer in the frame this long before Lambda would cut the function off without one. */
const answerBeforeEndMs = 250;
/** Where the context says nothing, as in a test. */
const assumedRemainingMs = 10_000;

/** What all doors have in common: the steps, then the flow; errors in the frame, also when the time is nearly over. */
export function framed(
  steps: DoorMiddleware[],
  flow: (visit: Visit, deadlineMs: number) => Promise<Answer>,
  outside: FrameOutside,
): HttpHandler {
  const chain = middy<Visit, HttpResponse>(
    async (visit: Visit, context: FunctionContext) => {
      const remainingMs = context.getRemainingTimeInMillis?.() ?? assumedRemainingMs;
      return responseOf(await flow(visit, outside.clock.nowMs() + remainingMs - answerBeforeEndMs));
    },
    {
      timeoutEarlyInMillis: answerBeforeEndMs,
      timeoutEarlyResponse: () => {
        throw new InvalidRequest(503, 'timeout');
      },
    },
  )
    .use(
      errorFrame({
        info: (...line) => outside.reporter().info(...line),
        error: (...line) => outside.reporter().error(...line),
      }),
    )
    .use(steps);

  return (event, context) => {
    const requestId = context.awsRequestId ?? event.requestContext.requestId ?? 'none';
    const facts = { requestId, function: context.functionName ?? environment.functionName };
    return outside.reporter().invocation(facts, async () => {
      const response = await chain(openVisit(event, requestId), context as never);
      return { ...response, headers: { ...response.headers, 'x-request-id': requestId } };
    });
  };
}

/** A visit as every door shows it to its flow. */
export function publicCall({ event, requestId, method, headers, path, query }: Visit, deadlineMs: number): PublicCall {
  return { event, requestId, method, headers, path, query, deadlineMs };
}
