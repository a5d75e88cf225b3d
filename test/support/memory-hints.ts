import type { Clock, Hint, Hints, Route } from '../../lib/instructions/ports.ts';

/** A hint on its way, and when it can be received. */
export interface QueuedHint {
  readonly route: Route;
  readonly id: string;
  readonly visibleAtMs: number;
}

/** Queues in memory, with a view of what waits in them. */
export interface MemoryHints extends Hints {
  /** What waits, in the order it becomes visible. */
  waiting(route?: Route): QueuedHint[];
  /** Takes at most `limit` visible hints off a route. */
  receive(route: Route, limit: number): Hint[];
  /** Loses everything that waits. */
  clear(): void;
}

/** Longer delays are cut to what SQS can do. */
const longestDelayMs = 900_000;

/** The queues in memory, with the promises of the ones on SQS: whole seconds of delay, rounded up, and at most 900. */
export function memoryHints(clock: Clock): MemoryHints {
  let queued: QueuedHint[] = [];
  return {
    async send(route, hints, options = {}) {
      const delayMs = Math.min(longestDelayMs, Math.max(0, Math.ceil((options.delayMs ?? 0) / 1000) * 1000));
      const ids = new Set(hints.map((hint) => hint.id));
      for (const id of ids) queued.push({ route, id, visibleAtMs: clock.nowMs() + delayMs });
      queued.sort((a, b) => a.visibleAtMs - b.visibleAtMs);
    },
    waiting: (route) => queued.filter((hint) => route === undefined || hint.route === route),
    receive(route, limit) {
      const received = queued
        .filter((hint) => hint.route === route && hint.visibleAtMs <= clock.nowMs())
        .slice(0, limit);
      queued = queued.filter((hint) => !received.includes(hint));
      return received.map(({ id }) => ({ id }));
    },
    clear() {
      queued = [];
    },
  };
}
