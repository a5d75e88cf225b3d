/** The text of `x-timestamp` or `x-nonce`, exactly as it stands in the header. */
export type Stamp = string;

/**
 * The bytes that are signed (reference 2.2): stamp, full URL and body in this order with no separator, as UTF-8.
 * The HTTP method is no part of them. `body` is what is sent, byte for byte; none is the same as an empty one.
 */
export function signingString(stamp: Stamp, url: string, body: string | Uint8Array = ''): Buffer {
  if (typeof body === 'string') return Buffer.from(stamp + url + body, 'utf8');
  return Buffer.concat([Buffer.from(stamp + url, 'utf8'), body]);
}
