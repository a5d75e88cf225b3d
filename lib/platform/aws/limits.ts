/**
 * The bounds on every request to AWS: three tries of at most 4 s each, a second of it for the connection. A function that
 * waits longer than that for its own table had better give up and be called again.
 */
export const awsRequestLimits = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 4_000, throwOnRequestTimeout: true },
} as const;
