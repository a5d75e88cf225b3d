import type { Credentials, CredentialsSource } from '../signing/credentials.ts';
import { readSuccess } from './answers.ts';
import { type AttemptSettings, attempt } from './attempt.ts';
import { AuthenticationError, CredentialsError, PartnerApiError, UnreadableAnswerError } from './errors.ts';
import type { CallOptions, CallRaw, Calls, Operation } from './operation.ts';
import { type RetryPolicy, waitBeforeRetryMs } from './retry.ts';
import type { TransportAnswer } from './transport.ts';

/** What every call is made with. */
export interface CallSettings extends AttemptSettings {
  retry: RetryPolicy;
}

/** The sender of operations: signing, clock correction, the second key, and the repetition of reads live here only. */
export function createCalls(settings: CallSettings): Calls {
  const callRaw: CallRaw = (operation, options = {}) => repeated(settings, operation, options);
  return {
    callRaw,
    call: async (operation, read, options) => {
      const answer = await callRaw(operation, options);
      const value = readSuccess(operation.name, answer);
      try {
        return read(value);
      } catch (cause) {
        if (cause instanceof PartnerApiError) throw cause;
        const why = cause instanceof Error ? cause.message : 'its form is unknown';
        throw new UnreadableAnswerError(`${operation.name}: ${why}`, { status: answer.status, cause });
      }
    },
    callForStatus: async (operation, options) => {
      await callRaw(operation, options);
    },
  };
}

/** Repeats reads within the policy. Anything else is sent once: whoever creates something keeps the count itself. */
async function repeated(settings: CallSettings, operation: Operation, options: CallOptions): Promise<TransportAnswer> {
  const repeatable = operation.repeatable ?? operation.method === 'GET';
  for (let next = 2; ; next += 1) {
    try {
      return await authenticated(settings, operation, options);
    } catch (error) {
      if (!(error instanceof PartnerApiError) || !repeatable || options.signal?.aborted === true) throw error;
      const waitMs = waitBeforeRetryMs(error, next, settings.retry);
      if (waitMs === undefined) throw error;
      await settings.retry.sleep(waitMs);
    }
  }
}

/**
 * One attempt, and after a 401 at most one more for a corrected clock and one for each other version of the key. That is
 * safe for every operation: a 401 is given before the API looks at the request (reference 2.6), so it had no effect.
 */
async function authenticated(settings: CallSettings, operation: Operation, options: CallOptions) {
  const { credentials: source, serverClock } = settings;
  if (operation.zkpToken !== undefined) return attempt(settings, operation, options, undefined);
  const first = await currentCredentials(source);
  let refusal: AuthenticationError;
  const correctionMs = serverClock.correctionMs();
  try {
    return await attempt(settings, operation, options, first);
  } catch (error) {
    if (!(error instanceof AuthenticationError)) throw error;
    refusal = error;
  }
  if (refusal.reason === 'timestamp') {
    if (serverClock.correctionMs() === correctionMs) throw refusal;
    return attempt(settings, operation, options, first);
  }
  if (refusal.reason !== 'signature' && refusal.reason !== 'api key') throw refusal;
  return withOtherCredentials(settings, operation, options, first, refusal);
}

async function withOtherCredentials(
  settings: CallSettings,
  operation: Operation,
  options: CallOptions,
  refused: Credentials,
  refusal: AuthenticationError,
): Promise<TransportAnswer> {
  const candidates = settings.credentials.alternatives?.(refused)[Symbol.asyncIterator]();
  let last = refusal;
  // Two at most by the promise of the source: the current and the pending version; the bound is kept here as well.
  for (let tried = 0; candidates !== undefined && tried < 2; tried += 1) {
    const candidate = await candidates.next().catch(() => undefined);
    if (candidate === undefined || candidate.done === true) break;
    try {
      const answer = await attempt(settings, operation, options, candidate.value);
      settings.credentials.accepted?.(candidate.value);
      return answer;
    } catch (error) {
      if (!(error instanceof AuthenticationError)) throw error;
      last = error;
    }
  }
  throw last;
}

async function currentCredentials(source: CredentialsSource): Promise<Credentials> {
  try {
    return await source.current();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'unknown';
    throw new CredentialsError(`the credentials of the Partner API cannot be used: ${why}`, { cause });
  }
}
