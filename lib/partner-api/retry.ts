import type { PartnerApiError } from './errors.ts';

/** How reads are repeated. */
export interface RetryPolicy {
  /** Attempts in all, the first included. */
  attempts: number;
  /** The longest single wait; an API that asks for more gets no further attempt. */
  longestWaitMs: number;
  /** From 0 to below 1. */
  random: () => number;
  sleep: (ms: number) => Promise<void>;
}

const firstWaitMs = 500;

/**
 * How long to wait before attempt number `next` (2, 3, …), or undefined when there is none: 0.5 s doubled each time,
 * of which a random half is taken so that callers do not come back together; `Retry-After` where the API gave one
 * (reference 11, rate limits).
 */
export function waitBeforeRetryMs(error: PartnerApiError, next: number, policy: RetryPolicy): number | undefined {
  if (next > policy.attempts || !mayPass(error)) return undefined;
  if (error.retryAfterMs !== undefined) {
    return error.retryAfterMs > policy.longestWaitMs ? undefined : error.retryAfterMs;
  }
  const backOffMs = Math.min(firstWaitMs * 2 ** (next - 2), policy.longestWaitMs);
  return Math.round(backOffMs * (0.5 + policy.random() / 2));
}

/** Whoever answered these, in the API's frame or not, will answer the same again. */
const decided: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 409]);

/** Whether the same read may succeed later: not what the API refused, what the caller ended, or what needs a person. */
function mayPass(error: PartnerApiError): boolean {
  if (error.status !== undefined && decided.has(error.status)) return false;
  return error.effect === 'unknown' || error.code === 'rate_limited' || error.code === 'not_connected';
}
