import { invalidField } from './errors.ts';
import type { RandomStream } from './ids.ts';

/** What a planted fault does to a request that it hits. */
export type FaultEffect =
  /** Answers so much later; the effect happens at once. */
  | { kind: 'latency'; latencyMs: number }
  /** Answers with this status instead of having an effect. */
  | { kind: 'status'; status: number; retryAfterSeconds: number | undefined }
  /** Drops the connection: before any effect, or after it. */
  | { kind: 'dropBefore' }
  | { kind: 'dropAfter' }
  /** The effect happens, the body of the answer breaks off half-way. */
  | { kind: 'cutBody' };

/** The words for `kind` that a rule may have. `chainRejected` is carried out by the world, not by the transport. */
export const faultKinds = ['latency', 'status', 'dropBefore', 'dropAfter', 'cutBody', 'chainRejected'] as const;

/** Which requests a rule may hit, how often, and what it does to them. */
export interface FaultRule {
  readonly id: string;
  readonly effect: FaultEffect;
  /** Operation number of the reference (`"24"`); undefined for all. */
  readonly operation: string | undefined;
  readonly method: string | undefined;
  /** A regular expression on the path below the base. */
  readonly path: RegExp | undefined;
  /** Share of the requests it hits, 0 to 1. */
  readonly share: number;
  /** Hits left; Infinity without a count. */
  remaining: number;
  hits: number;
}

/** Compiles a path pattern; `*` in a plain path stands for one segment, `^…` is a regular expression. */
export function pathPattern(text: string): RegExp {
  try {
    if (text.startsWith('^')) return new RegExp(text);
  } catch {
    throw invalidField('path');
  }
  const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, (sign) => (sign === '*' ? '[^/]+' : `\\${sign}`));
  return new RegExp(`^${escaped}/?$`);
}

/** The planted faults, with randomness of their own: they do not disturb the ids, and a seed repeats them. */
export class Faults {
  readonly #random: RandomStream;
  readonly #rules: FaultRule[] = [];
  #made = 0;

  constructor(random: RandomStream) {
    this.#random = random;
  }

  /** Plants a rule and gives it an id. */
  plant(rule: Omit<FaultRule, 'id' | 'hits'>): FaultRule {
    this.#made += 1;
    const planted: FaultRule = { ...rule, id: `fault-${this.#made}`, hits: 0 };
    this.#rules.push(planted);
    return planted;
  }

  /** All rules, spent ones too. */
  list(): readonly FaultRule[] {
    return this.#rules;
  }

  /** Takes all rules away, or the one with this id; says how many went. */
  clear(id?: string): number {
    const before = this.#rules.length;
    const kept = id === undefined ? [] : this.#rules.filter((rule) => rule.id !== id);
    this.#rules.splice(0, before, ...kept);
    return before - kept.length;
  }

  /** The effects that hit this request; each counts as used. */
  strike(request: { operation: string; method: string; path: string }): FaultEffect[] {
    if (this.#rules.length === 0) return [];
    return this.#rules.filter((rule) => this.#hits(rule, request)).map((rule) => rule.effect);
  }

  #hits(rule: FaultRule, request: { operation: string; method: string; path: string }): boolean {
    if (rule.remaining <= 0) return false;
    if (rule.operation !== undefined && rule.operation !== request.operation) return false;
    if (rule.method !== undefined && rule.method !== request.method) return false;
    if (rule.path !== undefined && !rule.path.test(request.path)) return false;
    if (rule.share < 1 && this.#random.fraction() >= rule.share) return false;
    rule.remaining -= 1;
    rule.hits += 1;
    return true;
  }
}
