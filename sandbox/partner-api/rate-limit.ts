import { ApiError } from './errors.ts';

/** Requests per second and how many may come at once. */
export interface RateLimit {
  readonly perSecond: number;
  readonly burst: number;
}

/** A token bucket per API key (reference 11). */
export class RateLimiter {
  readonly #limit: RateLimit;
  readonly #buckets = new Map<string, { tokens: number; atMs: number }>();

  constructor(limit: RateLimit) {
    this.#limit = limit;
  }

  /** Takes one token at `nowMs`, or throws 429 with `Retry-After` in whole seconds. */
  take(keyId: string, nowMs: number): void {
    const { perSecond, burst } = this.#limit;
    const bucket = this.#buckets.get(keyId) ?? { tokens: burst, atMs: nowMs };
    const elapsedSeconds = Math.max(0, nowMs - bucket.atMs) / 1000;
    const tokens = Math.min(burst, bucket.tokens + elapsedSeconds * perSecond);
    const isAllowed = tokens >= 1;
    this.#buckets.set(keyId, { tokens: isAllowed ? tokens - 1 : tokens, atMs: nowMs });
    if (isAllowed) return;
    const waitSeconds = Math.max(1, Math.ceil((1 - tokens) / perSecond));
    throw new ApiError(429, 'rate limit', { headers: { 'retry-after': String(waitSeconds) } });
  }
}
