import * as z from 'zod/mini';

/**
 * The fields requests are made of. Schemas only check and never transform, so that the OpenAPI description of our API can
 * be generated from them; what they let through is brought into its stored form by the functions beside them.
 */

/** The largest amount the Partner API can hold: a signed 64-bit integer of base units (reference 1.5). */
export const maxAmountBaseUnits = 2n ** 63n - 1n;
/** An instruction may not ask for longer than this: a year. */
export const maxLifetimeSeconds = 365 * 24 * 3600;
/** What an instruction without `expiresAt` gets. */
export const defaultLifetimeSeconds = 24 * 3600;

/** Free text that is carried along: at most 255 characters, no control characters. */
export const text = z.string().check(
  z.maxLength(255),
  // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the point.
  z.regex(/^[^\u0000-\u001f\u007f]*$/, 'has control characters'),
);

/** An id or short code of the Partner API: opaque, 1 to 255 characters. */
export const id = text.check(z.minLength(1));

/** A positive amount in base units (satoshi, gwei): decimal text, or a JSON integer up to 2^53 - 1. */
export const amount = z.union([
  z.string().check(
    z.regex(/^[1-9][0-9]{0,18}$/, 'is not a positive decimal integer'),
    z.refine((digits) => !/^[0-9]{1,19}$/.test(digits) || BigInt(digits) <= maxAmountBaseUnits, 'is too large'),
  ),
  z.int().check(z.positive()),
]);

/** A moment: Unix seconds, or ISO 8601 with an offset. */
export const moment = z.union([z.int().check(z.positive()), z.iso.datetime({ offset: true })]);

/** The stored form of an amount: decimal text. */
export function amountText(value: string | number): string {
  return String(value);
}

/** Unix seconds of a moment; a fraction of a second is dropped. */
export function secondsOf(value: string | number): number {
  return typeof value === 'number' ? value : Math.floor(Date.parse(value) / 1000);
}
