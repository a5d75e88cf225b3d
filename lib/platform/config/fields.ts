import * as z from 'zod/mini';
import { error, type ProblemInFile, warning } from './concern.ts';

/** An id of the Partner API or of a client: opaque, 1 to 255 characters. */
export const id = z.string().check(z.minLength(1), z.maxLength(255));

/** A name of ours, which becomes part of keys and addresses. */
export const shortName = z
  .string()
  .check(z.regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and -'));

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
