/**
 * The shared signing library: everything that needs no AWS client. `secrets-manager.ts` and `kms-signer.ts` are imported
 * by name where they are used, so that no bundle carries a client it does not need.
 */
export { fromBase64url, toBase64url } from './base64url.ts';
export { type Credentials, type CredentialsSource, sameCredentials, staticCredentials } from './credentials.ts';
export { SigningKeyError, type SigningKeyProblem, SigningSecretError } from './errors.ts';
export { type SignedRequest, signedHeaders } from './headers.ts';
export { createNonceSource } from './nonce.ts';
export { minimumKeyBits, parsePrivateKey } from './private-key.ts';
export {
  createSigningSecret,
  type GetSecretValue,
  parseSigningSecret,
  type SecretStage,
  type SigningSecretOptions,
} from './secret.ts';
export { createKeySigner, keyFingerprint, type Signer } from './signer.ts';
export { type Stamp, signingString } from './signing-string.ts';
export { type SignatureToVerify, verifySignature } from './verify.ts';
