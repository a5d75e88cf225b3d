import type { Door } from './outside.ts';
import type { DueItem, Route } from './ports.ts';

/** At most this many overdue subjects are hinted at in one run; the rest come with the next, a minute later. */
const maxPerRun = 5000;

/**
 * Sends a hint for everything overdue. The table is the truth and a message only a hint: when every queue has been
 * emptied, one run of this brings everything back on its way.
 */
export async function dispatchDue(door: Omit<Door, 'random' | 'stage'>): Promise<{ hints: number }> {
  const nowMs = door.clock.nowMs();
  const due = await door.store.due(nowMs, maxPerRun);
  const byRoute = new Map<Route, Set<string>>();
  for (const item of due) {
    for (const [route, id] of hintsFor(item, nowMs)) byRoute.set(route, (byRoute.get(route) ?? new Set()).add(id));
  }
  let hints = 0;
  for (const [route, ids] of byRoute) {
    await door.hints.send(
      route,
      [...ids].map((id) => ({ id })),
    );
    hints += ids.size;
  }
  const oldestAtMs = due[0]?.dueAtMs ?? nowMs;
  door.report.count('OldestOverdueSeconds', Math.max(0, Math.round((nowMs - oldestAtMs) / 1000)));
  if (due.length >= maxPerRun) door.report.warn('more is overdue than one run can hint at', { maxPerRun });
  return { hints };
}

/** Work and telling may both be overdue; one must not wait for the other. */
function hintsFor(item: DueItem, nowMs: number): [Route, string][] {
  const hints: [Route, string][] = [];
  if (item.work !== undefined && (item.workAtMs ?? 0) <= nowMs) {
    hints.push([item.work as Route, item.work === 'poll' ? (item.openIn ?? item.id) : item.id]);
  }
  if (item.tellAtMs !== undefined && item.tellAtMs <= nowMs) hints.push(['tell', item.id]);
  return hints;
}
