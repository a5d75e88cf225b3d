import { systemClock } from '../clock.ts';
import { type ClientConfig, clients } from '../config/clients.ts';
import type { Config } from '../config/concerns.ts';
import { ownConcern } from '../config/load-concern.ts';
import { environment } from '../environment.ts';
import { reporter } from '../reporter.ts';
import type { Answer } from './answer.ts';
import { type Authenticate, tokenAuthentication } from './authenticate.ts';
import { authorization, clientLookup } from './authorize.ts';
import { type BodyRule, bodyReader } from './body.ts';
import { getJson } from './get-json.ts';
import { issuerKeys } from './key-set.ts';
import { type FrameOutside, framed, type HttpHandler, type PublicCall, publicCall } from './public-door.ts';
import type { Visit } from './visit.ts';

export { type Answer, answer } from './answer.ts';
export { type HttpHandler, type PublicCall, publicDoor } from './public-door.ts';

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

/** What a door touches; functions leave it out and get the process's own. */
export interface DoorOutside extends FrameOutside {
  authenticate(): Authenticate;
  config(): Pick<Config, 'clients'>;
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
  return framed(steps, (visit, deadlineMs) => flow(clientCall(visit, deadlineMs)), outside);
}

/** The same for operators: a token with the scope is enough, its subject need not be a client. */
export function operatorDoor(
  options: DoorOptions & { readonly scope: string },
  flow: (call: OperatorCall) => Promise<Answer>,
  outside: DoorOutside = ownOutside,
): HttpHandler {
  const steps = [authorization(() => outside.authenticate(), options.scope), bodyReader(options.body ?? 'none')];
  return framed(steps, (visit, deadlineMs) => flow(operatorCall(visit, deadlineMs)), outside);
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
