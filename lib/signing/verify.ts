import { type KeyObject, verify } from 'node:crypto';
import { fromBase64url } from './base64url.ts';
import { type Stamp, signingString } from './signing-string.ts';

/** What a verifier has in hand: the stamp and signature of the headers, and the request as it arrived. */
export interface SignatureToVerify {
  stamp: Stamp;
  url: string;
  body?: string | Uint8Array;
  /** The text of `x-sign`: base64url, padded or not. */
  signature: string;
  publicKey: KeyObject;
}

/** Whether `signature` is that of these very bytes (reference 2.6, check 8). Never throws for a bad signature. */
export function verifySignature({ stamp, url, body, signature, publicKey }: SignatureToVerify): boolean {
  const bytes = fromBase64url(signature);
  return bytes !== undefined && verify('sha256', signingString(stamp, url, body), publicKey, bytes);
}
