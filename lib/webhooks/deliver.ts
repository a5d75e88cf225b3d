import type { Clock, Hints, ItemStore, Random, Reporter, WebhookPost } from '../instructions/ports.ts';
import { dueAtOf, type Subject, type Telling } from '../instructions/subject.ts';
import { render, webhookId } from './events.ts';
import { retryPeriodMs, retryWaitMs } from './retry.ts';
import { sign, WebhookSecretError } from './signature.ts';

/** One place a client is told at, from configuration. */
export interface Endpoint {
  readonly name: string;
  readonly url: string;
  /** Only events of these types; all when absent. */
  readonly events?: readonly string[] | undefined;
}

/** What telling touches. */
export interface Teller {
  readonly store: ItemStore;
  readonly hints: Hints;
  readonly clock: Clock;
  readonly random: Random;
  readonly report: Reporter;
  readonly post: WebhookPost;
  /** The endpoints of a client, from configuration. */
  endpointsOf(client: string): readonly Endpoint[];
  /** The signing secrets of an endpoint, the newest first. */
  secretsOf(client: string, endpoint: string): Promise<readonly string[]>;
}

/** One worker tells one subject's clients at a time, for at most this long. */
export const tellingLeaseMs = 90_000;
/** At most this many posts in one go; what is left comes with the next hint. */
const maxPosts = 4;
const postTimeoutMs = 5_000;
const maxTries = 8;

/**
 * Tells every endpoint of a subject's client what it does not know yet, in order, each event under an id of its own.
 *
 *     us    read ── write tellAt + lease if unchanged ✓ ── POST … 2xx ── write announced
 *     them  read ── write tellAt + lease if unchanged ✗    stop
 *
 * A worker that dies after the 2xx tells it again under the same `webhook-id`.
 */
export async function deliverWebhooks(teller: Teller, id: string): Promise<void> {
  const claimed = await claimTelling(teller, id);
  if (claimed === undefined) return;
  const told: Record<string, Telling> = {};
  let posts = 0;
  for (const endpoint of teller.endpointsOf(claimed.client)) {
    let telling = claimed.telling[endpoint.name] ?? { announced: 0, failures: 0 };
    while (posts < maxPosts && isDue(telling, claimed, teller.clock.nowMs())) {
      const wanted = isWanted(endpoint, claimed, telling.announced);
      if (wanted) posts++;
      const before = telling;
      telling = wanted
        ? await tell(teller, claimed, endpoint, telling)
        : { announced: telling.announced + 1, failures: 0, ...kept(telling) };
      if (telling.announced === before.announced) break;
    }
    told[endpoint.name] = telling;
  }
  await recordTelling(teller, id, told);
}

function isDue(telling: Telling, subject: Subject, nowMs: number): boolean {
  return telling.announced < subject.history.length && (telling.nextAtMs ?? 0) <= nowMs;
}

function isWanted(endpoint: Endpoint, subject: Subject, sequence: number): boolean {
  return endpoint.events === undefined || endpoint.events.includes(render(subject, sequence).type);
}

/** What stays when the next entry's turn comes. */
function kept({ givenUp, replays }: Telling): Pick<Telling, 'givenUp' | 'replays'> {
  return { ...(givenUp === undefined ? {} : { givenUp }), ...(replays === undefined ? {} : { replays }) };
}

async function claimTelling(teller: Teller, id: string): Promise<Subject | undefined> {
  const nowMs = teller.clock.nowMs();
  const current = await teller.store.get<Subject>(id);
  if (current === undefined || current.tellAtMs === undefined || current.tellAtMs > nowMs) return undefined;
  return await teller.store.replace<Subject>(current, withTelling(current, current.telling, nowMs + tellingLeaseMs));
}

/** The same subject with this telling, due to be told at `tellAtMs` or never again. */
export function withTelling(subject: Subject, telling: Subject['telling'], tellAtMs: number | undefined): Subject {
  const { tellAtMs: _tellAt, ...rest } = subject;
  const next = { ...rest, telling, ...(tellAtMs === undefined ? {} : { tellAtMs }) };
  const { dueAtMs: _dueAt, ...index } = subject.index;
  return { ...next, index: { ...index, ...dueAtOf(next) } };
}

