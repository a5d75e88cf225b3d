/** Virtual time: what happens next, and a clock that jumps there. */
export class Timeline {
  #nowMs: number;
  #order = 0;
  readonly #events: { atMs: number; order: number; run: () => Promise<unknown> }[] = [];

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  nowMs = (): number => this.#nowMs;

  /** Lets something happen after a delay; it may itself take virtual time. */
  after(delayMs: number, run: () => Promise<unknown>): void {
    this.#events.push({ atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, run });
  }

  /**
   * Lets everything happen that is due up to `untilMs`, the earliest first, what is due at one moment side by side.
   * Everything else in the simulation is microtasks, so one macrotask later all that can go on has gone on.
   */
  async runUntil(untilMs: number, isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      this.#events.sort((a, b) => a.atMs - b.atMs || a.order - b.order);
      const nextMs = this.#events[0]?.atMs;
      if (nextMs === undefined || nextMs > untilMs) break;
      this.#nowMs = nextMs;
      while (this.#events[0]?.atMs === nextMs) void this.#events.shift()?.run().catch(ignoreCrash);
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (!isOver()) this.#nowMs = Math.max(this.#nowMs, untilMs);
  }
}

/** A process that dies takes nobody with it. Anything else that gets here is a defect of the simulation or the code. */
function ignoreCrash(error: unknown): void {
  if (!(error instanceof Error) || error.name !== 'Error') process.nextTick(() => Promise.reject(error));
}

/** Seeded numbers in [0, 1) (mulberry32). */
export function seededFraction(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
