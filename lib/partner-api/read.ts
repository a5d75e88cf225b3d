import { isJsonObject, type JsonObject } from './json.ts';

/**
 * Lenient reading of answers (reference 4.9 "Accept"): each reader takes the names a member is known under, canonical
 * one first, and reads `null` as absent. What has the wrong type for good is an {@link UnreadableFieldError}.
 */
export class UnreadableFieldError extends Error {
  readonly code = 'unreadable_field';

  constructor(field: string, expected: string) {
    super(`the answer's ${field} is not ${expected}`);
    this.name = 'UnreadableFieldError';
  }
}

type Names = readonly [string, ...string[]];

/** The first of `names` that is there and not null. */
export function member(object: JsonObject, names: Names): unknown {
  const name = names.find((candidate) => object[candidate] !== undefined && object[candidate] !== null);
  return name === undefined ? undefined : object[name];
}

/** A text; a number is read as its digits; `''` when absent. */
export function text(object: JsonObject, ...names: Names): string {
  return optionalText(object, ...names) ?? '';
}

/** A text, or undefined when absent. */
export function optionalText(object: JsonObject, ...names: Names): string | undefined {
  const value = member(object, names);
  if (value === undefined || typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return value.toString();
  throw new UnreadableFieldError(names[0], 'a text');
}

/** A text that must be there and not empty: ids that a caller goes on with. */
export function requiredText(object: JsonObject, ...names: Names): string {
  const value = optionalText(object, ...names);
  if (value === undefined || value === '') throw new UnreadableFieldError(names[0], 'there');
  return value;
}

const integerText = /^-?\d+$/;

/** Base units as `bigint` (reference 1.5), from a number or a numeric text; undefined when absent. */
export function optionalAmount(object: JsonObject, ...names: Names): bigint | undefined {
  const value = member(object, names);
  if (value === undefined || value === '') return undefined;
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === 'string' && integerText.test(value)) return BigInt(value);
  throw new UnreadableFieldError(names[0], 'an integer amount');
}

/** Base units that must be there: a balance that is not told must never read as zero. */
export function amount(object: JsonObject, ...names: Names): bigint {
  const value = optionalAmount(object, ...names);
  if (value === undefined) throw new UnreadableFieldError(names[0], 'there');
  return value;
}

/** A whole number (epoch seconds, counts), from a number or a numeric text; 0, which stands for "none", when absent. */
export function integer(object: JsonObject, ...names: Names): number {
  const value = member(object, names);
  if (value === undefined || value === '') return 0;
  const number = typeof value === 'string' && integerText.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
  throw new UnreadableFieldError(names[0], 'an integer');
}

/** Yes or no; texts are accepted (K25), absent is no. */
export function flag(object: JsonObject, ...names: Names): boolean {
  const value = member(object, names);
  return value === true || value === 1 || (typeof value === 'string' && /^(true|yes|1)$/i.test(value));
}

/** An object; an empty one when absent. */
export function object(parent: JsonObject, ...names: Names): JsonObject {
  return optionalObject(parent, ...names) ?? {};
}

/** An object, or undefined when absent. */
export function optionalObject(parent: JsonObject, ...names: Names): JsonObject | undefined {
  const value = member(parent, names);
  if (value === undefined || isJsonObject(value)) return value;
  throw new UnreadableFieldError(names[0], 'an object');
}

/** A list of objects; a single object is a list of one (K6, K16, K25, K31), absent is an empty one. */
export function objects(parent: JsonObject, ...names: Names): JsonObject[] {
  const value = member(parent, names);
  if (value === undefined) return [];
  const list = Array.isArray(value) ? value : [value];
  if (list.every(isJsonObject)) return list;
  throw new UnreadableFieldError(names[0], 'a list of objects');
}

/** A list of texts; absent is an empty one. */
export function texts(parent: JsonObject, ...names: Names): string[] {
  const value = member(parent, names);
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((entry) => typeof entry === 'string')) return value;
  throw new UnreadableFieldError(names[0], 'a list of texts');
}
