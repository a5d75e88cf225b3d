import { equal, fits, matches, oneOf, unmet } from './expect.ts';
import type { Answer, Json } from './raw-client.ts';

const statusTexts: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  429: 'Too Many Requests',
};

/** `{"code":200,"msg":"OK"}` (reference 3.1). */
export const okFrame = { code: 200, msg: 'OK' };

/** The frame of an accepted deletion: the HTTP status is 202, and which of the two `code` repeats is not written. */
export const acceptedFrame = { code: oneOf(200, 202), msg: 'OK' };

function isJson(answer: Answer): void {
  matches(answer.headers['content-type'], fits(/^application\/json\b/), 'content-type');
  if (answer.body === undefined) unmet('body', 'JSON', answer.text);
}

/** The body of a success; anything else fails the check. */
export function ok(answer: Answer, status = 200): Json {
  if (answer.status !== status) unmet('status', String(status), `${answer.status} ${answer.text}`);
  isJson(answer);
  return answer.body;
}

/** A success whose body matches; gives the body back. */
export function okWith(answer: Answer, expected: unknown, status = 200): Json {
  const body = ok(answer, status);
  matches(body, expected);
  return body;
}

/** The error frame of reference 3.1 with one of the reasons of 3.4 (several where the reference leaves the name open). */
export function refused(answer: Answer, status: number, ...reasons: readonly string[]): void {
  if (answer.status !== status) unmet('status', String(status), `${answer.status} ${answer.text}`);
  isJson(answer);
  const reason = answer.body.detail?.reason;
  const expected = reasons.length > 0 && reasons.includes(reason) ? reason : reasons[0];
  const detail = expected === undefined ? {} : { detail: { reason: expected } };
  matches(answer.body, { code: status, msg: statusTexts[status], ...detail });
}

/** 401 `errPartnerAuth` with a reason of reference 2.6. */
export function notAdmitted(answer: Answer, reason: string): void {
  equal(answer.status, 401, 'status');
  isJson(answer);
  matches(answer.body, { code: 401, msg: 'errPartnerAuth', detail: { reason } });
}

/** 405 in the error frame; `Allow` names exactly these methods. */
export function notAllowed(answer: Answer, ...methods: readonly string[]): void {
  refused(answer, 405);
  const allow = String(answer.headers['allow'] ?? '')
    .split(',')
    .map((method) => method.trim())
    .filter((method) => method !== '' && method !== 'HEAD' && method !== 'OPTIONS');
  equal(allow.sort(), [...methods].sort(), 'allow');
}

/** 400 for a member that is missing; the reason may name it with or without the object it is in. */
export function missing(answer: Answer, name: string): void {
  refused(answer, 400, `missing field: ${name}`, `missing field: ${lastPart(name)}`);
}

/** 400 for a member of the wrong type or range. */
export function invalid(answer: Answer, name: string): void {
  refused(answer, 400, `invalid field: ${name}`, `invalid field: ${lastPart(name)}`);
}

function lastPart(name: string): string {
  return name.split('.').at(-1) ?? name;
}
