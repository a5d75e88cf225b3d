/**
 * A JSON number that JavaScript cannot hold as it was written: an integer beyond 2^53, or an integer written with a point
 * or an exponent (`1.0`, `1e3`). No schema takes it for a number, so it is refused under the name of its field instead of
 * being rounded in silence.
 */
export class InexactNumber {
  /** The number as it was written. */
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  toJSON(): string {
    return this.source;
  }
}

/** Parses JSON without rounding a number and without letting half a character through. Throws a `SyntaxError`. */
export function parseJson(text: string): unknown {
  return JSON.parse(text, revive as (this: unknown, key: string, value: unknown) => unknown);
}

function revive(_key: string, value: unknown, context?: { source?: string }): unknown {
  // A lone surrogate would be stored as another character than was sent, and then no longer match its own hash.
  if (typeof value === 'string' && !value.isWellFormed()) throw new SyntaxError('a text is not well-formed Unicode');
  if (typeof value !== 'number' || context?.source === undefined) return value;
  return isExact(value, context.source) ? value : new InexactNumber(context.source);
}

function isExact(value: number, source: string): boolean {
  if (/^-?\d+$/.test(source)) return Number.isSafeInteger(value);
  return Number.isFinite(value) && !Number.isInteger(value);
}
