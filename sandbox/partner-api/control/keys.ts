import { decodeApiKey, encodeApiKey, parsePublicKey } from '../api-key.ts';
import { conflict, invalidField, notFound } from '../errors.ts';
import { optionalText } from '../fields.ts';
import type { Account } from '../model.ts';
import { answer } from '../operation.ts';
import type { World } from '../world.ts';
import { type ControlContext, type ControlOperation, lasting, passing } from './operation.ts';

/**
 * Makes an API key, or registers the given one (`apiKey`). For a key id that is known, a `publicKeyPem` replaces its
 * public key and the API key stays: what a rotation does.
 */
function createKey({ world, body }: ControlContext) {
  const pem = optionalText(body, 'publicKeyPem');
  const publicKey = pem === '' ? undefined : parsePublicKey(pem);
  const given = givenKey(optionalText(body, 'apiKey'));
  const kind = given?.kind ?? (optionalText(body, 'kind') || 'sandbox');
  if (kind !== 'live' && kind !== 'sandbox') throw invalidField('kind');
  const keyId = (given?.keyId ?? optionalText(body, 'keyId')) || world.ids.keyId();
  const known = world.accounts.get(keyId);
  if (known !== undefined) return replacePublicKey(known, publicKey);
  const { apiKey } = openAccount(world, { keyId, secret: given?.secret ?? world.ids.keySecret(), kind, publicKey });
  return answer({ apiKey, keyId });
}

/** A new API key with nothing in it. */
export function openAccount(
  world: World,
  { keyId, secret, kind, publicKey }: Pick<Account, 'keyId' | 'secret' | 'kind'> & Partial<Pick<Account, 'publicKey'>>,
): Account {
  const apiKey = encodeApiKey(keyId, secret, kind);
  const account: Account = {
    keyId,
    secret,
    kind,
    apiKey,
    enabled: true,
    publicKey,
    lastNonce: -1n,
    companies: [],
    coreClients: [],
  };
  world.accounts.set(keyId, account);
  return account;
}

function givenKey(text: string): { keyId: string; secret: string; kind: 'live' | 'sandbox' } | undefined {
  if (text === '') return undefined;
  const parts = decodeApiKey(text);
  if (parts === undefined) throw invalidField('apiKey');
  return { keyId: parts.keyId, secret: parts.secret, kind: parts.isSandbox ? 'sandbox' : 'live' };
}

function replacePublicKey(account: Account, publicKey: Account['publicKey']) {
  if (publicKey === undefined) throw conflict('key exists');
  account.publicKey = publicKey;
  return answer({ apiKey: account.apiKey, keyId: account.keyId });
}

function revokeKey({ world, params }: ControlContext) {
  const account = world.accounts.get(params['key_id'] as string);
  if (account === undefined) throw notFound('key');
  account.enabled = false;
  world.emit({ kind: 'keyRevoked', account });
  return answer({ keyId: account.keyId, enabled: false });
}

function listKeys({ world }: ControlContext) {
  const keys = [...world.accounts.values()].map(({ keyId, kind, enabled, publicKey }) => ({
    keyId,
    kind,
    enabled,
    hasPublicKey: publicKey !== undefined,
  }));
  return answer({ keys });
}

/** API keys and their public keys. */
export const keyControls: readonly ControlOperation[] = [
  lasting('POST', '/keys', createKey),
  passing('GET', '/keys', listKeys),
  lasting('DELETE', '/keys/{key_id}', revokeKey),
];
