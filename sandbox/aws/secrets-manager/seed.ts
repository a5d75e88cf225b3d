import { randomBytes } from 'node:crypto';
import { UnknownNameError } from '../errors.ts';
import type { SecretDefinition } from '../template/resources.ts';
import type { SecretStore } from './store.ts';

/**
 * Makes the secrets of `serverless.yml` that do not exist yet and gives each its first value: from `values` (by the
 * secret's name), else from the file, else none, so that reading it is a `ResourceNotFoundException` as after a real
 * deployment. A secret that has a value already, out of a data folder, keeps it.
 */
export function seedSecrets(
  store: SecretStore,
  definitions: readonly SecretDefinition[],
  values: Readonly<Record<string, string>>,
): void {
  const known = definitions.map(({ name }) => name);
  for (const name of Object.keys(values)) {
    if (!known.includes(name)) throw new UnknownNameError('secret', name, known);
  }
  for (const definition of definitions) {
    const secret = store.find(definition.name) ?? store.create(definition.name);
    const value = values[definition.name] ?? definition.SecretString ?? generated(definition);
    if (secret.versions.length === 0 && value !== undefined) store.put(secret, { secretString: value });
  }
}

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const punctuation = '!#$%&()*+,-./:;<=>?@[]^_{|}~';

function generated({ GenerateSecretString: wish }: SecretDefinition): string | undefined {
  if (!wish) return undefined;
  const alphabet = wish.ExcludePunctuation ? letters : letters + punctuation;
  const password = [...randomBytes(wish.PasswordLength ?? 32)].map((byte) => alphabet[byte % alphabet.length]).join('');
  if (!wish.GenerateStringKey) return password;
  const template = JSON.parse(wish.SecretStringTemplate ?? '{}') as Record<string, unknown>;
  return JSON.stringify({ ...template, [wish.GenerateStringKey]: password });
}
