import type * as z from 'zod/mini';
import { isMissing, pathText } from '../paths.ts';
import { duplicateMembers } from './duplicate-members.ts';
import { InvalidRequest } from './errors.ts';
import { parseJson } from './json.ts';

/**
 * The JSON that a caller sent.
 *
 * @throws InvalidRequest 400: `invalid json`, or `duplicate field: x` where two say perhaps not the same
 */
export function parseSent(text: string): unknown {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (cause) {
    throw new InvalidRequest(400, 'invalid json', 'body', { cause });
  }
  for (const path of duplicateMembers(text)) throw fieldError('duplicate', path);
  return value;
}

/**
 * What the schema makes of a value a caller sent.
 *
 * @throws InvalidRequest 400 for the first thing that is wrong: `missing field: x`, `unknown field: x` or
 *   `invalid field: x`, with the field's path.
 *
 * @example
 * const { amount } = parseWith(z.strictObject({ amount: z.string() }), body);
 */
export function parseWith<Schema extends z.ZodMiniType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalidField(parsed.error.issues[0] as z.core.$ZodIssue, value);
}

function invalidField(issue: z.core.$ZodIssue, value: unknown): InvalidRequest {
  if (issue.code === 'unrecognized_keys') return fieldError('unknown', [...issue.path, issue.keys[0] as string]);
  return fieldError(isMissing(issue.path, value) ? 'missing' : 'invalid', issue.path);
}

function fieldError(
  what: 'missing' | 'unknown' | 'invalid' | 'duplicate',
  path: readonly PropertyKey[],
): InvalidRequest {
  const field = pathText(path).slice(0, longestFieldName) || 'body';
  return new InvalidRequest(400, `${what} field: ${field}`, field);
}

/** A caller's own key may be any text; the answer repeats no more of it than this. */
const longestFieldName = 255;
