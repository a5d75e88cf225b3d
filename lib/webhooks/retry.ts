/** When a webhook that was not taken is tried again. */

const minute = 60_000;
/** Waits after the first, second, … failure; the last one repeats until the retry period is over. */
const waitsMs = [5_000, 30_000, 2 * minute, 10 * minute, 30 * minute, 60 * minute, 2 * 60 * minute];
/** An event that no attempt delivered within this time of its first attempt is given up, with an alarm. */
export const retryPeriodMs = 24 * 60 * minute;

/** The wait after this many failures, with up to a fifth added at random so that endpoints are not hit in step. */
export function retryWaitMs(failures: number, fraction: number): number {
  const wait = waitsMs[Math.min(failures, waitsMs.length) - 1] ?? 5_000;
  return Math.round(wait * (1 + fraction / 5));
}
