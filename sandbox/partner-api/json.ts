import { isUtf8 } from 'node:buffer';
import { badRequest } from './errors.ts';

/** A JSON object as it was read: every value unknown, integers beyond 2^53 as bigint. */
export type JsonObject = { [name: string]: unknown };

/**
 * Integers beyond 2^53 need at least 16 digits. Only a text with such a run pays for a reviver, which reads the
 * digits as they were sent (`context.source`); everything else takes the fast path of the engine.
 */
const longDigits = /\d{16}/;

function losslessReviver(_name: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source;
  if (typeof value !== 'number' || source === undefined || Number.isSafeInteger(value)) return value;
  // Nothing in this API has more digits than this; reading a million of them would take long.
  return /^-?\d{1,40}$/.test(source) ? BigInt(source) : value;
}

/** Reads a JSON text without losing digits of integers. Throws SyntaxError, or RangeError when nested too deeply. */
export function parseJson(text: string): unknown {
  return longDigits.test(text)
    ? JSON.parse(text, losslessReviver as (key: string, value: unknown) => unknown)
    : JSON.parse(text);
}

/** An integer as JSON writes it: digits, whatever its size. */
export function integerJson(value: bigint): unknown {
  const asNumber = Number(value);
  return Number.isSafeInteger(asNumber) ? asNumber : rawJson(String(value));
}

const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;

/**
 * Reads a request body that must be a JSON object; anything else, an empty body included, is 400 `invalid json`
 * (reference 3.4). Of a member given twice the last one counts.
 */
export function parseObjectBody(body: string | Uint8Array): JsonObject {
  if (body.length === 0) throw badRequest('invalid json');
  if (typeof body !== 'string' && !isUtf8(body)) throw badRequest('invalid json');
  const text =
    typeof body === 'string' ? body : Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8');
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    throw badRequest('invalid json');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw badRequest('invalid json');
  return value as JsonObject;
}
