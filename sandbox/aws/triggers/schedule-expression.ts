import { Cron } from 'croner';

/** When a schedule is due, independent of any clock. */
export interface ScheduleExpression {
  /**
   * The first time later than `after`, in milliseconds since 1970; undefined when there is none any more. `startMs` is
   * when the schedule was made, from which a rate counts.
   */
  nextMs(afterMs: number, startMs: number): number | undefined;
}

const unitMs: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** A schedule that is due every `everyMs`. */
export function everyMs(periodMs: number): ScheduleExpression {
  return {
    nextMs: (afterMs, startMs) => startMs + (Math.floor(Math.max(0, afterMs - startMs) / periodMs) + 1) * periodMs,
  };
}

/**
 * Reads EventBridge's `rate(value unit)` and `cron(minutes hours day-of-month month day-of-week year)`.
 *
 * Throws a `RangeError` that says what is wrong. A cron expression is evaluated in `timezone` (UTC when undefined). One
 * difference: a time that a change to summer time leaves out is moved to the end of the gap, where AWS skips it.
 *
 * @example parseScheduleExpression('cron(0 8 ? * MON-FRI *)', 'Europe/Berlin')
 */
export function parseScheduleExpression(expression: string, timezone?: string): ScheduleExpression {
  const rate = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(expression);
  if (rate) return readRate(expression, Number(rate[1]), rate[2] as string, rate[3] === 's');
  const cron = /^cron\(([^)]*)\)$/.exec(expression);
  if (!cron) throw new RangeError(`"${expression}" is neither rate(...) nor cron(...)`);
  return readCron(expression, (cron[1] as string).trim().split(/\s+/), timezone ?? 'UTC');
}

function readRate(expression: string, value: number, unit: string, plural: boolean): ScheduleExpression {
  if (value < 1) throw new RangeError(`"${expression}" must have a positive value`);
  // AWS refuses rate(1 minutes) and rate(5 minute), so a file that has one would fail only when deployed.
  if (plural !== value > 1) throw new RangeError(`"${expression}" must say ${unit}${value > 1 ? 's' : ''}`);
  return everyMs(value * (unitMs[unit] as number));
}

interface Field {
  name: string;
  pattern: RegExp;
  last: number;
}

const months = 'JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC';
const days = 'SUN|MON|TUE|WED|THU|FRI|SAT';

/** Each part of a list: a value or a range, with an optional step, plus the letters the field allows. */
function field(name: string, last: number, value: string, letters = ''): Field {
  const item = `(?:(?:\\*|(?:${value})(?:-(?:${value}))?)(?:/\\d+)?${letters})`;
  return { name, last, pattern: new RegExp(`^${item}(?:,${item})*$`, 'i') };
}

const fields: readonly Field[] = [
  field('minutes', 59, '\\d{1,2}'),
  field('hours', 23, '\\d{1,2}'),
  field('day-of-month', 31, '\\d{1,2}', '|\\?|L|LW|\\d{1,2}W'),
  field('month', 12, `\\d{1,2}|${months}`),
  field('day-of-week', 7, `[1-7]|${days}`, `|\\?|L|(?:[1-7]|${days})(?:L|#[1-5])`),
  field('year', 2199, '\\d{4}'),
];

function readCron(expression: string, parts: string[], timezone: string): ScheduleExpression {
  if (parts.length !== fields.length) throw new RangeError(`"${expression}" must have six fields`);
  const converted = parts.map((part, index) => convertField(expression, part, fields[index] as Field));
  // EventBridge wants exactly one of the two days left open with "?".
  if ((parts[2] === '?') === (parts[4] === '?')) {
    throw new RangeError(`"${expression}" must have "?" for exactly one of day-of-month and day-of-week`);
  }
  const cron = makeCron(expression, converted, timezone);
  return { nextMs: (afterMs) => cron.nextRun(new Date(afterMs))?.getTime() };
}

function makeCron(expression: string, parts: string[], timezone: string): Cron {
  // EventBridge counts weekdays from Sunday = 1, which croner calls alternative weekdays.
  const options = { timezone, mode: '7-part', alternativeWeekdays: true, paused: true } as const;
  try {
    const cron = new Cron(`0 ${parts.join(' ')}`, options);
    cron.nextRun(new Date(0));
    return cron;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RangeError(`"${expression}" in ${timezone}: ${reason}`, { cause: error });
  }
}

/** From EventBridge's notation to croner's, which writes `*` for `?`, `5-59/15` for `5/15` and `7` for a bare `L`. */
function convertField(expression: string, part: string, { name, pattern, last }: Field): string {
  if (!pattern.test(part)) throw new RangeError(`"${expression}": ${name} cannot be "${part}"`);
  if (part === '?') return '*';
  if (name === 'day-of-week' && part.toUpperCase() === 'L') return '7';
  return part
    .split(',')
    .map((item) => item.replace(/^(\w+)\/(\d+)$/, `$1-${last}/$2`))
    .join(',');
}
