import { describe, expect, it } from 'vitest';
import { everyMs, parseScheduleExpression } from '../../../sandbox/aws/triggers/schedule-expression.ts';

/** The next `count` times after `from`, as ISO texts to the minute. */
function times(expression: string, from: string, count: number, timezone?: string): string[] {
  const schedule = parseScheduleExpression(expression, timezone);
  const startMs = Date.parse(from);
  const found: string[] = [];
  let afterMs = startMs;
  while (found.length < count) {
    const nextMs = schedule.nextMs(afterMs, startMs);
    if (nextMs === undefined) break;
    found.push(new Date(nextMs).toISOString().slice(0, 16));
    afterMs = nextMs;
  }
  return found;
}

describe('a rate', () => {
  it('counts from the start of the schedule', () => {
    const start = '2026-01-01T00:00:30Z';
    expect(times('rate(5 minutes)', start, 2)).toEqual(['2026-01-01T00:05', '2026-01-01T00:10']);
    expect(times('rate(1 hour)', start, 1)).toEqual(['2026-01-01T01:00']);
    expect(times('rate(2 days)', start, 2)).toEqual(['2026-01-03T00:00', '2026-01-05T00:00']);
  });

  it('makes up for missed times once', () => {
    expect(everyMs(1000).nextMs(10_500, 0)).toBe(11_000);
  });

  it.each([
    'rate(0 minutes)',
    'rate(1 minutes)',
    'rate(5 minute)',
    'rate(1 week)',
    'rate(1.5 hours)',
    'rate(-1 hours)',
  ])('is refused as AWS refuses it: %s', (expression) =>
    expect(() => parseScheduleExpression(expression)).toThrow(RangeError),
  );
});

describe('a cron expression of EventBridge', () => {
  const monday = '2026-06-01T00:00:00Z';

  it.each([
    ['cron(0 8 ? * MON-FRI *)', ['2026-06-01T08:00', '2026-06-02T08:00']],
    // Weekdays count from Sunday = 1, so 2-6 is Monday to Friday.
    ['cron(0 8 ? * 2-6 *)', ['2026-06-01T08:00', '2026-06-02T08:00']],
    ['cron(0 8 ? * 1 *)', ['2026-06-07T08:00', '2026-06-14T08:00']],
    ['cron(0/15 10 * * ? *)', ['2026-06-01T10:00', '2026-06-01T10:15']],
    ['cron(10/20 * * * ? *)', ['2026-06-01T00:10', '2026-06-01T00:30']],
    ['cron(0 12 L * ? *)', ['2026-06-30T12:00', '2026-07-31T12:00']],
    ['cron(0 12 ? * L *)', ['2026-06-06T12:00', '2026-06-13T12:00']],
    ['cron(0 12 ? * 6L *)', ['2026-06-26T12:00', '2026-07-31T12:00']],
    ['cron(0 12 ? * FRI#2 *)', ['2026-06-12T12:00', '2026-07-10T12:00']],
    // The 15th of August 2026 is a Saturday.
    ['cron(0 12 15W AUG ? *)', ['2026-08-14T12:00', '2027-08-16T12:00']],
    ['cron(30 6 1 JAN,JUL ? 2026-2027)', ['2026-07-01T06:30', '2027-01-01T06:30']],
    ['cron(0 0 1 1 ? 2027)', ['2027-01-01T00:00']],
    ['cron(0 0 1 1 ? 2025)', []],
  ])('%s', (expression, expected) => {
    expect(times(expression, monday, 2)).toEqual(expected);
  });

  it('is read in its time zone, over a change of the clocks', () => {
    const expression = 'cron(0 8 ? * * *)';
    expect(times(expression, '2026-03-28T00:00:00Z', 3, 'Europe/Berlin')).toEqual([
      '2026-03-28T07:00',
      '2026-03-29T06:00',
      '2026-03-30T06:00',
    ]);
    expect(times(expression, '2026-10-24T00:00:00Z', 2, 'Europe/Berlin')).toEqual([
      '2026-10-24T06:00',
      '2026-10-25T07:00',
    ]);
  });

  it('runs once at a time that occurs twice', () => {
    expect(times('cron(30 2 * * ? *)', '2026-10-24T12:00:00Z', 2, 'Europe/Berlin')).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ]);
  });

  it.each([
    'cron(0 8 * * *)',
    'cron(0 8 * * * *)',
    'cron(0 8 ? * ? *)',
    'cron(60 8 ? * * *)',
    'cron(0 24 ? * * *)',
    'cron(0 8 ? * 8 *)',
    'cron(0 8 ? * 0 *)',
    'cron(0 8 ? 13 * *)',
    'cron(0 8 32 * ? *)',
    'cron(0 8 ? * MUN *)',
    'cron(? 8 ? * * *)',
    'cron(0 8 ? * * 26)',
    'cron()',
    'every minute',
  ])('is refused: %s', (expression) => {
    expect(() => parseScheduleExpression(expression)).toThrow(RangeError);
  });

  it('is refused in a time zone that does not exist', () => {
    expect(() => parseScheduleExpression('cron(0 8 ? * * *)', 'Europe/Nowhere')).toThrow(/Europe\/Nowhere/);
  });
});
