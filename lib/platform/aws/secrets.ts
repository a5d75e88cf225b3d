import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ConfigurationError } from '../errors.ts';
import { awsRequestLimits } from './limits.ts';

let client: SecretsManagerClient | undefined;

/** The Secrets Manager client of this process, made at first use and kept with its connections. */
export function secretsManager(): SecretsManagerClient {
  client ??= new SecretsManagerClient({ ...awsRequestLimits });
  return client;
}

/**
 * The current text of a secret. A {@link ConfigurationError} when there is no such secret or it holds no text; any other
 * failure is the SDK's own error.
 */
export async function readSecretText(secrets: Pick<SecretsManagerClient, 'send'>, secretId: string): Promise<string> {
  try {
    const answer = await secrets.send(new GetSecretValueCommand({ SecretId: secretId }));
    if (answer.SecretString) return answer.SecretString;
  } catch (cause) {
    if (!(cause instanceof Error) || cause.name !== 'ResourceNotFoundException') throw cause;
    throw new ConfigurationError(`There is no secret "${secretId}" in Secrets Manager, or it has no value yet.`, {
      cause,
    });
  }
  throw new ConfigurationError(`The secret "${secretId}" holds no text (SecretString).`);
}
