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
  /** It happened, and a proxy on the way says 502 with a page of its own. */
  'pageOf502',
  /** It happened, and a proxy on the way says 200 with a page of its own. */
  'pageOf200',
  /** It happened, and a proxy on the way says 401 with a page of its own. */
  'pageOf401',
  /** The service answers 429 with `Retry-After`, and nothing happened. */
  'tooMany',
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

/** Sorts of outside calls; a fault that makes no sense for a sort is not planned on it. `look` reads at the Partner API. */
export type CallSort = 'read' | 'write' | 'message' | 'api' | 'look' | 'webhook' | 'secret';

const pages: readonly FaultKind[] = ['pageOf502', 'pageOf200', 'pageOf401'];

/** Which faults each sort can have. */
export const faultsOf: Readonly<Record<CallSort, readonly FaultKind[]>> = {
  read: ['failBefore', 'crashBefore', 'crashAfter', 'stall'],
  secret: ['failBefore', 'crashBefore', 'stall'],
  write: ['failBefore', 'failAfter', 'repeated', 'late', 'crashBefore', 'crashAfter', 'stall'],
  message: ['failBefore', 'failAfter', 'crashBefore', 'crashAfter', 'stall', 'twice', 'lost'],
  api: [
    'failBefore',
    'failAfter',
    'repeated',
    'late',
    'notConnected',
    'crashBefore',
    'crashAfter',
    'stall',
    ...pages,
    'tooMany',
  ],
  look: ['failBefore', 'notConnected', 'crashBefore', 'crashAfter', 'stall', ...pages, 'tooMany'],
  webhook: ['failBefore', 'failAfter', 'repeated', 'late', 'crashBefore', 'crashAfter', 'stall'],
};

/** One outside call of a run. */
export interface RecordedCall {
  readonly number: number;
  /** Who calls, and what: `submit table.replace`. */
  readonly name: string;
  readonly sort: CallSort;
}

/** One process, from its start to its end: a function invocation, or the client's request to a door. */
export interface Process {
  readonly name: string;
  crashed: boolean;
}

/** What a call answers where a fault answers in its stead. */
export interface Stead<T> {
  /** What a conditional write answers that meets itself. */
  readonly conflict?: () => T;
  /** What somebody on the way answers, or the service without looking. */
  readonly answer?: (kind: FaultKind) => T;
}

/** What the outside does besides answering. */
export interface Surroundings {
  /** Lets an effect come later. */
  later(delayMs: number, effect: () => Promise<unknown>): void;
  /** Lets other processes go on for a while. */
  interleave(): Promise<void>;
  /** Told of each call before it happens. */
  onCall(number: number): Promise<void>;
}

/** Counts the outside calls of a run and breaks the ones a plan names. */
export class Outside {
  readonly calls: RecordedCall[] = [];
  readonly #plans: ReadonlyMap<number, Plan>;
  readonly #surroundings: Surroundings;

  constructor(plans: readonly Plan[], surroundings: Surroundings) {
    this.#plans = new Map(plans.map((plan) => [plan.call, plan]));
    this.#surroundings = surroundings;
  }

  /** Makes a call on behalf of a process. */
  async call<T>(
    process: Process,
    what: string,
    sort: CallSort,
    effect: () => Promise<T>,
    stead: Stead<T> = {},
  ): Promise<T> {
    if (process.crashed) throw new Crash();
    const number = this.calls.length;
    this.calls.push({ number, name: `${process.name} ${what}`, sort });
    await this.#surroundings.onCall(number);
    await this.#surroundings.interleave();
    const plan = this.#plans.get(number);
    // After a first fault, or in another order, the number may have come to a call of another sort.
    const makesSense = plan !== undefined && faultsOf[sort].includes(plan.kind);
    const result = await this.#struck(process, makesSense ? plan : undefined, effect, stead);
    await this.#surroundings.interleave();
    if (process.crashed) throw new Crash();
    return result;
  }

  async #struck<T>(process: Process, plan: Plan | undefined, effect: () => Promise<T>, stead: Stead<T>): Promise<T> {
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
        await new Promise<void>((resolve) => this.#surroundings.later(plan.delayMs ?? 1000, async () => resolve()));
        return await effect();
      case 'failAfter':
        await effect();
        throw new Lost();
      case 'late':
        this.#surroundings.later(plan.delayMs ?? 1000, effect);
        throw new Lost();
      case 'twice':
        await effect();
        return await effect();
      case 'repeated': {
        const first = await effect();
        if (stead.conflict !== undefined) return stead.conflict();
        return (await effect()) ?? first;
      }
      case 'crashBefore':
        process.crashed = true;
        throw new Crash();
      case 'crashAfter':
        await effect();
        process.crashed = true;
        throw new Crash();
      case 'tooMany':
        return answered(stead, plan.kind);
      case 'pageOf502':
      case 'pageOf200':
      case 'pageOf401':
        await effect();
        return answered(stead, plan.kind);
    }
  }
}

function answered<T>({ answer }: Stead<T>, kind: FaultKind): T {
  if (answer === undefined) throw new TypeError(`nobody can answer with ${kind} here`);
  return answer(kind);
}
