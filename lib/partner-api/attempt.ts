import type { Credentials, CredentialsSource } from '../signing/credentials.ts';
import { signedHeaders } from '../signing/headers.ts';
import { errorOf } from './answers.ts';
import { CancelledError, ConnectionLostError, CredentialsError, PartnerApiError, TooLateError } from './errors.ts';
import { writeJson } from './json.ts';
import type { CallOptions, CallReport, Operation, ZkpTokenSource } from './operation.ts';
import type { ServerClock } from './server-clock.ts';
import type { Transport, TransportAnswer, TransportRequest } from './transport.ts';
import { buildUrl } from './urls.ts';

/** What every attempt is made with. */
export interface AttemptSettings {
  base: string;
  credentials: CredentialsSource;
  transport: Transport;
  serverClock: ServerClock;
  /** For one attempt, when the call does not say. */
  timeoutMs: number;
  onCall: ((report: CallReport) => void) | undefined;
}

/** Signs, sends and judges once, and tells `onCall` of it. */
export async function attempt(
  settings: AttemptSettings,
  operation: Operation,
  options: CallOptions,
  credentials: Credentials | undefined,
): Promise<TransportAnswer> {
  const { serverClock } = settings;
  const startedMs = serverClock.localMs();
  let status: number | undefined;
  let failure: PartnerApiError | undefined;
  try {
    const request = await signedRequest(settings, operation, options, credentials);
    const sentAtMs = serverClock.localMs();
    const answer = await settings.transport(request);
    status = answer.status;
    const answeredAtMs = serverClock.localMs();
    serverClock.learn(answer.headers['date'], sentAtMs, answeredAtMs);
    if (status < 200 || status > 299) throw errorOf(operation.name, answer, answeredAtMs);
    return answer;
  } catch (cause) {
    // A transport of another make may reject with anything; what is not known to be harmless counts as sent.
    failure =
      cause instanceof PartnerApiError
        ? cause
        : new ConnectionLostError(`${operation.name}: the exchange failed`, { cause });
    throw failure;
  } finally {
    const durationMs = serverClock.localMs() - startedMs;
    tell(settings, { operation: operation.name, method: operation.method, status, durationMs, error: failure });
  }
}

/** A metric that fails must not turn an answer of the API into an error: money may have moved. */
function tell({ onCall }: AttemptSettings, report: CallReport): void {
  try {
    onCall?.(report);
  } catch {
    // There is nobody to tell: the only witness is the hook that failed.
  }
}

async function signedRequest(
  settings: AttemptSettings,
  operation: Operation,
  options: CallOptions,
  credentials: Credentials | undefined,
): Promise<TransportRequest> {
  const url = buildUrl(settings.base, operation.path, operation.query);
  const body = typeof operation.body === 'object' ? writeJson(operation.body) : operation.body;
  const authentication =
    operation.zkpToken === undefined
      ? await signature(settings, operation, options, credentials as Credentials, url, body)
      : await proof(operation.name, operation.zkpToken);
  return {
    method: operation.method,
    url,
    // Both headers go with every request, a GET as well: one edition of the guides asks for it (reference 1.4).
    headers: { accept: 'application/json', 'content-type': 'application/json', ...authentication },
    body,
    timeoutMs: options.timeoutMs ?? settings.timeoutMs,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  };
}

async function signature(
  settings: AttemptSettings,
  operation: Operation,
  options: CallOptions,
  credentials: Credentials,
  url: string,
  body: string | undefined,
): Promise<Record<string, string>> {
  if (options.signal?.aborted === true) throw new CancelledError(`${operation.name}: ended before it was sent`);
  // One reading of the clock serves the check and the timestamp, so nothing is stamped later than what was checked.
  const nowMs = settings.serverClock.localMs();
  if (options.signBeforeMs !== undefined && nowMs >= options.signBeforeMs) {
    throw new TooLateError(`${operation.name}: not signed, the time to do so had passed`);
  }
  const timestampSeconds = Math.floor((nowMs + settings.serverClock.correctionMs()) / 1000);
  try {
    return await signedHeaders({ credentials, url, body, timestampSeconds });
  } catch (cause) {
    throw new CredentialsError(`${operation.name}: signing failed`, { cause });
  }
}

async function proof(name: string, zkpToken: ZkpTokenSource): Promise<Record<string, string>> {
  try {
    return { 'x-api-zkp': await zkpToken() };
  } catch (cause) {
    throw new CredentialsError(`${name}: no zero-knowledge token could be made`, { cause });
  }
}
