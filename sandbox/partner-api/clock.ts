/** What the control surface may do to the clock; each member is optional. Units: milliseconds. */
export interface ClockChange {
  /** Distance from the machine's clock. */
  offsetMs?: number;
  /** Moves the clock forward (or back) from where it stands. */
  advanceMs?: number;
  /** Puts the clock at this Unix time. */
  nowMs?: number;
  /** Stops the clock where it stands, or lets it run again. */
  frozen?: boolean;
}

/** How the clock stands to its source; all it takes to have it again after a restart. */
export interface ClockState {
  readonly offsetMs: number;
  readonly frozenAtMs: number | undefined;
}

/**
 * The sandbox's own time: follows a source (the machine, or the simulation), moved and frozen by the control surface.
 * It never runs backwards by itself: expiry already carried out must not look premature afterwards.
 */
export class SandboxClock {
  readonly #source: () => number;
  #offsetMs = 0;
  #frozenAtMs: number | undefined;
  #lastMs = Number.NEGATIVE_INFINITY;
  #pinnedMs: number | undefined;

  constructor(source: () => number = Date.now) {
    this.#source = source;
  }

  /** Unix time in whole milliseconds. */
  nowMs(): number {
    if (this.#pinnedMs !== undefined) return this.#pinnedMs;
    const now = this.#frozenAtMs ?? Math.floor(this.#source()) + this.#offsetMs;
    this.#lastMs = Math.max(this.#lastMs, now);
    return this.#lastMs;
  }

  /** What the clock follows, however it was moved or stopped: the time in which callers wait. Unix milliseconds. */
  sourceMs(): number {
    return this.#source();
  }

  /** Replay sets the time of each recorded step. */
  pin(atMs: number): void {
    this.#pinnedMs = atMs;
  }

  /** Ends replay: the clock goes on as `state` says, from `floorMs` on. */
  resume(state: ClockState, floorMs: number): void {
    this.#pinnedMs = undefined;
    this.#restore(state);
    this.#lastMs = floorMs;
  }

  /** Carries out a change and returns what to write down to have the same clock after a restart. */
  change(change: ClockChange): ClockState {
    const source = Math.floor(this.#source());
    let target = this.nowMs();
    if (change.offsetMs !== undefined) target = source + change.offsetMs;
    if (change.nowMs !== undefined) target = change.nowMs;
    if (change.advanceMs !== undefined) target += change.advanceMs;
    const isFrozen = change.frozen ?? this.#frozenAtMs !== undefined;
    this.#restore({ offsetMs: target - source, frozenAtMs: isFrozen ? target : undefined });
    return this.state();
  }

  /** How the clock stands to its source. */
  state(): ClockState {
    return { offsetMs: this.#offsetMs, frozenAtMs: this.#frozenAtMs };
  }

  #restore(state: ClockState): void {
    this.#offsetMs = state.offsetMs;
    this.#frozenAtMs = state.frozenAtMs;
    this.#lastMs = Number.NEGATIVE_INFINITY;
  }
}
