import { createHmac, timingSafeEqual } from 'node:crypto';

/** The headers of a signed webhook (Standard Webhooks 1.0.0). */
export interface WebhookHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

/** A webhook secret that cannot be used. The message never holds any of it. */
export class WebhookSecretError extends Error {
  readonly code = 'webhook_secret';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'WebhookSecretError';
  }
}

/** A webhook that a receiver must not believe. `reason` is stable; the message is for people. */
export class WebhookVerificationError extends Error {
  readonly code = 'webhook_verification';
  readonly reason: 'missing header' | 'invalid timestamp' | 'too old' | 'too new' | 'no matching signature';

  constructor(reason: WebhookVerificationError['reason']) {
    super(`the webhook is not to be believed: ${reason}`);
    this.name = 'WebhookVerificationError';
    this.reason = reason;
  }
}

/** Secrets are this many bytes (Standard Webhooks 1.0.0, "Signature scheme"). */
const secretBytes = { least: 24, most: 64 };
/** How far a receiver lets the timestamp be from its own clock. */
export const webhookToleranceSeconds = 300;
/** A receiver looks at no more signatures than this in one header. */
const mostSignatures = 16;

/**
 * The headers that sign a body. With several secrets, as while one is being replaced, there is one signature for each and
 * the receiver needs only one of them.
 *
 * @param event.id the same for every attempt to deliver the same event; no `.` in it
 * @param event.timestampSeconds Unix seconds of this attempt
 * @param event.body exactly the text that is sent
 * @param event.secrets `whsec_` and base64 of 24 to 64 bytes
 */
export function sign(event: {
  readonly id: string;
  readonly timestampSeconds: number;
  readonly body: string;
  readonly secrets: readonly string[];
}): WebhookHeaders & Record<string, string> {
  const { id, timestampSeconds, body, secrets } = event;
  if (secrets.length === 0) throw new WebhookSecretError('there is no secret to sign with');
  if (id === '' || !/^[\x21-\x7e]+$/.test(id) || id.includes('.'))
    throw new TypeError('a webhook id is printable ASCII without "."');
  if (!Number.isSafeInteger(timestampSeconds) || timestampSeconds <= 0)
    throw new TypeError('timestampSeconds is Unix seconds');
  const timestamp = String(timestampSeconds);
  const signatures = secrets.map(
    (secret) => `v1,${signatureOf(keyOf(secret), id, timestamp, body).toString('base64')}`,
  );
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

/**
 * Checks a received webhook: one signature must match one of the secrets, and the timestamp must be within five minutes of
 * now. Compares in constant time.
 *
 * @param received.body the body as it came, before any parsing
 * @throws WebhookVerificationError
 */
export function verify(received: {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  readonly secrets: readonly string[];
  readonly nowSeconds: number;
}): void {
  const { headers, body, secrets, nowSeconds } = received;
  const [id, timestamp, given] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => headers[name]);
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof given !== 'string') {
    throw new WebhookVerificationError('missing header');
  }
  if (!/^\d{1,12}$/.test(timestamp)) throw new WebhookVerificationError('invalid timestamp');
  const ageSeconds = nowSeconds - Number(timestamp);
  if (ageSeconds > webhookToleranceSeconds) throw new WebhookVerificationError('too old');
  if (ageSeconds < -webhookToleranceSeconds) throw new WebhookVerificationError('too new');
  const expected = secrets.map((secret) => signatureOf(keyOf(secret), id, timestamp, body));
  const candidates = given
    .split(' ', mostSignatures)
    .flatMap((each) => (each.startsWith('v1,') ? [Buffer.from(each.slice('v1,'.length), 'base64')] : []));
  const matches = candidates.some((candidate) => expected.some((each) => sameBytes(candidate, each)));
  if (!matches) throw new WebhookVerificationError('no matching signature');
}

function signatureOf(key: Buffer, id: string, timestamp: string, body: string): Buffer {
  return createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest();
}

function keyOf(secret: string): Buffer {
  const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  if (base64 === undefined) throw new WebhookSecretError('a webhook secret must be "whsec_" followed by base64');
  const key = Buffer.from(base64, 'base64');
  if (key.byteLength < secretBytes.least || key.byteLength > secretBytes.most) {
    throw new WebhookSecretError(
      `a webhook secret must be ${secretBytes.least} to ${secretBytes.most} bytes, not ${key.byteLength}`,
    );
  }
  return key;
}

/** Whether a secret can be used; throws a {@link WebhookSecretError} that says why not. */
export function checkWebhookSecret(secret: string): void {
  keyOf(secret);
}

function sameBytes(a: Buffer, b: Buffer): boolean {
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}
