import {
  type Credentials,
  type CredentialsSource,
  createKeySigner,
  createSigningSecret,
  type Signer,
  staticCredentials,
} from '../../lib/signing/index.ts';
import type { Io } from './io.ts';
import { UsageError } from './io.ts';
import { fileBytes, required } from './options.ts';

/** The options that name the key, for every command that signs. */
export const keyOptions = {
  key: { type: 'string' },
  'api-key': { type: 'string' },
  'secret-id': { type: 'string' },
} as const;

type KeyValues = { key?: string; 'api-key'?: string; 'secret-id'?: string };

/** The key of `--key FILE` or of the secret; signing alone needs no API key. */
export async function readSigner(values: KeyValues, io: Io): Promise<Signer> {
  if (values.key === undefined && secretIdOf(values, io) !== undefined) {
    return (await (await readCredentials(values, io)).current()).signer;
  }
  return keyFileSigner(values, io);
}

/**
 * The credentials of `--key FILE` with `--api-key`, or of a secret in AWS Secrets Manager (`--secret-id`). The
 * environment stands in for options: `PARTNER_API_KEY_FILE`, `PARTNER_API_KEY`, `SIGNING_SECRET_ID`.
 */
export async function readCredentials(values: KeyValues, io: Io): Promise<CredentialsSource> {
  const secretId = secretIdOf(values, io);
  if (values.key === undefined && secretId !== undefined) return secretCredentials(secretId);
  const apiKey = required(values['api-key'] ?? io.env['PARTNER_API_KEY'], '--api-key (or PARTNER_API_KEY)');
  if (!/^[\x21-\x7e]+$/.test(apiKey)) throw new UsageError('--api-key holds blanks or line breaks');
  const credentials: Credentials = { apiKey, signer: keyFileSigner(values, io) };
  return staticCredentials(credentials);
}

function secretIdOf(values: KeyValues, io: Io): string | undefined {
  if (values.key !== undefined && values['secret-id'] !== undefined) {
    throw new UsageError('--key and --secret-id exclude each other');
  }
  return (
    values['secret-id'] ?? (io.env['PARTNER_API_KEY_FILE'] === undefined ? io.env['SIGNING_SECRET_ID'] : undefined)
  );
}

function keyFileSigner(values: KeyValues, io: Io): Signer {
  const file = required(values.key ?? io.env['PARTNER_API_KEY_FILE'], '--key FILE or --secret-id ID');
  return createKeySigner(fileBytes(file, '--key').toString('utf8'));
}

/** The AWS clients are loaded only when a secret is asked for: they would triple the start of every other command. */
async function secretCredentials(secretId: string): Promise<CredentialsSource> {
  const { SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  const { secretsManagerPort } = await import('../../lib/signing/secrets-manager.ts');
  const { KMSClient } = await import('@aws-sdk/client-kms');
  const { createKmsSigner } = await import('../../lib/signing/kms-signer.ts');
  return createSigningSecret({
    getSecretValue: secretsManagerPort(new SecretsManagerClient(), secretId),
    createKmsSigner: (kmsKeyId) => createKmsSigner(new KMSClient(), kmsKeyId),
  });
}
