import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { localArn } from '../account.ts';

/** One version of a secret. Binary values are kept in Base64. */
export interface SecretVersion {
  id: string;
  secretString?: string;
  secretBinary?: string;
  stages: string[];
  createdAtSeconds: number;
}

/** One secret. */
export interface Secret {
  name: string;
  arn: string;
  description?: string;
  createdAtSeconds: number;
  changedAtSeconds: number;
  versions: SecretVersion[];
}

/** An error of the Secrets Manager API; `type` is what the SDK makes its exception of. */
export class SecretsManagerError extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.name = 'SecretsManagerError';
    this.type = type;
  }
}

/** AWS ends an ARN in six random characters; here they follow from the name, so that a restart gives the same ARN. */
export function secretArn(region: string, name: string): string {
  const suffix = createHash('sha256').update(name).digest('hex').slice(0, 6);
  return localArn('secretsmanager', region, `secret:${name}-${suffix}`);
}

/** Secrets in memory and, where a file is given, in that file, which is replaced as a whole at every change. */
export class SecretStore {
  readonly #secrets = new Map<string, Secret>();
  readonly #region: string;
  readonly #file: string | undefined;
  readonly #nowSeconds: () => number;

  constructor(options: { region: string; file?: string | undefined; now?: () => number }) {
    this.#region = options.region;
    this.#file = options.file;
    const now = options.now ?? Date.now;
    this.#nowSeconds = () => now() / 1000;
    if (this.#file && existsSync(this.#file)) {
      for (const secret of JSON.parse(readFileSync(this.#file, 'utf8')) as Secret[]) {
        this.#secrets.set(secret.name, secret);
      }
    }
  }

  /** A new secret without a version. */
  create(name: string, description?: string): Secret {
    if (this.#secrets.has(name)) {
      throw new SecretsManagerError(
        'ResourceExistsException',
        `The operation failed because the secret ${name} already exists.`,
      );
    }
    const now = this.#nowSeconds();
    const secret: Secret = {
      name,
      arn: secretArn(this.#region, name),
      ...(description === undefined ? {} : { description }),
      createdAtSeconds: now,
      changedAtSeconds: now,
      versions: [],
    };
    this.#secrets.set(name, secret);
    this.#save();
    return secret;
  }

  /** The secret of a name, a full ARN, or an ARN without its random end. */
  find(id: string): Secret | undefined {
    const named = this.#secrets.get(id);
    if (named) return named;
    return [...this.#secrets.values()].find(({ arn }) => arn === id || arn.replace(/-[^-]{6}$/, '') === id);
  }

  /** As `find`, but a missing secret is the API's `ResourceNotFoundException`. */
  get(id: string): Secret {
    const secret = this.find(id);
    if (secret) return secret;
    throw new SecretsManagerError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  }

  /**
   * Adds a version. The same token with the same value again is the same version; with another value it is refused, so
   * that a retried call cannot make two versions. The first version of a secret is always current.
   */
  put(
    secret: Secret,
    value: Pick<SecretVersion, 'secretString' | 'secretBinary'>,
    token?: string,
    stages?: string[],
  ): SecretVersion {
    const existing = secret.versions.find(({ id }) => id === token);
    if (existing) {
      if (existing.secretString === value.secretString && existing.secretBinary === value.secretBinary) return existing;
      throw new SecretsManagerError(
        'ResourceExistsException',
        `A resource with the ID ${token} already exists and its value differs: existing versions cannot be changed.`,
      );
    }
    const version: SecretVersion = {
      id: token ?? randomUUID(),
      ...value,
      stages: [],
      createdAtSeconds: this.#nowSeconds(),
    };
    const wanted = new Set(stages ?? ['AWSCURRENT']);
    if (secret.versions.length === 0) wanted.add('AWSCURRENT');
    secret.versions.push(version);
    for (const stage of wanted) this.#attach(secret, version, stage);
    this.#changed(secret);
    return version;
  }

  /** Moves a stage label: away from `fromId`, onto `toId`. */
  moveStage(secret: Secret, stage: string, fromId: string | undefined, toId: string | undefined): void {
    const holder = secret.versions.find((version) => version.stages.includes(stage));
    if (fromId !== undefined && holder?.id !== fromId) {
      throw new SecretsManagerError(
        'InvalidParameterException',
        `The parameter RemoveFromVersionId can't be ${fromId}: staging label ${stage} is attached to ${holder?.id ?? 'no version'}.`,
      );
    }
    if (toId !== undefined && holder && holder.id !== toId && fromId === undefined) {
      throw new SecretsManagerError(
        'InvalidParameterException',
        `Staging label ${stage} is attached to version ${holder.id}: give it as RemoveFromVersionId.`,
      );
    }
    if (toId === undefined && stage === 'AWSCURRENT') {
      throw new SecretsManagerError('InvalidParameterException', 'AWSCURRENT can be moved, but not removed.');
    }
    if (toId !== undefined) this.#attach(secret, this.#version(secret, toId), stage);
    else if (holder) holder.stages = holder.stages.filter((label) => label !== stage);
    this.#changed(secret);
  }

  #version(secret: Secret, id: string): SecretVersion {
    const version = secret.versions.find((candidate) => candidate.id === id);
    if (version) return version;
    throw new SecretsManagerError(
      'ResourceNotFoundException',
      `Secrets Manager can't find the version ${id} of the secret.`,
    );
  }

  /** A label sits on one version at a time, and what AWSCURRENT leaves behind becomes AWSPREVIOUS. */
  #attach(secret: Secret, version: SecretVersion, stage: string): void {
    const holder = secret.versions.find((candidate) => candidate.stages.includes(stage));
    if (holder === version) return;
    if (holder) holder.stages = holder.stages.filter((label) => label !== stage);
    version.stages.push(stage);
    if (stage === 'AWSCURRENT') {
      version.stages = version.stages.filter((label) => label !== 'AWSPREVIOUS');
      if (holder) this.#attach(secret, holder, 'AWSPREVIOUS');
    }
  }

  #changed(secret: Secret): void {
    secret.changedAtSeconds = this.#nowSeconds();
    this.#save();
  }

  /** Written beside and renamed, so that a kill leaves the old file or the new one; readable by its owner only. */
  #save(): void {
    if (!this.#file) return;
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(`${this.#file}.new`, JSON.stringify([...this.#secrets.values()], null, 2), { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
  }
}
