import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';

export interface Vector {
  name: string;
  url: string;
  body: string;
  timestamp?: string;
  nonce?: string;
  x_sign: string;
}

interface VectorFile {
  key: { private_key_jwk: Record<string, string>; public_key_spki_pem: string; public_key_sha256_of_spki_der: string };
  api_keys: { label: string; base64url_unpadded: string }[];
  vectors: Vector[];
  must_be_rejected: Vector[];
  same_bytes_other_encoding: { name: string; derived_from: string; x_sign: string }[];
}

export const file = JSON.parse(
  readFileSync(new URL('../../vectors/signing-vectors.json', import.meta.url), 'utf8'),
) as VectorFile;

export const privateKey: KeyObject = createPrivateKey({ key: file.key.private_key_jwk, format: 'jwk' });
export const publicKey: KeyObject = createPublicKey(file.key.public_key_spki_pem);
export const pkcs1 = privateKey.export({ type: 'pkcs1', format: 'pem' }) as string;
export const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
export const stampOf = (vector: Vector): string => vector.timestamp ?? (vector.nonce as string);
