/** The text of `x-timestamp` or `x-nonce`, exactly as it stands in the header. */
export type Stamp = string;

/**
 * The bytes that are signed (reference 2.2): stamp, full URL and body in this order with no separator, as UTF-8.
 * The HTTP method is no part of them. `body` is what is sent, byte for byte; none is the same as an empty one.
 */
export function signingString(stamp: Stamp, url: string, body: string | Uint8Array = ''): Buffer {
  const head = Buffer.from(stamp + url, 'utf8');
  if (body.length === 0) return head;
  return Buffer.concat([head, typeof body === 'string' ? Buffer.from(body, 'utf8') : body]);
}
