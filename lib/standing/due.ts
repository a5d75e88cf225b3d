import { type Cron, isDueAt, type WallTime } from './cron.ts';

const minuteMs = 60_000;
/** Clocks that are put back show the same time again after an hour, or half an hour on Lord Howe Island. */
const repeatsAfterMs = [60 * minuteMs, 30 * minuteMs];

/** What the wall clock of a zone shows. */
export type WallClock = (epochMs: number) => WallTime;

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** The wall clock of a zone with an IANA name. @throws RangeError for a zone nobody knows */
export function wallClock(timeZone: string): WallClock {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  return (epochMs) => {
    const parts = new Map(format.formatToParts(epochMs).map(({ type, value }) => [type, value]));
    const number = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type));
    return {
      year: number('year'),
      month: number('month'),
      day: number('day'),
      weekday: weekdays.indexOf(parts.get('weekday') ?? '') + 1,
      hour: number('hour'),
      minute: number('minute'),
    };
  };
}

/**
 * The latest moment at which something was due: at or before now, and less than `withinMs` ago. `undefined` when there is
 * none. A wall time that a change of clocks leaves out is not due; one that it repeats is due the first time only, so that
 * a monthly payment is not made twice in one night.
 *
 * @param withinMs at most a day: each minute of it is looked at
 */
export function latestDueMs(cron: Cron, clock: WallClock, nowMs: number, withinMs: number): number | undefined {
  const newest = Math.floor(nowMs / minuteMs) * minuteMs;
  for (let atMs = newest; nowMs - atMs < Math.min(withinMs, 24 * 60 * minuteMs); atMs -= minuteMs) {
    if (isDueAt(cron, clock(atMs)) && !isRepeat(clock, atMs)) return atMs;
  }
  return undefined;
}

function isRepeat(clock: WallClock, atMs: number): boolean {
  const shown = JSON.stringify(clock(atMs));
  return repeatsAfterMs.some((ms) => JSON.stringify(clock(atMs - ms)) === shown);
}
