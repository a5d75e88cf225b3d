/**
 * What an attempt came to. The retry policy of the caller reads only this:
 * - `refused`: the API said no, in its own error frame (400, 404, 409). Nothing happened, and asking again will not help.
 * - `notSent`: it provably had no effect: no connection was made, or the API turned it away before looking (401, 403, 405,
 *   429), or this client did not sign it at all. Asking again is safe.
 * - `unknown`: anything else. It may have had its effect; only a creation with the same `partnerTxId` may be asked again.
 */
export type Effect = 'notSent' | 'refused' | 'unknown';

/** What the API or the network told about a failed call. */
export interface PartnerApiErrorDetails {
  /** HTTP status, when there was an answer. */
  status?: number | undefined;
  /** `detail.reason` of the API's error frame (reference 3.1). */
  reason?: string | undefined;
  /** How long the API asks to wait before the next call, from `Retry-After`. */
  retryAfterMs?: number | undefined;
  cause?: unknown;
}

/**
 * Base of everything a call can throw. Messages name the operation and the API's reason, never a signature, a key or a
 * body.
 */
export abstract class PartnerApiError extends Error {
  /** One word per class; never changes. */
  abstract readonly code: string;
  abstract readonly effect: Effect;
  readonly status?: number;
  readonly reason?: string;
  readonly retryAfterMs?: number;

  constructor(message: string, details: PartnerApiErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    if (details.status !== undefined) this.status = details.status;
    if (details.reason !== undefined) this.reason = details.reason;
    if (details.retryAfterMs !== undefined) this.retryAfterMs = details.retryAfterMs;
  }
}

/** 400 in the API's frame: the request is malformed or not acceptable; `reason` says why. */
export class BadRequestError extends PartnerApiError {
  readonly code = 'bad_request';
  readonly effect = 'refused';
}

/** 404 in the API's frame: no such thing, or none that this API key may see. */
export class NotFoundError extends PartnerApiError {
  readonly code = 'not_found';
  readonly effect = 'refused';
}

/** 409 in the API's frame: it exists already. */
export class ConflictError extends PartnerApiError {
  readonly code = 'conflict';
  readonly effect = 'refused';
}

/** 401: the API key, the timestamp or the signature was not accepted, with every version of the key that could be tried. */
export class AuthenticationError extends PartnerApiError {
  readonly code = 'unauthorized';
  readonly effect = 'notSent';
}

/** 403: the API key may not do this. */
export class ForbiddenError extends PartnerApiError {
  readonly code = 'forbidden';
  readonly effect = 'notSent';
}

/** 405: the server does not know this method on this path. */
export class MethodNotAllowedError extends PartnerApiError {
  readonly code = 'method_not_allowed';
  readonly effect = 'notSent';
}

/** 429: too many requests; see `retryAfterMs`. */
export class RateLimitedError extends PartnerApiError {
  readonly code = 'rate_limited';
  readonly effect = 'notSent';
}

/** No connection was made: the name did not resolve, nobody listened, TLS failed, or connecting took too long. */
export class NotConnectedError extends PartnerApiError {
  readonly code = 'not_connected';
  readonly effect = 'notSent';
}

/** `signBeforeMs` had passed, so nothing was signed. */
export class TooLateError extends PartnerApiError {
  readonly code = 'too_late';
  readonly effect = 'notSent';
}

/** An argument cannot be sent; the message names the field. A mistake of the caller that no repetition mends. */
export class InvalidRequestError extends PartnerApiError {
  readonly code = 'invalid_request';
  readonly effect = 'notSent';
}

/** The credentials could not be had or could not sign; `cause` says why. */
export class CredentialsError extends PartnerApiError {
  readonly code = 'credentials';
  readonly effect = 'notSent';
}

/** The caller's `signal` ended the call before anything was sent. */
export class CancelledError extends PartnerApiError {
  readonly code = 'cancelled';
  readonly effect = 'notSent';
}

/** Sent, and no answer within the time, or the caller's `signal` ended the wait. */
export class TimedOutError extends PartnerApiError {
  readonly code = 'timed_out';
  readonly effect = 'unknown';
}

/** The connection broke after it was made; the request may have arrived. */
export class ConnectionLostError extends PartnerApiError {
  readonly code = 'connection_lost';
  readonly effect = 'unknown';
}

/** 5xx, with or without the API's frame. */
export class ServerFaultError extends PartnerApiError {
  readonly code = 'server_fault';
  readonly effect = 'unknown';
}

/** An answer that is not the API's: a proxy's page, a redirect, a success whose body cannot be read. */
export class UnreadableAnswerError extends PartnerApiError {
  readonly code = 'unreadable_answer';
  readonly effect = 'unknown';
}
