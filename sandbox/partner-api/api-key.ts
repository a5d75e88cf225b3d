import { createPublicKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { ApiError, badRequest } from './errors.ts';
import type { Account } from './model.ts';
import type { World } from './world.ts';

/** The API key text of an account (2.4): unpadded base64url of a small JSON object. */
export function encodeApiKey(keyId: string, secret: string, kind: 'live' | 'sandbox'): string {
  const members = { key_id: keyId, key: secret, ...(kind === 'sandbox' ? { sandbox: true } : {}) };
  return Buffer.from(JSON.stringify(members)).toString('base64url');
}

/** What an API key says. */
type ApiKeyParts = {
  readonly keyId: string;
  readonly secret: string;
  readonly secretBytes: Buffer;
  readonly isSandbox: boolean;
};

/** The same few keys come with every request: what they decode to is kept, for at most so many. */
const mostKept = 1000;
const kept = new Map<string, ApiKeyParts>();

/** Reads an API key in either base64 alphabet, padded or not; undefined when it is none. */
export function decodeApiKey(text: string): ApiKeyParts | undefined {
  const known = kept.get(text);
  if (known !== undefined) return known;
  const parts = decode(text);
  if (parts !== undefined && kept.size < mostKept) kept.set(text, parts);
  return parts;
}

function decode(text: string): ApiKeyParts | undefined {
  if (text.length > 1024 || !/^[\w+/-]+={0,2}$/.test(text)) return undefined;
  try {
    const members: unknown = JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
    if (typeof members !== 'object' || members === null) return undefined;
    const { key_id: keyId, key: secret, sandbox } = members as Record<string, unknown>;
    if (typeof keyId !== 'string' || typeof secret !== 'string') return undefined;
    return { keyId, secret, secretBytes: Buffer.from(secret), isSandbox: sandbox === true };
  } catch {
    return undefined;
  }
}

function isSecretOf(account: Account, { secretBytes }: ApiKeyParts): boolean {
  const own = Buffer.from(account.secret);
  return own.length === secretBytes.length && timingSafeEqual(own, secretBytes);
}

/** Steps 1 to 3 of 2.6: the account an `X-API-KEY` value names, or 401 or 403. */
export function accountOf(world: World, apiKey: string | undefined): Account {
  if (apiKey === undefined || apiKey === '') throw new ApiError(401, 'empty token');
  const parts = decodeApiKey(apiKey);
  const account = parts === undefined ? undefined : world.accounts.get(parts.keyId);
  if (parts === undefined || account === undefined || !isSecretOf(account, parts)) {
    throw new ApiError(401, 'api key', { msg: 'errPartnerAuth' });
  }
  if (!account.enabled) throw new ApiError(403, 'api key');
  return account;
}

/** Parses the public key of an API key: SPKI PEM, RSA of 2048 to 4096 bits (2.3). 400 says what is wrong. */
export function parsePublicKey(pem: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    throw badRequest('invalid field: publicKeyPem (not a PEM public key)');
  }
  if (pem.includes('PRIVATE KEY')) throw badRequest('invalid field: publicKeyPem (a private key: send the public one)');
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.asymmetricKeyType !== 'rsa' || bits < 2048 || bits > 4096) {
    throw badRequest('invalid field: publicKeyPem (RSA of 2048 to 4096 bits is needed)');
  }
  return key;
}
