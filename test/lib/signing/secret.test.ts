import { generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  type Credentials,
  createSigningSecret,
  type GetSecretValue,
  parseSigningSecret,
  type SecretStage,
} from '../../../lib/signing/index.ts';
import { secretsManagerPort } from '../../../lib/signing/secrets-manager.ts';
import { pkcs1, pkcs8, publicKey } from './vectors.ts';

const otherPem = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
}) as string;
const secretText = (privateKeyPem: string, apiKey = 'api-key-1') => JSON.stringify({ apiKey, privateKeyPem });

function setUp(versions: Partial<Record<SecretStage, string>>, ttlMs?: number) {
  const world = { nowMs: 0, reads: [] as SecretStage[], versions };
  const getSecretValue: GetSecretValue = async (stage) => {
    world.reads.push(stage);
    return world.versions[stage];
  };
  const secret = createSigningSecret({ getSecretValue, clock: () => world.nowMs, ...(ttlMs ? { ttlMs } : {}) });
  const alternatives = async (refused: Credentials): Promise<string[]> => {
    const keys: string[] = [];
    for await (const candidate of secret.alternatives?.(refused) ?? []) keys.push(candidate.signer.keyId);
    return keys;
  };
  return { world, secret, alternatives };
}

describe('the signing secret', () => {
  it('is read once for calls at the same time and again only when its time has passed', async () => {
    const { world, secret } = setUp({ AWSCURRENT: secretText(pkcs1) }, 1000);
    const [one, two] = await Promise.all([secret.current(), secret.current()]);
    expect(one).toBe(two);
    world.nowMs = 999;
    expect(await secret.current()).toBe(one);
    expect(world.reads).toEqual(['AWSCURRENT']);
    world.nowMs = 1000;
    await secret.current();
    expect(world.reads).toEqual(['AWSCURRENT', 'AWSCURRENT']);
  });

  it('signs with the key it holds', async () => {
    const { secret } = setUp({ AWSCURRENT: secretText(pkcs8) });
    const { apiKey, signer } = await secret.current();
    const signature = Buffer.from(await signer.sign(Buffer.from('text')), 'base64url');
    expect([apiKey, verify('sha256', Buffer.from('text'), publicKey, signature)]).toEqual(['api-key-1', true]);
  });

  it('offers, after a refusal, the current version read afresh and the pending one, each once', async () => {
    const { world, secret, alternatives } = setUp({ AWSCURRENT: secretText(pkcs1) });
    const refused = await secret.current();
    expect(await alternatives(refused)).toEqual([]);
    world.versions.AWSPENDING = secretText(otherPem);
    const [pending] = await alternatives(refused);
    expect(pending).toBe(parseSigningSecret(secretText(otherPem)).signer.keyId);
    world.versions.AWSCURRENT = secretText(otherPem);
    expect(await alternatives(refused)).toEqual([pending]);
  });

  it('begins with the version the API accepted', async () => {
    const { secret } = setUp({ AWSCURRENT: secretText(pkcs1) });
    await secret.current();
    const accepted = parseSigningSecret(secretText(otherPem));
    secret.accepted?.(accepted);
    expect(await secret.current()).toBe(accepted);
  });

  it('is not remembered when it could not be read', async () => {
    const { world, secret } = setUp({});
    await expect(secret.current()).rejects.toMatchObject({ code: 'signing_secret', message: /no current version/ });
    world.versions.AWSCURRENT = secretText(pkcs1);
    expect((await secret.current()).apiKey).toBe('api-key-1');
  });

  it.each([
    ['not JSON', 'topsecret{', /not valid JSON/],
    ['a raw PEM', pkcs1, /not valid JSON/],
    ['no object', '["topsecret"]', /not a JSON object/],
    ['no API key', JSON.stringify({ privateKeyPem: pkcs1, note: 'topsecret' }), /apiKey/],
    ['API key of another type', JSON.stringify({ apiKey: 7, privateKeyPem: pkcs1 }), /apiKey/],
    ['API key with a line break', secretText(pkcs1, 'topsecret\n'), /line breaks/],
    ['no key', JSON.stringify({ apiKey: 'topsecret' }), /privateKeyPem/],
    ['a KMS key without KMS', JSON.stringify({ apiKey: 'topsecret', kmsKeyId: 'k' }), /KMS/],
  ])('says what is wrong without any of its content: %s', async (_name, text, message) => {
    const { secret } = setUp({ AWSCURRENT: text });
    const error = (await secret.current().then(
      () => undefined,
      (caught: unknown) => caught,
    )) as Error & { code: string };
    expect([error.code, error.message]).toEqual(['signing_secret', expect.stringMatching(message)]);
    expect(`${error.stack} ${String(error.cause)}`).not.toMatch(/topsecret|MII/);
  });

  it('names the version asked for, and takes a missing one for none', async () => {
    const asked: unknown[] = [];
    const answers = [
      async () => ({ SecretString: 'text' }),
      async () => Promise.reject(Object.assign(new Error('gone'), { name: 'ResourceNotFoundException' })),
      async () => Promise.reject(new Error('throttled')),
    ];
    const client = {
      send: (command: { input: unknown }) => {
        asked.push(command.input);
        return (answers.shift() as () => Promise<unknown>)();
      },
    };
    const port = secretsManagerPort(client as never, 'the-secret');
    expect([await port('AWSCURRENT'), await port('AWSPENDING')]).toEqual(['text', undefined]);
    expect(asked).toEqual([
      { SecretId: 'the-secret', VersionStage: 'AWSCURRENT' },
      { SecretId: 'the-secret', VersionStage: 'AWSPENDING' },
    ]);
    await expect(port('AWSCURRENT')).rejects.toMatchObject({ code: 'signing_secret', cause: { message: 'throttled' } });
  });
});
