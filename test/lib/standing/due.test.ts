import { describe, expect, it } from 'vitest';
import { isEverDue, parseCron } from '../../../lib/standing/cron.ts';
import { latestDueMs, wallClock } from '../../../lib/standing/due.ts';

const hourMs = 3_600_000;
const at = (text: string) => Date.parse(text);
const latest = (schedule: string, zone: string, now: string, withinMs = hourMs) => {
  const due = latestDueMs(parseCron(schedule), wallClock(zone), at(now), withinMs);
  return due === undefined ? 'none' : new Date(due).toISOString();
};

describe('a cron expression', () => {
  it.each([
    ['cron(0 9 * * ? *)', '2026-07-06T09:00:00Z', '2026-07-06T09:00:00.000Z'],
    ['cron(0 9 * * ? *)', '2026-07-06T09:59:59Z', '2026-07-06T09:00:00.000Z'],
    ['cron(0 9 * * ? *)', '2026-07-06T10:00:00Z', 'none'],
    ['cron(0 9 * * ? *)', '2026-07-06T08:59:59Z', 'none'],
    ['cron(0/15 * * * ? *)', '2026-07-06T08:44:00Z', '2026-07-06T08:30:00.000Z'],
    ['cron(5,35 8-10 ? * MON-FRI *)', '2026-07-06T08:40:00Z', '2026-07-06T08:35:00.000Z'],
    ['cron(5,35 8-10 ? * MON-FRI *)', '2026-07-05T08:40:00Z', 'none'],
    ['cron(0 9 L * ? *)', '2026-02-28T09:10:00Z', '2026-02-28T09:00:00.000Z'],
    ['cron(0 9 L * ? *)', '2028-02-28T09:10:00Z', 'none'],
    ['cron(0 9 LW * ? *)', '2026-02-27T09:10:00Z', '2026-02-27T09:00:00.000Z'],
    ['cron(0 9 15W * ? *)', '2026-08-14T09:10:00Z', '2026-08-14T09:00:00.000Z'],
    ['cron(0 9 ? * 2#1 *)', '2026-07-06T09:10:00Z', '2026-07-06T09:00:00.000Z'],
    ['cron(0 9 ? * 2#1 *)', '2026-07-13T09:10:00Z', 'none'],
    ['cron(0 9 ? * FRIL *)', '2026-07-31T09:10:00Z', '2026-07-31T09:00:00.000Z'],
    ['cron(0 9 ? * L *)', '2026-07-04T09:10:00Z', '2026-07-04T09:00:00.000Z'],
    ['cron(0 9 1 JAN ? 2027)', '2027-01-01T09:10:00Z', '2027-01-01T09:00:00.000Z'],
    ['cron(0 9 1 JAN ? 2027)', '2028-01-01T09:10:00Z', 'none'],
  ])('%s at %s was due last at %s', (schedule, now, due) => {
    expect(latest(schedule, 'UTC', now)).toBe(due);
  });

  it('is read by the wall clock of its zone, in winter and in summer', () => {
    expect(latest('cron(0 9 * * ? *)', 'Europe/Berlin', '2026-01-15T08:30:00Z')).toBe('2026-01-15T08:00:00.000Z');
    expect(latest('cron(0 9 * * ? *)', 'Europe/Berlin', '2026-07-15T07:30:00Z')).toBe('2026-07-15T07:00:00.000Z');
    expect(latest('cron(0 0 ? * MON *)', 'Asia/Kathmandu', '2026-07-05T18:20:00Z')).toBe('2026-07-05T18:15:00.000Z');
  });

  it('is not due at a time that the change to summer time leaves out', () => {
    for (let minute = 0; minute < 180; minute += 10) {
      const now = new Date(at('2026-03-29T00:00:00Z') + minute * 60_000).toISOString();
      expect(latest('cron(30 2 * * ? *)', 'Europe/Berlin', now, 10 * 60_000)).toBe('none');
    }
  });

  it('is due once in the night in which a time comes twice', () => {
    const dues = new Set<string>();
    for (let minute = 0; minute < 240; minute++) {
      dues.add(
        latest(
          'cron(30 2 * * ? *)',
          'Europe/Berlin',
          new Date(at('2026-10-25T00:00:00Z') + minute * 60_000).toISOString(),
        ),
      );
    }
    expect([...dues].filter((due) => due !== 'none')).toEqual(['2026-10-25T00:30:00.000Z']);
  });

  it.each([
    ['rate(5 minutes)', /cron\(/],
    ['cron(0 9 * * *)', /six fields/],
    ['cron(0 9 * * * *)', /exactly one/],
    ['cron(0 9 ? * ? *)', /exactly one/],
    ['cron(60 9 * * ? *)', /minutes cannot be "60"/],
    ['cron(0 24 * * ? *)', /hours cannot be "24"/],
    ['cron(0 9 0 * ? *)', /day-of-month/],
    ['cron(0 9 ? * 8 *)', /day-of-week/],
    ['cron(0 9 ? FOO 1 *)', /month cannot be "FOO"/],
    ['cron(0 9 5-2 * ? *)', /day-of-month/],
    ['cron(*/0 9 * * ? *)', /minutes/],
    ['cron(0 9 * * ? 1900)', /year/],
    ['', /cron\(/],
  ])('%s is refused in words', (schedule, words) => {
    expect(() => parseCron(schedule)).toThrow(words);
  });

  it('knows that some days never come', () => {
    expect(isEverDue(parseCron('cron(0 9 31 FEB ? *)'))).toBe(false);
    expect(isEverDue(parseCron('cron(0 9 29 FEB ? *)'))).toBe(true);
    expect(isEverDue(parseCron('cron(0 9 29 FEB ? 2027)'))).toBe(false);
  });

  it('knows no zone that is not there', () => {
    expect(() => wallClock('Europe/Bielefeld')).toThrow(RangeError);
  });
});
