const base64urlText = /^[A-Za-z0-9_-]+={0,2}$/;

/** Bytes as base64url without padding, the form of `x-sign` (reference 2.2). */
export function toBase64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
}

/**
 * The bytes of a base64url text, or undefined when it is none. Padding is accepted (reference 2.2), other alphabets are
 * not: `Buffer.from` would skip foreign characters silently, and a verifier must not.
 */
export function fromBase64url(text: string): Buffer | undefined {
  if (!base64urlText.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  return toBase64url(bytes) === text.replace(/=+$/, '') ? bytes : undefined;
}
