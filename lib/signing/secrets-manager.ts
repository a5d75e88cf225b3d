import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SigningSecretError } from './errors.ts';
import type { GetSecretValue } from './secret.ts';

/**
 * Reads the versions of one secret from AWS Secrets Manager. A version that does not exist is undefined; everything else
 * that goes wrong is a {@link SigningSecretError} with the service's error as its cause.
 * @param secretId name or ARN.
 */
export function secretsManagerPort(client: Pick<SecretsManagerClient, 'send'>, secretId: string): GetSecretValue {
  return async (stage) => {
    try {
      const answer = await client.send(new GetSecretValueCommand({ SecretId: secretId, VersionStage: stage }));
      return answer.SecretString;
    } catch (cause) {
      if (cause instanceof Error && cause.name === 'ResourceNotFoundException') return undefined;
      throw new SigningSecretError(`The signing secret ${secretId} cannot be read from Secrets Manager.`, { cause });
    }
  };
}
