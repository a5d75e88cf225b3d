import { type Credentials, type CredentialsSource, sameCredentials } from './credentials.ts';
import { SigningSecretError } from './errors.ts';
import { createKeySigner, type Signer } from './signer.ts';

/** The labels of Secrets Manager: the version in use, and the one a rotation is about to put into use. */
export type SecretStage = 'AWSCURRENT' | 'AWSPENDING';

/** How the secret is read; undefined when there is no such version. `secrets-manager.ts` has the one for AWS. */
export type GetSecretValue = (stage: SecretStage) => Promise<string | undefined>;

export interface SigningSecretOptions {
  getSecretValue: GetSecretValue;
  /** How long a version is used before the secret is read again; five minutes by default. */
  ttlMs?: number;
  /** Milliseconds since 1970. */
  clock?: () => number;
  /** Makes the signer when the secret holds `kmsKeyId` in place of `privateKeyPem`. */
  createKmsSigner?: (kmsKeyId: string) => Signer;
}

const defaultTtlMs = 5 * 60_000;

/**
 * The credentials in one secret, JSON of the form `{"apiKey": "…", "privateKeyPem": "…"}`. The secret is read at the
 * first call and again when `ttlMs` has passed, its key parsed once per reading; calls at the same time share one reading.
 *
 * ```ts
 * const port = secretsManagerPort(new SecretsManagerClient(), secretId);
 * const client = createPartnerApi({ baseUrl, credentials: createSigningSecret({ getSecretValue: port }) });
 * ```
 *
 * @throws {SigningSecretError | SigningKeyError} from `current()`, without any of the secret's content.
 */
export function createSigningSecret(options: SigningSecretOptions): CredentialsSource {
  const { ttlMs = defaultTtlMs, clock = Date.now } = options;
  const loading = new Map<SecretStage, Promise<Credentials | undefined>>();
  let cached: { credentials: Credentials; readAtMs: number } | undefined;

  function load(stage: SecretStage): Promise<Credentials | undefined> {
    const underWay = loading.get(stage);
    if (underWay !== undefined) return underWay;
    const reading = readVersion(stage, options).finally(() => loading.delete(stage));
    loading.set(stage, reading);
    return reading;
  }

  function keep(credentials: Credentials): Credentials {
    cached = { credentials, readAtMs: clock() };
    return credentials;
  }

  async function reload(): Promise<Credentials> {
    const credentials = await load('AWSCURRENT');
    if (credentials === undefined) throw new SigningSecretError('The signing secret has no current version.');
    return keep(credentials);
  }

  return {
    async current() {
      if (cached !== undefined && clock() - cached.readAtMs < ttlMs) return cached.credentials;
      return reload();
    },
    async *alternatives(refused) {
      const current = await reload();
      if (!sameCredentials(current, refused)) yield current;
      // A rotation that has not begun, or was cleaned up, leaves no readable pending version: then there is none to try.
      const pending = await load('AWSPENDING').catch(() => undefined);
      if (pending === undefined) return;
      if (!sameCredentials(pending, refused) && !sameCredentials(pending, current)) yield pending;
    },
    accepted(credentials) {
      if (cached === undefined || !sameCredentials(cached.credentials, credentials)) keep(credentials);
    },
  };
}

async function readVersion(stage: SecretStage, options: SigningSecretOptions): Promise<Credentials | undefined> {
  const text = await options.getSecretValue(stage);
  return text === undefined ? undefined : parseSigningSecret(text, options.createKmsSigner);
}

/**
 * The credentials in the text of a secret. Members it does not know are left alone: a rotation keeps its notes there.
 * @throws {SigningSecretError | SigningKeyError} without any of the content.
 */
export function parseSigningSecret(text: string, createKmsSigner?: (kmsKeyId: string) => Signer): Credentials {
  const secret = parseObject(text);
  const apiKey = textMember(secret, 'apiKey');
  if (apiKey === undefined) throw new SigningSecretError('The signing secret lacks the member apiKey (a text).');
  if (!/^[\x21-\x7e]+$/.test(apiKey)) {
    throw new SigningSecretError(
      'The apiKey of the signing secret holds blanks, line breaks or other foreign characters.',
    );
  }
  const kmsKeyId = textMember(secret, 'kmsKeyId');
  if (kmsKeyId !== undefined) {
    if (createKmsSigner === undefined)
      throw new SigningSecretError('The signing secret names a KMS key; none is set up.');
    return { apiKey, signer: createKmsSigner(kmsKeyId) };
  }
  const privateKeyPem = textMember(secret, 'privateKeyPem');
  if (privateKeyPem === undefined) {
    throw new SigningSecretError('The signing secret lacks the member privateKeyPem (a text).');
  }
  return { apiKey, signer: createKeySigner(privateKeyPem) };
}

/** JSON.parse quotes the text it stumbles over, which is the secret: its error is not kept as the cause. */
function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new SigningSecretError('The signing secret is not valid JSON.');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new SigningSecretError('The signing secret is not a JSON object.');
}

function textMember(secret: Record<string, unknown>, name: string): string | undefined {
  const value = secret[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
