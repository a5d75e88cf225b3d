import { STATUS_CODES } from 'node:http';

/** What a door answers, before it becomes an HTTP response. `body` is sent as JSON; none at all when it is undefined. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer of API Gateway's payload format 2.0. */
export interface HttpResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * An answer.
 *
 * @example
 * return answer(202, instruction, { location: `/instructions/${instruction.id}` });
 */
export function answer(status: number, body?: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, body, headers };
}

/** The response for an answer. Nothing we answer may be cached: it is one client's, and changes. */
export function responseOf({ status, body, headers }: Answer): HttpResponse {
  return {
    statusCode: status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
    body: body === undefined ? '' : JSON.stringify(body),
  };
}

/** The Partner API's own error frame (reference section 3), so that one reader serves both. */
export function errorBody(status: number, reason: string, detail: Readonly<Record<string, string>> = {}): unknown {
  return { code: status, msg: STATUS_CODES[status] ?? 'Error', detail: { reason, ...detail } };
}
