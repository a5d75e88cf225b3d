import * as z from 'zod/mini';
import { maxAmountBaseUnits } from '../../instructions/fields.ts';
import { error, type ProblemInFile, warning } from './concern.ts';

/** An id of the Partner API or of a client: opaque, 1 to 255 characters. */
export const id = z.string().check(z.minLength(1), z.maxLength(255));

/** A name of ours, which becomes part of keys and addresses. */
export const shortName = z
  .string()
  .check(z.regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and -'));

/** Base units as decimal text, or a JSON integer: 0 to the largest amount the Partner API can hold (reference 1.5). */
export const baseUnits = z.union([
  z.string().check(
    z.regex(/^(0|[1-9][0-9]{0,18})$/, 'must be a whole number of base units'),
    z.refine((digits) => !/^[0-9]{1,19}$/.test(digits) || BigInt(digits) <= maxAmountBaseUnits, 'is out of range'),
  ),
  z.int().check(z.minimum(0)),
]);

/** A sliding window that something is counted in: a minute to 31 days. */
export const windowSeconds = z.int().check(z.minimum(60), z.maximum(31 * 24 * 3600));

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/** That a text is the URL of a server to be called: `https`, or on this machine, of which `onLoopback` is the warning. */
export function checkUrl(text: string, path: string, onLoopback: string): ProblemInFile[] {
  const url = URL.parse(text);
  if (!url) return [error(path, 'is not a URL')];
  if (url.username || url.password) return [error(path, 'must not carry credentials')];
  if (url.hash) return [error(path, 'must not have a fragment')];
  const isLoopback = loopbackHosts.has(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback)) return [error(path, 'must be https')];
  return isLoopback ? [warning(path, `is on this machine: ${onLoopback}`)] : [];
}
