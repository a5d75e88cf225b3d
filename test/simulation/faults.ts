/**
 * The faults of the simulation. Each outside call of a run has a number; a plan puts one fault on one of them. The numbers
 * come from a run without faults, so a call that is added to the code is found and broken without anybody listing it.
 */

/** What can happen to one call to the outside. */
export const faultKinds = [
  /** It fails and nothing happened. */
  'failBefore',
  /** It happened, and the caller is told that it failed. */
  'failAfter',
  /** It happened, the answer was lost, the SDK or the network repeated it: it happens twice, or meets itself. */
  'repeated',
  /** The caller is told that it failed; it happens some time later. */
  'late',
  /** The process dies before the call. */
  'crashBefore',
  /** The process dies after the call. */
  'crashAfter',
  /** Nobody listens: no connection is made. */
  'notConnected',
  /** The process stands still before the call, for longer than its lease, and then goes on as if nothing was. */
  'stall',
  /** A message that is delivered twice. */
  'twice',
  /** A message that nobody ever gets. */
  'lost',
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** Which call is hit, and how. */
export interface Plan {
  readonly call: number;
  readonly kind: FaultKind;
  /** For `late` and `stall`: how much later the effect comes, milliseconds. */
  readonly delayMs?: number;
}

/** The process is gone: nothing it meant to do after this happens. */
export class Crash extends Error {}

/** A call that failed as networks fail. */
export class Lost extends Error {}

/** No connection was made, and the caller knows it. */
export class NoConnection extends Error {}

/** Sorts of outside calls; a fault that makes no sense for a sort is not planned on it. */
export type CallSort = 'read' | 'write' | 'message' | 'api' | 'webhook' | 'secret';

/** Which faults each sort can have. */
export const faultsOf: Readonly<Record<CallSort, readonly FaultKind[]>> = {
  read: ['failBefore', 'crashBefore', 'crashAfter', 'stall'],
  secret: ['failBefore', 'crashBefore', 'stall'],
  write: ['failBefore', 'failAfter', 'repeated', 'late', 'crashBefore', 'crashAfter', 'stall'],
  message: ['failBefore', 'failAfter', 'crashBefore', 'crashAfter', 'stall', 'twice', 'lost'],
  api: ['failBefore', 'failAfter', 'repeated', 'late', 'notConnected', 'crashBefore', 'crashAfter', 'stall'],
  webhook: ['failBefore', 'failAfter', 'repeated', 'late', 'crashBefore', 'crashAfter', 'stall'],
};

/** One outside call of a run. */
export interface RecordedCall {
  readonly number: number;
  readonly name: string;
  readonly sort: CallSort;
}

/** One process, from its start to its end: a function invocation, or the client's request to a door. */
export interface Process {
  crashed: boolean;
}

/** Counts the outside calls of a run and breaks the ones a plan names. */
export class Outside {
  readonly calls: RecordedCall[] = [];
  readonly #plans: readonly Plan[];
  readonly #later: (delayMs: number, effect: () => Promise<unknown>) => void;
  readonly #interleave: () => Promise<void>;

  constructor(
    plans: readonly Plan[],
    later: (delayMs: number, effect: () => Promise<unknown>) => void,
    interleave: () => Promise<void>,
  ) {
    this.#plans = plans;
    this.#later = later;
    this.#interleave = interleave;
  }

  /** Makes a call on behalf of a process. `conflict` is what a repeated conditional write answers. */
  async call<T>(
    process: Process,
    name: string,
    sort: CallSort,
    effect: () => Promise<T>,
    conflict?: () => T,
  ): Promise<T> {
    if (process.crashed) throw new Crash();
    const number = this.calls.length;
    this.calls.push({ number, name, sort });
    await this.#interleave();
    const plan = this.#plans.find((candidate) => candidate.call === number);
    const result = await this.#struck(process, plan, effect, conflict);
    await this.#interleave();
    if (process.crashed) throw new Crash();
    return result;
  }

  async #struck<T>(process: Process, plan: Plan | undefined, effect: () => Promise<T>, conflict?: () => T): Promise<T> {
    switch (plan?.kind) {
      case undefined:
        return await effect();
      case 'failBefore':
        throw new Lost();
      case 'lost':
        return undefined as T;
      case 'notConnected':
        throw new NoConnection();
      case 'stall':
        await new Promise<void>((resolve) => this.#later(plan.delayMs ?? 1000, async () => resolve()));
        return await effect();
      case 'failAfter':
        await effect();
        throw new Lost();
      case 'late':
        this.#later(plan.delayMs ?? 1000, effect);
        throw new Lost();
      case 'twice':
        await effect();
        return await effect();
      case 'repeated': {
        const first = await effect();
        if (conflict !== undefined) return conflict();
        return (await effect()) ?? first;
      }
      case 'crashBefore':
        process.crashed = true;
        throw new Crash();
      case 'crashAfter':
        await effect();
        process.crashed = true;
        throw new Crash();
    }
  }
}
