/** Time as the API's server has it, learned from the `Date` of its answers. */
export interface ServerClock {
  /** Milliseconds since 1970 on this machine, uncorrected. */
  localMs(): number;
  /** What must be added to the local clock, in milliseconds. */
  correctionMs(): number;
  /**
   * Learns from one answer: its `date` header, and the local times the request was sent and answered.
   * Returns whether the correction changed, that is whether signing once more can help.
   */
  learn(date: string | undefined, sentAtMs: number, answeredAtMs: number): boolean;
}

/** `Date` counts whole seconds and the way of the answer is unknown: differences up to this are noise. */
const noiseMs = 2000;
/** An answer that took longer than this says too little about when it was written. */
const longestExchangeMs = 10_000;

/**
 * A clock that follows the server's within `maxCorrectionMs`. A larger difference is not corrected: a machine or a
 * server that is off by a day must be seen, and a timestamp far ahead would be a signature that is valid later.
 */
export function createServerClock(clock: () => number, maxCorrectionMs: number): ServerClock {
  let correctionMs = 0;
  return {
    localMs: clock,
    correctionMs: () => correctionMs,
    learn(date, sentAtMs, answeredAtMs) {
      const serverMs = date === undefined ? Number.NaN : Date.parse(date);
      if (Number.isNaN(serverMs) || answeredAtMs - sentAtMs > longestExchangeMs) return false;
      // The answer was written at some moment of the exchange, and of the second its header names: take both middles.
      const measuredMs = serverMs + 500 - (sentAtMs + answeredAtMs) / 2;
      if (Math.abs(measuredMs) > maxCorrectionMs) return false;
      const learned = Math.abs(measuredMs) <= noiseMs ? 0 : Math.round(measuredMs);
      const changed = Math.abs(learned - correctionMs) > noiseMs;
      if (changed || learned === 0) correctionMs = learned;
      return changed;
    },
  };
}
