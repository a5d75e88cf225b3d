import { InvalidRequest } from './errors.ts';
import { parseSent } from './parse.ts';
import type { DoorMiddleware, HttpEvent } from './visit.ts';

/** The longest body a door takes. An item made of it stays far below what the table can store. */
export const longestBodyBytes = 16_384;

/** What a door expects in the body: a JSON object, one or nothing, or nothing it would look at. */
export type BodyRule = 'json' | 'optional' | 'none';

/**
 * Reads the body: 413 above 16 KB, 400 `invalid json` for what is not a JSON object in UTF-8, 400 `duplicate field: x` for
 * one that names a member twice, 400 `missing field: body` where there must be one.
 */
export function bodyReader(rule: BodyRule): DoorMiddleware {
  return {
    before: ({ event: visit }) => {
      const bytes = bodyBytes(visit.event);
      if (bytes.byteLength > longestBodyBytes) throw new InvalidRequest(413, 'body too large', 'body');
      if (rule === 'none') return;
      if (bytes.byteLength > 0) visit.body = objectIn(bytes);
      else if (rule === 'json') throw new InvalidRequest(400, 'missing field: body', 'body');
    },
  };
}

function bodyBytes({ body, isBase64Encoded }: HttpEvent): Uint8Array {
  return Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
}

function objectIn(bytes: Uint8Array): Record<string, unknown> {
  const value = parseSent(textIn(bytes));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidRequest(400, 'invalid field: body', 'body');
  }
  return value as Record<string, unknown>;
}

function textIn(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new InvalidRequest(400, 'invalid json', 'body', { cause });
  }
}
