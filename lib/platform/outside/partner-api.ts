import { type CallReport, createPartnerApi, type PartnerApi } from '../../partner-api/index.ts';
import type { CredentialsSource } from '../../signing/credentials.ts';
import { createSigningSecret } from '../../signing/secret.ts';
import { secretsManagerPort } from '../../signing/secrets-manager.ts';
import { secretsManager } from '../aws/secrets.ts';
import { environment } from '../environment.ts';
import { longestWaitMs, readAttempts, requestTimeoutMs } from '../patience.ts';
import { reporter } from '../reporter.ts';

/** A `Date` that is further from our clock than the API's own window is not believed: the fences reckon with no more. */
const maxClockCorrectionMs = 300_000;

/** The key in a secret, read at once: it arrives while the table is asked for the work, and whoever signs waits for it. */
export function credentialsIn(secretId: string): CredentialsSource {
  const credentials = createSigningSecret({ getSecretValue: secretsManagerPort(secretsManager(), secretId) });
  // What goes wrong here goes wrong again when it is needed, and is told then.
  void credentials.current().catch(() => {});
  return credentials;
}

/** The Partner API, signed with the key in this secret, every attempt measured. */
export function partnerApiAs(credentials: CredentialsSource): PartnerApi {
  return createPartnerApi({
    baseUrl: environment.partnerApiBaseUrl,
    credentials,
    timeoutMs: requestTimeoutMs,
    readAttempts,
    longestWaitMs,
    maxClockCorrectionMs,
    onCall: measure,
  });
}

/** Every attempt is measured, and counted when it failed. */
function measure({ operation, durationMs, error }: CallReport): void {
  reporter().duration('PartnerApiLatencyMs', durationMs, { operation });
  if (error !== undefined) reporter().count('PartnerApiErrors', 1, { operation, effect: error.effect });
}
