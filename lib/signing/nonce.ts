/**
 * Nonces that strictly grow within one process and, as long as the clock does not go back, over its restarts
 * (reference 2.1 and 11.6). They start at the clock's microseconds, so one process could sign a million requests a
 * second for ever without overtaking a later start. Several processes with one API key must use timestamps instead.
 * @param clock milliseconds since 1970.
 */
export function createNonceSource(clock: () => number = Date.now): () => bigint {
  let last = 0n;
  return () => {
    const fromClock = BigInt(Math.floor(clock())) * 1000n;
    last = fromClock > last ? fromClock : last + 1n;
    return last;
  };
}
