import { InvalidRequestError } from './errors.ts';

/**
 * Checks of outgoing fields, so that a mistake is told by the field's name and never signed. What only the API can know
 * (balances, ids, whitelists) is left to it.
 */
const largestAmount = 2n ** 63n - 1n;

/** Base units of an amount to move: positive, within 64 bits (reference 1.5). */
export function checkedAmount(value: bigint, field: string): bigint {
  if (typeof value !== 'bigint' || value <= 0n || value > largestAmount) {
    throw new InvalidRequestError(`${field} must be a bigint from 1 to 2^63 - 1`);
  }
  return value;
}

/** Epoch seconds, in their plausible range: milliseconds by mistake would be an expiry in the far future. */
export function checkedSeconds(value: number, field: string): number {
  if (!Number.isSafeInteger(value) || value < 0 || value > 99_999_999_999) {
    throw new InvalidRequestError(`${field} must be whole seconds since 1970`);
  }
  return value;
}

/** A text that must not be empty. */
export function checkedText(value: string, field: string): string {
  if (typeof value !== 'string' || value === '') throw new InvalidRequestError(`${field} must be a text, not empty`);
  return value;
}

/**
 * The idempotency key of a creation (reference 7): 1 to 255 characters. It is demanded, and never made up here: a key
 * that was not stored before the call is lost in a crash, and an empty one is none at all.
 */
export function checkedPartnerTxId(value: string): string {
  if (typeof value !== 'string' || value === '' || value.length > 255) {
    throw new InvalidRequestError('partnerTxId must be a text of 1 to 255 characters');
  }
  return value;
}

/** A whole number from `least` to `most`. */
export function checkedInteger(value: number, field: string, least: number, most: number): number {
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw new InvalidRequestError(`${field} must be a whole number from ${least} to ${most}`);
  }
  return value;
}
