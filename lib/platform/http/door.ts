import middy from '@middy/core';
import type { Clock } from '../../instructions/ports.ts';
import { systemClock } from '../clock.ts';
import { type ClientConfig, clients } from '../config/clients.ts';
import type { Config } from '../config/concerns.ts';
import { ownConcern } from '../config/load-concern.ts';
import { environment } from '../environment.ts';
import { type FunctionReporter, reporter } from '../reporter.ts';
import { type Answer, type HttpResponse, responseOf } from './answer.ts';
import { type Authenticate, tokenAuthentication } from './authenticate.ts';
import { authorization, clientLookup } from './authorize.ts';
import { type BodyRule, bodyReader } from './body.ts';
import { errorFrame } from './error-frame.ts';
import { InvalidRequest } from './errors.ts';
import { getJson } from './get-json.ts';
import { issuerKeys } from './key-set.ts';
import { type DoorMiddleware, type FunctionContext, type HttpEvent, openVisit, type Visit } from './visit.ts';

export { type Answer, answer } from './answer.ts';

/** A request without anything known of its caller. `deadlineMs`: the answer must be on its way by then. */
export interface PublicCall extends Pick<Visit, 'event' | 'requestId' | 'method' | 'headers' | 'path' | 'query'> {
  readonly deadlineMs: number;
}

/** A request of somebody with a valid token. */
export interface OperatorCall extends PublicCall {
  readonly subject: string;
  readonly scopes: readonly string[];
  /** A JSON object, or `undefined` where the door lets it be absent or does not look at it. */
  readonly body: unknown;
}

/** A request of a client that the configuration knows. */
export interface ClientCall extends OperatorCall {
  readonly client: ClientConfig;
}

/** Whom a door lets in, and what it reads. */
export interface DoorOptions {
  /** A scope the token must have. */
  readonly scope?: string;
  /** Default `none`. */
  readonly body?: BodyRule;
}

/** A Lambda handler behind an HTTP API with payload format 2.0. */
export type HttpHandler = (event: HttpEvent, context: FunctionContext) => Promise<HttpResponse>;

/** What a door touches; functions leave it out and get the process's own. */
export interface DoorOutside {
  authenticate(): Authenticate;
  config(): Pick<Config, 'clients'>;
  reporter(): FunctionReporter;
  readonly clock: Clock;
}

/**
 * A door for clients: token, scope, client, size, JSON, then `flow`; errors in the frame.
 *
 * @example
 * export const handler = httpDoor({ scope: 'transfers:write', body: 'json' }, async ({ client, body }) => answer(202, …));
 */
export function httpDoor(
  options: DoorOptions,
  flow: (call: ClientCall) => Promise<Answer>,
  outside: DoorOutside = ownOutside,
): HttpHandler {
  const steps = [
    authorization(() => outside.authenticate(), options.scope),
    clientLookup(() => outside.config()),
    bodyReader(options.body ?? 'none'),
  ];
  return handlerOf(steps, (visit, deadlineMs) => flow(clientCall(visit, deadlineMs)), outside);
}

/** The same for operators: a token with the scope is enough, its subject need not be a client. */
export function operatorDoor(
  options: DoorOptions & { readonly scope: string },
  flow: (call: OperatorCall) => Promise<Answer>,
  outside: DoorOutside = ownOutside,
): HttpHandler {
  const steps = [authorization(() => outside.authenticate(), options.scope), bodyReader(options.body ?? 'none')];
  return handlerOf(steps, (visit, deadlineMs) => flow(operatorCall(visit, deadlineMs)), outside);
}

/** The same for everybody: no token is asked for, and no body read. */
export function publicDoor(
  flow: (call: PublicCall) => Promise<Answer>,
  outside: Pick<DoorOutside, 'reporter' | 'clock'> = ownOutside,
): HttpHandler {
  return handlerOf([bodyReader('none')], (visit, deadlineMs) => flow(publicCall(visit, deadlineMs)), outside);
}

/** The caller gets an answer in the frame this long before Lambda would cut the function off without one. */
const answerBeforeEndMs = 250;
/** Where the context says nothing, as in a test. */
const assumedRemainingMs = 10_000;

function handlerOf(
  steps: DoorMiddleware[],
  flow: (visit: Visit, deadlineMs: number) => Promise<Answer>,
  outside: Pick<DoorOutside, 'reporter' | 'clock'>,
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

function publicCall({ event, requestId, method, headers, path, query }: Visit, deadlineMs: number): PublicCall {
  return { event, requestId, method, headers, path, query, deadlineMs };
}

function operatorCall(visit: Visit, deadlineMs: number): OperatorCall {
  if (visit.caller === undefined) throw new Error('a door let somebody in without asking who it is');
  return { ...publicCall(visit, deadlineMs), ...visit.caller, body: visit.body };
}

function clientCall(visit: Visit, deadlineMs: number): ClientCall {
  if (visit.client === undefined) throw new Error('a door let somebody in whom the configuration does not know');
  return { ...operatorCall(visit, deadlineMs), client: visit.client };
}

const keySetLimits = { timeoutMs: 3_000, maxBytes: 262_144 };
let authenticate: Authenticate | undefined;

const ownOutside: DoorOutside = {
  authenticate() {
    authenticate ??= tokenAuthentication({
      issuer: environment.authIssuer,
      audience: environment.authAudience,
      keys: issuerKeys(() => getJson(environment.authJwksUrl, keySetLimits), systemClock),
      clock: systemClock,
    });
    return authenticate;
  },
  config: () => ({ clients: ownConcern('clients', clients) }),
  reporter,
  clock: systemClock,
};
