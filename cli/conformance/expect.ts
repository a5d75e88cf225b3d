import { isDeepStrictEqual } from 'node:util';
import { UnmetError } from './outcome.ts';

/** Checks one value where an exact one cannot be written down. Throws {@link UnmetError} naming `path`. */
export type Matcher = (value: unknown, path: string) => void;

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

/** Ends a check as failed: what stands at `path` is not what was promised. */
export function unmet(path: string, wanted: string, value: unknown): never {
  throw new UnmetError(`${path}: expected ${wanted}, got ${show(value)}`);
}

function matcher(wanted: string, isRight: (value: unknown) => boolean): Matcher {
  return (value, path) => {
    if (!isRight(value)) unmet(path, wanted, value);
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Compares a value with what is expected, all the way down. Objects must have the very members of `expected`, lists
 * the very length; a function in `expected` is a {@link Matcher}.
 */
export function matches(value: unknown, expected: unknown, path = 'body'): void {
  if (typeof expected === 'function') {
    (expected as Matcher)(value, path);
  } else if (Array.isArray(expected)) {
    if (!Array.isArray(value) || value.length !== expected.length) {
      unmet(path, `a list of ${expected.length}`, value);
    }
    for (const [index, item] of expected.entries()) matches(value[index], item, `${path}[${index}]`);
  } else if (isObject(expected)) {
    has(value, expected, path);
    const extra = Object.keys(value as object).filter((name) => !Object.hasOwn(expected, name));
    if (extra.length > 0) unmet(path, `no member ${extra.join(', ')}`, value);
  } else if (!isDeepStrictEqual(value, expected)) {
    unmet(path, show(expected), value);
  }
}

/** As {@link matches}, but the object may have more members than those named (on the first level). */
export function has(value: unknown, expected: Record<string, unknown>, path = 'body'): void {
  if (!isObject(value)) unmet(path, 'an object', value);
  for (const [name, item] of Object.entries(expected)) {
    if (!Object.hasOwn(value, name)) unmet(`${path}.${name}`, 'to be there', undefined);
    matches(value[name], item, `${path}.${name}`);
  }
}

/** Two plain values must be the same. */
export function equal(value: unknown, expected: unknown, what: string): void {
  matches(value, expected, what);
}

/** Fails with `what` unless it holds. */
export function holds(condition: boolean, what: string): void {
  if (!condition) throw new UnmetError(what);
}

/** A matcher for an object with at least these members. */
export function atLeast(expected: Record<string, unknown>): Matcher {
  return (value, path) => has(value, expected, path);
}

/** A list whose every item matches. */
export function listOf(item: unknown): Matcher {
  return (value, path) => {
    if (!Array.isArray(value)) unmet(path, 'a list', value);
    for (const [index, one] of value.entries()) matches(one, item, `${path}[${index}]`);
  };
}

/** A list of these objects in whatever order; `name` is the member that tells them apart. */
export function inAnyOrder(name: string, expected: readonly Record<string, unknown>[]): Matcher {
  const sorted = (list: readonly unknown[]) =>
    list.toSorted((one, two) => String(Object(one)[name]).localeCompare(String(Object(two)[name])));
  return (value, path) => {
    if (!Array.isArray(value)) unmet(path, 'a list', value);
    matches(sorted(value), sorted(expected), path);
  };
}

/** One of several plain values. */
export function oneOf(...values: readonly unknown[]): Matcher {
  return matcher(`one of ${show(values)}`, (value) => values.includes(value));
}

/** A text that fits a pattern. */
export function fits(pattern: RegExp): Matcher {
  return matcher(`a text like ${pattern}`, (value) => typeof value === 'string' && pattern.test(value));
}

/** Any text. */
export const text: Matcher = matcher('a text', (value) => typeof value === 'string');
/** Any text but the empty one. */
export const someText: Matcher = matcher(
  'a text that is not empty',
  (value) => typeof value === 'string' && value !== '',
);
/** An integer that JSON numbers hold exactly. */
export const integer: Matcher = matcher('an integer', (value) => Number.isSafeInteger(value));
/** True or false. */
export const flag: Matcher = matcher('true or false', (value) => typeof value === 'boolean');
/** Company, fund, policy, transaction and action ids (reference 1.5). */
export const ksuid: Matcher = fits(/^[0-9A-Za-z]{27}$/);
/** Wallet, user and core client ids, account codes and chain transaction ids (reference 1.5). */
export const base58: Matcher = fits(/^[1-9A-HJ-NP-Za-km-z]{43,44}$/);
/** Three lower-case words (reference 1.5). */
export const shortCode: Matcher = fits(/^[a-z]+ [a-z]+ [a-z]+$/);

/** Unix seconds within a minute of `nowSeconds`. */
export function about(nowSeconds: number): Matcher {
  return matcher(
    `Unix seconds about ${nowSeconds}`,
    (value) => Number.isSafeInteger(value) && Math.abs((value as number) - nowSeconds) <= 60,
  );
}
