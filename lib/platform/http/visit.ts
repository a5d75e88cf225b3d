import type middy from '@middy/core';
import type { ClientConfig } from '../config/clients.ts';
import type { HttpResponse } from './answer.ts';
import type { Caller } from './authenticate.ts';

/** What we read of API Gateway's payload format 2.0. */
export interface HttpEvent {
  readonly rawPath: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly pathParameters?: Readonly<Record<string, string | undefined>>;
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
  readonly requestContext: {
    readonly requestId?: string;
    readonly http: { readonly method: string };
  };
}

/** What we read of Lambda's context. */
export interface FunctionContext {
  readonly awsRequestId?: string;
  readonly functionName?: string;
  getRemainingTimeInMillis?(): number;
}

/** One request on its way through the middlewares of a door; each fills in what it found. */
export interface Visit {
  readonly event: HttpEvent;
  readonly requestId: string;
  readonly method: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  caller?: Caller;
  client?: ClientConfig;
  body?: unknown;
}

/** A middleware of a door. It throws to refuse, and leaves what it found in the visit. */
export type DoorMiddleware = middy.MiddlewareObj<Visit, HttpResponse>;

/** The visit that an event begins. */
export function openVisit(event: HttpEvent, requestId: string): Visit {
  return {
    event,
    requestId,
    method: event.requestContext.http.method.toUpperCase(),
    headers: withoutGaps(event.headers, (name) => name.toLowerCase()),
    path: withoutGaps(event.pathParameters),
    query: withoutGaps(event.queryStringParameters),
  };
}

function withoutGaps(
  values: Readonly<Record<string, string | undefined>> = {},
  named: (name: string) => string = (name) => name,
): Record<string, string> {
  const present = Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(present.map(([name, value]) => [named(name), value]));
}
