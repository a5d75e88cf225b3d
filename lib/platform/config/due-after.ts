import type { Cron, WallTime } from '../../standing/cron.ts';

const dayMs = 24 * 3_600_000;
/** The last year that a cron expression can name. */
const lastYear = 2199;

/** Whether it will be due after this wall time. A change of clocks that leaves out the last minute of all is overlooked. */
export function isDueAfter(cron: Cron, now: WallTime): boolean {
  const lastMinuteOfDay = Math.max(...cron.hours) * 60 + Math.max(...cron.minutes);
  if (cron.isDayDue(now) && lastMinuteOfDay > now.hour * 60 + now.minute) return true;
  let date = new Date(Date.UTC(now.year, now.month - 1, now.day) + dayMs);
  for (; date.getUTCFullYear() <= lastYear; date = new Date(date.getTime() + dayMs)) {
    const day = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
    if (cron.isDayDue({ ...day, weekday: date.getUTCDay() + 1 })) return true;
  }
  return false;
}
