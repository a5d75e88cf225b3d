import type { World } from './world.ts';

/** What happens then. One function for all timers of a sort: there may be a hundred thousand of them. */
type Run<Subject> = (world: World, subject: Subject) => void;

/** Something the world does at a moment of its own: an expiry, an automatic approval. */
interface Timer<Subject> {
  dueAtMs: number;
  order: number;
  subject: Subject;
  run: Run<Subject>;
}

/**
 * What is still to come, earliest first (a binary heap). Nothing here looks at a clock: whoever holds the clock asks
 * for what has become due, so that the same steps at the same times give the same world.
 */
export class TimerQueue {
  readonly #heap: Timer<never>[] = [];
  #order = 0;

  /** When the earliest timer is due, in Unix milliseconds; undefined when there is none. */
  get nextDueAtMs(): number | undefined {
    return this.#heap[0]?.dueAtMs;
  }

  /** Runs `run(world, subject)` at `dueAtMs`. Timers are never taken back: `run` looks whether there is still work. */
  add<Subject>(dueAtMs: number, subject: Subject, run: Run<Subject>): void {
    const heap = this.#heap as unknown as Timer<Subject>[];
    heap.push({ dueAtMs, order: this.#order++, subject, run });
    let child = heap.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.#before(child, parent)) break;
      this.#swap(child, parent);
      child = parent;
    }
  }

  /** Takes out the earliest timer if it is due at `nowMs`. */
  takeDue(nowMs: number): { dueAtMs: number; fire: (world: World) => void } | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.dueAtMs > nowMs) return undefined;
    const last = this.#heap.pop() as Timer<never>;
    if (this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#sink();
    }
    return { dueAtMs: first.dueAtMs, fire: (world) => first.run(world, first.subject) };
  }

  #sink(): void {
    let parent = 0;
    for (;;) {
      const left = parent * 2 + 1;
      if (left >= this.#heap.length) return;
      const child = left + 1 < this.#heap.length && this.#before(left + 1, left) ? left + 1 : left;
      if (!this.#before(child, parent)) return;
      this.#swap(child, parent);
      parent = child;
    }
  }

  #before(one: number, other: number): boolean {
    const a = this.#heap[one] as Timer<never>;
    const b = this.#heap[other] as Timer<never>;
    return a.dueAtMs === b.dueAtMs ? a.order < b.order : a.dueAtMs < b.dueAtMs;
  }

  #swap(one: number, other: number): void {
    const kept = this.#heap[one] as Timer<never>;
    this.#heap[one] = this.#heap[other] as Timer<never>;
    this.#heap[other] = kept;
  }
}
