/**
 * The cron expressions of EventBridge Scheduler: `cron(minutes hours day-of-month month day-of-week year)`, with `?` for
 * exactly one of the two days, weekdays counted from Sunday = 1, and `L`, `W` and `#`.
 */

/** A wall clock, as a zone shows it. Months and days from 1, weekdays from Sunday = 1. */
export interface WallTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
}

type Day = Pick<WallTime, 'year' | 'month' | 'day' | 'weekday'>;
type DayRule = (day: Day) => boolean;

/** When something is due, by the wall clock. */
export interface Cron {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  /** Whether anything is due on a day. */
  readonly isDayDue: DayRule;
}

interface Field {
  readonly name: string;
  readonly first: number;
  readonly last: number;
  readonly names?: readonly string[];
}

const monthNames = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const weekdayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const fields = {
  minutes: { name: 'minutes', first: 0, last: 59 },
  hours: { name: 'hours', first: 0, last: 23 },
  dayOfMonth: { name: 'day-of-month', first: 1, last: 31 },
  month: { name: 'month', first: 1, last: 12, names: monthNames },
  dayOfWeek: { name: 'day-of-week', first: 1, last: 7, names: weekdayNames },
  year: { name: 'year', first: 1970, last: 2199 },
} as const satisfies Record<string, Field>;

/** Reads an expression. @throws RangeError that says which field is wrong */
export function parseCron(expression: string): Cron {
  const inner = /^cron\(([^()]{1,200})\)$/.exec(expression)?.[1];
  if (inner === undefined) throw new RangeError('is not cron(minutes hours day-of-month month day-of-week year)');
  const parts = inner.trim().split(/\s+/);
  const [minutes, hours, dayOfMonth, month, dayOfWeek, year] = parts;
  if (year === undefined || dayOfWeek === undefined || dayOfMonth === undefined || parts.length !== 6)
    throw new RangeError('must have six fields');
  if ((dayOfMonth === '?') === (dayOfWeek === '?'))
    throw new RangeError('must have ? for exactly one of day-of-month and day-of-week');
  const months = setOf(fields.month, month as string);
  const years = setOf(fields.year, year);
  const rule = dayOfMonth === '?' ? weekdayRule(dayOfWeek) : monthDayRule(dayOfMonth);
  return {
    minutes: setOf(fields.minutes, minutes as string),
    hours: setOf(fields.hours, hours as string),
    isDayDue: (day) => years.has(day.year) && months.has(day.month) && rule(day),
  };
}

/** Whether it is due in the minute of this wall time. */
export function isDueAt(cron: Cron, time: WallTime): boolean {
  return cron.minutes.has(time.minute) && cron.hours.has(time.hour) && cron.isDayDue(time);
}

/** Whether there is any day on which it is due, such as there is none for the 31st of February. */
export function isEverDue(cron: Cron): boolean {
  for (let year = fields.year.first; year <= fields.year.last; year++) {
    for (let month = 1; month <= 12; month++) {
      for (let day = 1; day <= daysIn(year, month); day++) {
        if (cron.isDayDue({ year, month, day, weekday: weekdayOf(year, month, day) })) return true;
      }
    }
  }
  return false;
}

function setOf(field: Field, text: string): ReadonlySet<number> {
  return new Set(text.split(',').flatMap((item) => valuesOf(field, item)));
}

function valuesOf(field: Field, item: string): number[] {
  const [, from, to, step] = /^(\*|[A-Za-z]{3}|\d{1,4})(?:-([A-Za-z]{3}|\d{1,4}))?(?:\/(\d{1,4}))?$/.exec(item) ?? [];
  if (from === undefined || (from === '*' && to !== undefined)) throw wrong(field, item);
  const start = from === '*' ? field.first : numberOf(field, from);
  const isOpen = from === '*' || (step !== undefined && to === undefined);
  const end = to !== undefined ? numberOf(field, to) : isOpen ? field.last : start;
  const stride = step === undefined ? 1 : Number(step);
  if (stride < 1 || end < start) throw wrong(field, item);
  const values: number[] = [];
  for (let value = start; value <= end; value += stride) values.push(value);
  return values;
}

function numberOf(field: Field, text: string): number {
  const named = field.names?.indexOf(text.toUpperCase()) ?? -1;
  const value = named >= 0 ? named + field.first : /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= field.first && value <= field.last)) throw wrong(field, text);
  return value;
}

function wrong(field: Field, text: string): RangeError {
  return new RangeError(`${field.name} cannot be "${text}"`);
}

function monthDayRule(text: string): DayRule {
  const rules = text.split(',').map((item): DayRule => {
    if (item === 'L') return ({ year, month, day }) => day === daysIn(year, month);
    if (item === 'LW') return (day) => day.day === nearestWeekday(day.year, day.month, daysIn(day.year, day.month));
    const nearest = /^(\d{1,2})W$/.exec(item)?.[1];
    if (nearest !== undefined) {
      const wanted = numberOf(fields.dayOfMonth, nearest);
      return ({ year, month, day }) => wanted <= daysIn(year, month) && day === nearestWeekday(year, month, wanted);
    }
    const days = new Set(valuesOf(fields.dayOfMonth, item));
    return ({ day }) => days.has(day);
  });
  return (day) => rules.some((rule) => rule(day));
}

function weekdayRule(text: string): DayRule {
  const rules = text.split(',').map((item): DayRule => {
    if (item === 'L') return ({ weekday }) => weekday === 7;
    const [, last, lastMark] = /^([A-Za-z]{3}|\d)(L)$/.exec(item) ?? [];
    if (last !== undefined && lastMark !== undefined) {
      const wanted = numberOf(fields.dayOfWeek, last);
      return ({ year, month, day, weekday }) => weekday === wanted && day + 7 > daysIn(year, month);
    }
    const [, nth, place] = /^([A-Za-z]{3}|\d)#([1-5])$/.exec(item) ?? [];
    if (nth !== undefined) {
      const wanted = numberOf(fields.dayOfWeek, nth);
      return ({ day, weekday }) => weekday === wanted && Math.ceil(day / 7) === Number(place);
    }
    const days = new Set(valuesOf(fields.dayOfWeek, item));
    return ({ weekday }) => days.has(weekday);
  });
  return (day) => rules.some((rule) => rule(day));
}

/** The weekday (Monday to Friday) nearest to a day, within its month. */
function nearestWeekday(year: number, month: number, day: number): number {
  const weekday = weekdayOf(year, month, day);
  if (weekday === 7) return day > 1 ? day - 1 : day + 2;
  if (weekday === 1) return day < daysIn(year, month) ? day + 1 : day - 2;
  return day;
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function weekdayOf(year: number, month: number, day: number): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;
}
