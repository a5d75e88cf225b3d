/** A JSON object as it was read: integers that a `number` cannot hold are `bigint`. */
export type JsonObject = Record<string, unknown>;

type Reviver = (key: string, value: unknown, context?: { source?: string }) => unknown;
const parseWith = JSON.parse as (text: string, reviver?: Reviver) => unknown;
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

const longDigits = /\d{16}/;
const integerText = /^-?\d+$/;

/**
 * JSON read without loss: an integer above 2^53 becomes a `bigint`, everything else is as `JSON.parse` has it.
 * @throws {SyntaxError | RangeError} for text that is no JSON, or nested deeper than the stack.
 */
export function parseJson(text: string): unknown {
  // The reviver is slow, and only a number of sixteen digits or more can be beyond 2^53.
  if (!longDigits.test(text)) return parseWith(text);
  return parseWith(text, (_key, value, context) => {
    if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
    const source = context?.source;
    return source !== undefined && integerText.test(source) ? BigInt(source) : value;
  });
}

/** Compact JSON (reference 4.9, K2) in which a `bigint` is a plain number; undefined members are left out. */
export function writeJson(value: unknown): string {
  return JSON.stringify(value, (_key, member) => (typeof member === 'bigint' ? rawJSON(member.toString()) : member));
}

/** Whether a parsed value is an object, not a list and not null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
