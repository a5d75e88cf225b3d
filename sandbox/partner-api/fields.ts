import { badRequest, invalidField, missingField } from './errors.ts';
import type { JsonObject } from './json.ts';

/** The largest amount: amounts are signed 64-bit integers in base units (reference 1.5). */
export const largestAmountBaseUnits = 2n ** 63n - 1n;

/** A member's own value; `null` is absent (reference 1.4) and nothing is inherited from a prototype. */
export function member(body: JsonObject, name: string): unknown {
  const value = Object.hasOwn(body, name) ? body[name] : undefined;
  return value === null ? undefined : value;
}

/** A string that must be there and not be empty. 400 names the member. */
export function requiredText(body: JsonObject, name: string, path: string = name): string {
  const value = member(body, name);
  if (value === undefined || value === '') throw missingField(path);
  if (typeof value !== 'string') throw invalidField(path);
  return value;
}

/** A string that may be absent; `''` then. 400 for any other type. */
export function optionalText(body: JsonObject, name: string, path: string = name): string {
  const value = member(body, name);
  if (value === undefined) return '';
  if (typeof value !== 'string') throw invalidField(path);
  return value;
}

/** A true or false that may be absent; false then. */
export function optionalFlag(body: JsonObject, name: string): boolean {
  const value = member(body, name);
  if (value === undefined) return false;
  if (typeof value !== 'boolean') throw invalidField(name);
  return value;
}

/** A text, true or false, or an integer that every reader of JSON can hold; undefined when absent. 400 for all else. */
export function optionalPlainValue(body: JsonObject, name: string, path: string = name) {
  const value = member(body, name);
  if (value === undefined || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw invalidField(path);
}

/** An integer from a number, a bigint or a numeric string (Appendix A), or undefined when it is none of these. */
export function asInteger(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  return typeof value === 'string' && /^-?\d{1,25}$/.test(value) ? BigInt(value) : undefined;
}

/** A positive amount in base units, within 64 bits. 400 names the member. */
export function requiredAmount(body: JsonObject, name: string, path: string = name): bigint {
  const value = member(body, name);
  if (value === undefined) throw missingField(path);
  const amount = asInteger(value);
  if (amount === undefined || amount <= 0n || amount > largestAmountBaseUnits) throw invalidField(path);
  return amount;
}

/** A small integer of at least `minimum`, or undefined when absent. 400 names the member. */
export function optionalCount(body: JsonObject, name: string, minimum = 0, path: string = name): number | undefined {
  const value = member(body, name);
  if (value === undefined) return undefined;
  const count = asInteger(value);
  if (count === undefined || count < BigInt(minimum) || count > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw invalidField(path);
  }
  return Number(count);
}

/** An object member, or undefined when absent. */
export function optionalObject(body: JsonObject, name: string, path: string = name): JsonObject | undefined {
  const value = member(body, name);
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalidField(path);
  return value as JsonObject;
}

/** A list member, or undefined when absent. */
export function optionalList(body: JsonObject, name: string, path: string = name): unknown[] | undefined {
  const value = member(body, name);
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw invalidField(path);
  return value;
}

/** A list of strings that must be there and not be empty. */
export function requiredTexts(body: JsonObject, name: string, path: string = name): string[] {
  const list = optionalList(body, name, path);
  if (list === undefined) throw missingField(path);
  if (list.length === 0 || !list.every((item) => typeof item === 'string')) throw invalidField(path);
  return list as string[];
}

/**
 * The `expires` of a transaction in Unix seconds (numeric strings too, K17; `expiration` as an alias, K47). Whether it
 * lies in the future is a business check: it comes after the look-up of the idempotency key (`requireFuture`).
 */
export function requiredExpiry(body: JsonObject): number {
  const value = member(body, 'expires') ?? member(body, 'expiration');
  if (value === undefined || value === '') throw missingField('expires');
  const expires = asInteger(value);
  if (expires === undefined || expires < 0n || expires > BigInt(Number.MAX_SAFE_INTEGER)) throw invalidField('expires');
  return Number(expires);
}

/** 400 `expired` unless the expiry lies in the future (reference 3.4). */
export function requireFuture(expiresAtSeconds: number, nowSeconds: number): void {
  if (expiresAtSeconds <= nowSeconds) throw badRequest('expired');
}

/** `{symbol, amount}` of a transaction (reference 4.7); amount as a numeric string too (K18). */
export function requiredMoney(body: JsonObject, name: string): { symbol: string; amountBaseUnits: bigint } {
  const money = optionalObject(body, name);
  if (money === undefined) throw missingField(name);
  return {
    symbol: requiredText(money, 'symbol', `${name}.symbol`),
    amountBaseUnits: requiredAmount(money, 'amount', `${name}.amount`),
  };
}

/** The partner's idempotency key (reference 7): `''` means none; at most 255 characters. */
export function partnerTransactionId(body: JsonObject): string {
  const value = optionalText(body, 'partner_txID');
  if (value.length > 255) throw invalidField('partner_txID');
  return value;
}
