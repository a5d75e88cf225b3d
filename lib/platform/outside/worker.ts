import type { Worker } from '../../instructions/outside.ts';
import { type CallReport, createPartnerApi } from '../../partner-api/index.ts';
import { createSigningSecret } from '../../signing/secret.ts';
import { secretsManagerPort } from '../../signing/secrets-manager.ts';
import { secretsManager } from '../aws/secrets.ts';
import { environment } from '../environment.ts';
import { reporter } from '../reporter.ts';
import { door } from './door.ts';

/** One request, and for reads one more: both fit into a worker's time-out with room for the table. */
const requestTimeoutMs = 8_000;
const readAttempts = 2;
const longestWaitMs = 2_000;

let made: Worker | undefined;

/** What a worker touches: what a door does, and the Partner API with the signing key out of Secrets Manager. */
export function worker(): Worker {
  made ??= {
    ...door(),
    api: createPartnerApi({
      baseUrl: environment.partnerApiBaseUrl,
      credentials: createSigningSecret({
        getSecretValue: secretsManagerPort(secretsManager(), environment.signingSecretId),
      }),
      timeoutMs: requestTimeoutMs,
      readAttempts,
      longestWaitMs,
      onCall: measure,
    }),
  };
  return made;
}

/** Every attempt is measured, and counted when it failed. */
function measure({ operation, durationMs, error }: CallReport): void {
  reporter().duration('PartnerApiLatencyMs', durationMs, { operation });
  if (error !== undefined) reporter().count('PartnerApiErrors', 1, { operation, effect: error.effect });
}
