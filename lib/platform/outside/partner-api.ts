import { type CallReport, createPartnerApi, type PartnerApi } from '../../partner-api/index.ts';
import { createSigningSecret } from '../../signing/secret.ts';
import { secretsManagerPort } from '../../signing/secrets-manager.ts';
import { secretsManager } from '../aws/secrets.ts';
import { environment } from '../environment.ts';
import { reporter } from '../reporter.ts';

/** One request, and for reads one more: both fit into a worker's time-out with room for the table. */
const requestTimeoutMs = 8_000;
const readAttempts = 2;
const longestWaitMs = 2_000;

/** The Partner API, signed with the key in this secret, every attempt measured. */
export function partnerApiAs(secretId: string): PartnerApi {
  const credentials = createSigningSecret({ getSecretValue: secretsManagerPort(secretsManager(), secretId) });
  // The key is fetched while the table is asked for the work; whoever signs waits for this very reading, or learns why not.
  void credentials.current().catch(() => {});
  return createPartnerApi({
    baseUrl: environment.partnerApiBaseUrl,
    credentials,
    timeoutMs: requestTimeoutMs,
    readAttempts,
    longestWaitMs,
    onCall: measure,
  });
}

/** Every attempt is measured, and counted when it failed. */
function measure({ operation, durationMs, error }: CallReport): void {
  reporter().duration('PartnerApiLatencyMs', durationMs, { operation });
  if (error !== undefined) reporter().count('PartnerApiErrors', 1, { operation, effect: error.effect });
}
