import { createHash, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { toBase64url } from './base64url.ts';
import { parsePrivateKey } from './private-key.ts';

/**
 * Whoever holds the private key. RSASSA-PKCS1-v1_5 with SHA-256 is deterministic, so every signer of one key gives the
 * same signature (reference 2.2).
 */
export interface Signer {
  /** Names the key without giving anything away, to tell one key from another; safe to log. */
  readonly keyId: string;
  /** The signature of `bytes` as unpadded base64url. */
  sign(bytes: Uint8Array): string | Promise<string>;
}

/** The name of a key: SHA-256 of its public half (SPKI DER) in hex, the same for the private and the public key. */
export function keyFingerprint(key: KeyObject): string {
  const publicKey = key.type === 'public' ? key : createPublicKey(key);
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

/**
 * A signer that holds the key in memory. The PEM is parsed once, here: parsing it for each signature would cost as much
 * as the signature itself.
 * @throws {SigningKeyError} when the PEM cannot be used.
 */
export function createKeySigner(pem: string): Signer {
  const key = parsePrivateKey(pem);
  return { keyId: keyFingerprint(key), sign: (bytes) => toBase64url(sign('sha256', bytes, key)) };
}
