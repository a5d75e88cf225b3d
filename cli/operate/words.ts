import { UsageError } from '../partner-api/io.ts';

/** A moment as people and programs read it: ISO 8601, whole seconds where it is one. */
export function momentText(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('.000Z', 'Z');
}

/** A span in the largest unit that fits: `45s`, `12m`, `3h`, `2d`. */
export function spanText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The milliseconds of `90s`, `10m`, `1h` or `2d`. @throws UsageError naming the option */
export function spanMs(text: string, option: string): number {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined)
    throw new UsageError(`${option} is no span such as 90s, 10m or 1h: ${text}`);
  return Number(count) * (unitMs[unit] as number);
}

/** A whole number from `least` on. @throws UsageError naming the option */
export function wholeNumberFrom(least: number, text: string, option: string): number {
  if (!/^\d{1,6}$/.test(text) || Number(text) < least)
    throw new UsageError(`${option} is no whole number from ${least} on: ${text}`);
  return Number(text);
}
