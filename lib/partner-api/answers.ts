import {
  AuthenticationError,
  BadRequestError,
  ConflictError,
  ForbiddenError,
  MethodNotAllowedError,
  NotFoundError,
  type PartnerApiError,
  type PartnerApiErrorDetails,
  RateLimitedError,
  ServerFaultError,
  UnreadableAnswerError,
} from './errors.ts';
import { isJsonObject, type JsonObject, parseJson } from './json.ts';
import type { TransportAnswer } from './transport.ts';

type ErrorClass = new (message: string, details?: PartnerApiErrorDetails) => PartnerApiError;

/**
 * What these say of the effect counts only in the API's own frame. A proxy may answer any of them after the API has acted:
 * a 404 or 502 when its upstream broke off, a 401 or 429 of its own for the second half of an exchange.
 */
const inTheFrame: Record<number, ErrorClass> = {
  400: BadRequestError,
  404: NotFoundError,
  409: ConflictError,
  401: AuthenticationError,
  403: ForbiddenError,
  405: MethodNotAllowedError,
  429: RateLimitedError,
};

/** The longest `Retry-After` that is believed; a later one is cut to it. */
export const longestRetryAfterMs = 24 * 60 * 60_000;

/** The object in a 2xx answer. @throws {UnreadableAnswerError} when there is none: what it says is not known then. */
export function readSuccess(operation: string, answer: TransportAnswer): JsonObject {
  const value = parsed(answer.body);
  if (isJsonObject(value)) return value;
  const { status } = answer;
  throw new UnreadableAnswerError(`${operation}: the answer ${status} is not a JSON object`, { status });
}

/** The typed error of an answer that is no success (reference 3; design: what an attempt came to). */
export function errorOf(operation: string, answer: TransportAnswer, nowMs: number): PartnerApiError {
  const { status } = answer;
  const frame = errorFrame(answer);
  const details = { status, reason: frame?.reason, retryAfterMs: retryAfterMs(answer.headers['retry-after'], nowMs) };
  const said = frame === undefined ? '' : ` ${frame.reason ?? frame.msg}`;
  const message = `${operation}: the Partner API answered ${status}${said}`;
  const known = frame === undefined ? undefined : inTheFrame[status];
  const Class = known ?? (status >= 500 ? ServerFaultError : UnreadableAnswerError);
  return new Class(message, details);
}

/** The API's error frame (reference 3.1, K4): `code` an integer or a numeric text that repeats the HTTP status. */
function errorFrame(answer: TransportAnswer): { msg: string; reason?: string } | undefined {
  const value = parsed(answer.body);
  if (!isJsonObject(value) || typeof value['msg'] !== 'string') return undefined;
  const { code, msg, detail } = value;
  if ((typeof code !== 'number' && typeof code !== 'string') || Number(code) !== answer.status) return undefined;
  const reason = isJsonObject(detail) && typeof detail['reason'] === 'string' ? detail['reason'] : undefined;
  return reason === undefined ? { msg: shortened(msg) } : { msg: shortened(msg), reason: shortened(reason) };
}

/** Reasons are kept, told and logged: one that is too long to be a reason is cut. */
const longestReason = 255;

function shortened(text: string): string {
  return text.length > longestReason ? `${text.slice(0, longestReason - 1)}…` : text;
}

function parsed(body: string): unknown {
  try {
    return parseJson(body);
  } catch {
    return undefined;
  }
}

/** `Retry-After` in milliseconds, from seconds or an HTTP date; undefined when absent or unreadable. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const seconds = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(seconds, 0), longestRetryAfterMs);
}
