import * as z from 'zod/mini';

/** Something is wrong with the document of a price source. */
export class UnreadablePrice extends Error {
  readonly code = 'unreadable_price';
}

/** Where in a document a price and its moment stand. */
export interface Pointers {
  readonly pointer: string;
  readonly atPointer?: string | undefined;
}

/** A price may be dated this far ahead: the clock of whoever dates it is another one. */
export const clockMarginMs = 60_000;
/** Moments above this are milliseconds, below it seconds: it is the year 5138 in one and 1973 in the other. */
const longestSeconds = 100_000_000_000;

/**
 * The price in a JSON document, as the very digits that stand there, and the moment it is dated: `nowMs` when the document does not say.
 * @throws UnreadablePrice that names the pointer
 */
export function readPrice(
  document: string,
  { pointer, atPointer }: Pointers,
  nowMs: number,
): { text: string; datedMs: number } {
  const parsed = parse(document);
  const found = at(parsed, pointer);
  const text = found instanceof Digits ? found.text : typeof found === 'string' ? found.trim() : undefined;
  if (text === undefined) throw new UnreadablePrice(`no number and no text at ${pointer}`);
  if (atPointer === undefined) return { text, datedMs: nowMs };
  const datedMs = momentOf(at(parsed, atPointer));
  if (datedMs === undefined) throw new UnreadablePrice(`no moment at ${atPointer}`);
  if (datedMs > nowMs + clockMarginMs) throw new UnreadablePrice(`a moment in the future at ${atPointer}`);
  return { text, datedMs };
}

/** A number as it was written, so that no digit is lost on the way. */
class Digits {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

function parse(document: string): unknown {
  const keepDigits = (_key: string, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' ? new Digits(context?.source ?? String(value)) : value;
  try {
    return JSON.parse(document, keepDigits as (this: unknown, key: string, value: unknown) => unknown);
  } catch (cause) {
    throw new UnreadablePrice('the document is not JSON', { cause });
  }
}

/** The value a JSON pointer leads to (RFC 6901). */
function at(document: unknown, pointer: string): unknown {
  let value = document;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

const isoMoment = z.iso.datetime({ offset: true });

/** Whole seconds or milliseconds, as a number or as text, or ISO 8601 with a zone. A guess could make an old price young. */
function momentOf(value: unknown): number | undefined {
  const text = value instanceof Digits ? value.text : value;
  if (typeof text !== 'string') return undefined;
  if (!/^\d{1,15}$/.test(text)) return isoMoment.safeParse(text).success ? Date.parse(text) : undefined;
  const number = Number(text);
  return number < longestSeconds ? number * 1000 : number;
}
