const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** A day of the week, as configuration names it. */
export type Weekday = (typeof days)[number];

/** The clock on the wall of a time zone. */
export interface LocalTime {
  readonly day: Weekday;
  readonly minuteOfDay: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** What the clocks show in an IANA zone, summer time included. @throws RangeError for a zone this runtime does not know */
export function localTimeIn(zone: string, epochMs: number): LocalTime {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    formats.set(zone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(epochMs).map(({ type, value }) => [type, value]));
  return {
    day: parts['weekday']?.toLowerCase() as Weekday,
    minuteOfDay: Number(parts['hour']) * 60 + Number(parts['minute']),
  };
}

/** The day before. */
export function dayBefore(day: Weekday): Weekday {
  return days[(days.indexOf(day) + 6) % 7] as Weekday;
}
