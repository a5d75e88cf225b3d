import type { Clock } from '../instructions/ports.ts';
import { checkWebhookSecret, WebhookSecretError } from './signature.ts';

/** Finds the secrets of an endpoint of a client, the newest first. */
export type WebhookSecrets = (client: string, endpoint: string) => Promise<readonly string[]>;

/** While a secret is replaced there are two; more than a few is a mistake. */
const mostSecrets = 5;

/**
 * The secrets of all endpoints, out of one document `{"<client>/<endpoint>": ["whsec_…", …]}`, kept for `ttlMs`. An endpoint
 * that is not in a document that was read before makes us read it again at once: it may have been added since.
 *
 * @param options.read gets the text of the document
 * @throws WebhookSecretError when the document or the endpoint's entry is missing or malformed; it names the entry only
 */
export function webhookSecrets(options: {
  read(): Promise<string>;
  readonly clock: Clock;
  readonly ttlMs?: number;
}): WebhookSecrets {
  const { read, clock, ttlMs = 300_000 } = options;
  let known: { entries: Record<string, unknown>; readAtMs: number } | undefined;

  async function renewed(): Promise<Record<string, unknown>> {
    const entries = entriesOf(await read());
    known = { entries, readAtMs: clock.nowMs() };
    return entries;
  }

  return async (client, endpoint) => {
    const name = `${client}/${endpoint}`;
    const isFresh = known !== undefined && clock.nowMs() - known.readAtMs < ttlMs;
    const entries = isFresh && known && Object.hasOwn(known.entries, name) ? known.entries : await renewed();
    return secretsIn(entries, name);
  };
}

function entriesOf(text: string): Record<string, unknown> {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    // The parser's own error is not kept as the cause: it quotes the text, and the text is secret.
    throw new WebhookSecretError('the secret with the webhook secrets is not JSON');
  }
  if (typeof document === 'object' && document !== null && !Array.isArray(document)) {
    return document as Record<string, unknown>;
  }
  throw new WebhookSecretError(
    'the secret with the webhook secrets is not an object {"<client>/<endpoint>": ["whsec_…"]}',
  );
}

function secretsIn(entries: Record<string, unknown>, name: string): string[] {
  const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
  if (entry === undefined) throw new WebhookSecretError(`there is no webhook secret for "${name}"`);
  const isList = Array.isArray(entry) && entry.length >= 1 && entry.length <= mostSecrets;
  if (!isList || !entry.every((secret) => typeof secret === 'string')) {
    throw new WebhookSecretError(`the webhook secrets of "${name}" must be a list of 1 to ${mostSecrets} texts`);
  }
  for (const secret of entry as string[]) checkNamed(secret, name);
  return entry as string[];
}

function checkNamed(secret: string, name: string): void {
  try {
    checkWebhookSecret(secret);
  } catch (cause) {
    throw new WebhookSecretError(`the webhook secrets of "${name}": ${(cause as Error).message}`, { cause });
  }
}
