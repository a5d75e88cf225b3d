import { type Secret, type SecretStore, SecretsManagerError, type SecretVersion } from './store.ts';

/** The body of a request or an answer, as the AWS JSON protocol has it. Times are seconds since 1970. */
export type Body = Record<string, unknown>;

type Action = (store: SecretStore, input: Body) => Body;

/** The calls that are served, by their name in the API. */
export const actions: Readonly<Record<string, Action>> = {
  CreateSecret: createSecret,
  DescribeSecret: (store, input) => describeSecret(store.get(text(input, 'SecretId'))),
  GetSecretValue: getSecretValue,
  ListSecretVersionIds: listSecretVersionIds,
  PutSecretValue: putSecretValue,
  UpdateSecretVersionStage: updateSecretVersionStage,
};

function createSecret(store: SecretStore, input: Body): Body {
  const name = text(input, 'Name');
  const value = givenValue(input);
  const token = optionalText(input, 'ClientRequestToken');
  // The SDK retries with the same token; a repeated call must find its own result and not an error.
  const repeated = token === undefined ? undefined : store.find(name);
  const own = repeated?.versions.some(({ id }) => id === token);
  const secret = own && repeated ? repeated : store.create(name, optionalText(input, 'Description'));
  const version = value && store.put(secret, value, token);
  return { ARN: secret.arn, Name: secret.name, ...(version ? { VersionId: version.id } : {}) };
}

function putSecretValue(store: SecretStore, input: Body): Body {
  const secret = store.get(text(input, 'SecretId'));
  const value = givenValue(input);
  if (!value) {
    throw new SecretsManagerError('InvalidRequestException', 'You must provide either SecretString or SecretBinary.');
  }
  const stages = input['VersionStages'] as string[] | undefined;
  const version = store.put(secret, value, optionalText(input, 'ClientRequestToken'), stages);
  return { ARN: secret.arn, Name: secret.name, VersionId: version.id, VersionStages: version.stages };
}

function getSecretValue(store: SecretStore, input: Body): Body {
  const secret = store.get(text(input, 'SecretId'));
  const id = optionalText(input, 'VersionId');
  const stage = optionalText(input, 'VersionStage');
  const version = secret.versions.find(
    (candidate) =>
      (id === undefined || candidate.id === id) &&
      (id !== undefined && stage === undefined ? true : candidate.stages.includes(stage ?? 'AWSCURRENT')),
  );
  if (!version) {
    const wanted = id === undefined ? `staging label: ${stage ?? 'AWSCURRENT'}` : `VersionId: ${id}`;
    throw new SecretsManagerError(
      'ResourceNotFoundException',
      `Secrets Manager can't find the specified secret value for ${wanted}`,
    );
  }
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: version.id,
    VersionStages: version.stages,
    CreatedDate: version.createdAtSeconds,
    ...(version.secretString === undefined ? {} : { SecretString: version.secretString }),
    ...(version.secretBinary === undefined ? {} : { SecretBinary: version.secretBinary }),
  };
}

function updateSecretVersionStage(store: SecretStore, input: Body): Body {
  const secret = store.get(text(input, 'SecretId'));
  const from = optionalText(input, 'RemoveFromVersionId');
  store.moveStage(secret, text(input, 'VersionStage'), from, optionalText(input, 'MoveToVersionId'));
  return { ARN: secret.arn, Name: secret.name };
}

function describeSecret(secret: Secret): Body {
  const labelled = secret.versions.filter(({ stages }) => stages.length > 0);
  return {
    ARN: secret.arn,
    Name: secret.name,
    ...(secret.description === undefined ? {} : { Description: secret.description }),
    CreatedDate: secret.createdAtSeconds,
    LastChangedDate: secret.changedAtSeconds,
    VersionIdsToStages: Object.fromEntries(labelled.map(({ id, stages }) => [id, stages])),
  };
}

function listSecretVersionIds(store: SecretStore, input: Body): Body {
  const secret = store.get(text(input, 'SecretId'));
  const all = input['IncludeDeprecated'] === true;
  const versions = secret.versions.filter(({ stages }) => all || stages.length > 0);
  return {
    ARN: secret.arn,
    Name: secret.name,
    Versions: versions.map(({ id, stages, createdAtSeconds }) => ({
      VersionId: id,
      VersionStages: stages,
      CreatedDate: createdAtSeconds,
    })),
  };
}

function givenValue(input: Body): Pick<SecretVersion, 'secretString' | 'secretBinary'> | undefined {
  const secretString = optionalText(input, 'SecretString');
  const secretBinary = optionalText(input, 'SecretBinary');
  if (secretString !== undefined && secretBinary !== undefined) {
    throw new SecretsManagerError(
      'InvalidRequestException',
      'You can give SecretString or SecretBinary, but not both.',
    );
  }
  if (secretString !== undefined) return { secretString };
  return secretBinary === undefined ? undefined : { secretBinary };
}

function text(input: Body, name: string): string {
  const value = optionalText(input, name);
  if (value) return value;
  throw new SecretsManagerError(
    'ValidationException',
    `Value at '${name}' failed to satisfy constraint: must be given`,
  );
}

function optionalText(input: Body, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw new SecretsManagerError('SerializationException', `${name} must be a string`);
}