/** One post. @returns the endpoint's state after it */
async function tell(teller: Teller, subject: Subject, endpoint: Endpoint, telling: Telling): Promise<Telling> {
  const sequence = telling.announced;
  const facts = { subjectId: subject.id, clientId: subject.client, endpoint: endpoint.name, sequence };
  const firstTriedAtMs = telling.firstTriedAtMs ?? teller.clock.nowMs();
  const failure = await post(teller, subject, endpoint, sequence);
  if (failure === undefined) {
    teller.report.info('webhook delivered', facts);
    return { announced: sequence + 1, failures: 0, ...kept(telling) };
  }
  const nowMs = teller.clock.nowMs();
  const failures = telling.failures + 1;
  teller.report.count('WebhookFailures', 1);
  teller.report.warn('webhook failed', { ...facts, failures, ...failure.facts });
  if (failure.gone || nowMs - firstTriedAtMs >= retryPeriodMs) {
    teller.report.alarm('webhook_given_up', facts);
    return { announced: sequence + 1, failures: 0, ...kept(telling), givenUp: [...(telling.givenUp ?? []), sequence] };
  }
  const waitMs = Math.max(failure.retryAfterMs ?? 0, retryWaitMs(failures, teller.random.fraction()));
  return { ...telling, failures, firstTriedAtMs, nextAtMs: Math.min(nowMs + waitMs, firstTriedAtMs + retryPeriodMs) };
}

interface Failure {
  /** 410: the partner has taken the endpoint down for good (Standard Webhooks 1.0.0). */
  readonly gone: boolean;
  readonly retryAfterMs?: number;
  readonly facts: Record<string, unknown>;
}

async function post(
  teller: Teller,
  subject: Subject,
  endpoint: Endpoint,
  sequence: number,
): Promise<Failure | undefined> {
  try {
    const body = JSON.stringify(render(subject, sequence));
    const secrets = await teller.secretsOf(subject.client, endpoint.name);
    const timestampSeconds = Math.floor(teller.clock.nowMs() / 1000);
    const headers = sign({ id: webhookId(subject, sequence), timestampSeconds, body, secrets });
    const { status, retryAfterMs } = await teller.post({
      url: endpoint.url,
      headers: { ...headers, 'content-type': 'application/json' },
      body,
      timeoutMs: postTimeoutMs,
    });
    if (status >= 200 && status < 300) return undefined;
    return { gone: status === 410, ...(retryAfterMs === undefined ? {} : { retryAfterMs }), facts: { status } };
  } catch (error) {
    // No repetition mends our own secret, and after a day the event is given up.
    if (error instanceof WebhookSecretError) {
      teller.report.alarm('webhook_secret_unusable', { clientId: subject.client, endpoint: endpoint.name, error });
    }
    return { gone: false, facts: { error } };
  }
}

/** Merges what was told into the newest version: its history may have grown meanwhile. */
async function recordTelling(teller: Teller, id: string, told: Record<string, Telling>): Promise<void> {
  for (let tries = 0; tries < maxTries; tries++) {
    const current = await teller.store.get<Subject>(id);
    if (current === undefined) return;
    const telling = { ...current.telling, ...ahead(current.telling, told) };
    const tellAtMs = nextTellAt(teller, current, telling);
    const written = await teller.store.replace<Subject>(current, withTelling(current, telling, tellAtMs));
    if (written === undefined) continue;
    const nowMs = teller.clock.nowMs();
    if (tellAtMs !== undefined && tellAtMs - nowMs < 900_000) {
      await teller.hints.send('tell', [{ id }], { delayMs: Math.max(0, tellAtMs - nowMs) });
    }
    return;
  }
}

/**
 * A worker that stood still for longer than its lease must not take back what another has told since, and one that was
 * telling while an operator asked for a replay must not take back the replay.
 */
function ahead(known: Subject['telling'], told: Record<string, Telling>): Record<string, Telling> {
  return Object.fromEntries(
    Object.entries(told).filter(([name, { announced, replays = 0 }]) => {
      const there: Pick<Telling, 'announced' | 'replays'> = known[name] ?? { announced: 0 };
      return announced >= there.announced && replays === (there.replays ?? 0);
    }),
  );
}

function nextTellAt(teller: Teller, subject: Subject, telling: Subject['telling']): number | undefined {
  const moments = teller
    .endpointsOf(subject.client)
    .map((endpoint) => telling[endpoint.name] ?? { announced: 0, failures: 0 })
    .filter((state) => state.announced < subject.history.length)
    .map((state) => state.nextAtMs ?? teller.clock.nowMs());
  return moments.length > 0 ? Math.min(...moments) : undefined;
}
