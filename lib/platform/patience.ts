/**
 * How long a function waits for the Partner API. One request, and for reads one more: both fit into a worker's time-out
 * with room for the table.
 */
export const requestTimeoutMs = 8_000;
/** Attempts for reads, the first included. */
export const readAttempts = 2;
/** The longest wait between two of them. */
export const longestWaitMs = 2_000;

/** The longest one read can take, repeated as it may be. Who begins one with less time ahead is cut off in the middle. */
export const longestReadMs = readAttempts * requestTimeoutMs + (readAttempts - 1) * longestWaitMs;

/** The longest that what an answer said takes to be recorded. */
const recordMs = 4_000;

/** The last moment at which a read may be begun that is to be over, and its answer recorded, by `deadlineMs`. */
export function lastReadMs(deadlineMs: number): number {
  return deadlineMs - longestReadMs - recordMs;
}

/** Before which moment a request must be signed that is to be over, and its answer recorded, by `deadlineMs`. */
export function signByMs(deadlineMs: number): number {
  return deadlineMs - requestTimeoutMs - longestWaitMs - recordMs;
}
