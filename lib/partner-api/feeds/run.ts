import { setTimeout as wait } from 'node:timers/promises';
import { PartnerApiError, UnreadableAnswerError } from '../errors.ts';
import { isJsonObject, type JsonObject, parseJson } from '../json.ts';
import { type FeedSocket, openSocket, type SocketOptions } from './socket.ts';

/** What makes one feed different from another. */
export interface FeedSource<Message> {
  /** Where to dial, with headers made for this one dial (reference 9.3: fresh signatures). */
  address(): Promise<{ url: string; headers: Record<string, string> }>;
  read(wire: JsonObject): Message;
  /** What may have been missed, read by REST. */
  missed(signal: AbortSignal): AsyncIterable<Message>;
  /** Whether it was not told yet. */
  isNew(message: Message): boolean;
  /** Remembers that it was told. */
  told(message: Message): void;
}

/** What happens to a feed; for logs and health checks. */
export interface FeedReport {
  /** `open` means connected and caught up; `waiting` that the next dial is due in `waitMs`. */
  state: 'connecting' | 'open' | 'waiting' | 'closed';
  waitMs?: number;
  /** Why the connection ended or could not be made. */
  error?: PartnerApiError;
}

/** What every feed can be told. */
export interface FeedOptions<Message> extends Partial<SocketOptions> {
  /**
   * Told of each message once, one after the other; `recovered` when it was read by REST. When it fails, the message is
   * taken for not told: the feed reconnects and tells it again.
   */
  onMessage: (message: Message, context: { recovered: boolean }) => void | Promise<void>;
  onState?: ((report: FeedReport) => void) | undefined;
  /** From 0 to below 1. */
  random?: (() => number) | undefined;
  /** Ends early, by resolving or rejecting, when the signal is aborted. */
  sleep?: ((ms: number, signal: AbortSignal) => Promise<unknown>) | undefined;
}

/** A running feed. */
export interface Feed {
  /** Ends it; resolves when the connection is gone and the last message handled. */
  close(): Promise<void>;
}

/** Half of a wait is jitter, so the first is between one and two seconds. */
const firstWaitMs = 2000;
const longestWaitMs = 60_000;
/** Messages that may wait for a slow `onMessage` before the socket is paused. */
const mostQueued = 256;

/**
 * Runs a feed until `close()`: dial, catch up by REST, pass messages on, and dial again with freshly signed headers after
 * 1 to 60 seconds (doubled each time, with jitter). Each failed dial is followed by a catch-up as well, so that nothing
 * is missed while the feed is down.
 */
export function runFeed<Message>(source: FeedSource<Message>, options: FeedOptions<Message>): Feed {
  const ending = new AbortController();
  const finished = keepRunning(source, options, ending.signal);
  return {
    async close() {
      ending.abort();
      await finished;
    },
  };
}

/** Its bound is `close()`: a feed that gave up by itself would be a silent loss. */
async function keepRunning<Message>(source: FeedSource<Message>, options: FeedOptions<Message>, signal: AbortSignal) {
  const { random = Math.random, sleep = sleepUntil, onState } = options;
  let failures = 0;
  while (!signal.aborted) {
    onState?.({ state: 'connecting' });
    const error = await session(source, options, signal, () => {
      failures = 0;
      onState?.({ state: 'open' });
    });
    if (signal.aborted) break;
    const backOffMs = Math.min(firstWaitMs * 2 ** failures, longestWaitMs);
    const asked = Math.min(error.retryAfterMs ?? 0, longestWaitMs);
    const waitMs = Math.max(asked, Math.round(backOffMs * (0.5 + random() / 2)));
    failures = Math.min(failures + 1, 10);
    onState?.({ state: 'waiting', waitMs, error });
    await sleep(waitMs, signal).catch(() => {});
  }
  onState?.({ state: 'closed' });
}

const sleepUntil = (ms: number, signal: AbortSignal) => wait(ms, undefined, { signal });

/** One connection from dial to end; resolves with why it ended. */
async function session<Message>(
  source: FeedSource<Message>,
  options: FeedOptions<Message>,
  signal: AbortSignal,
  onOpen: () => void,
): Promise<PartnerApiError> {
  let socket: FeedSocket | undefined;
  let failure: PartnerApiError | undefined;
  const fail = (error: unknown) => {
    failure ??= asError(error);
    socket?.terminate();
  };
  const line = createLine(source, options, fail, (full) => (full ? socket?.pause() : socket?.resume()));
  const end = () => socket?.close();
  try {
    const { url, headers } = await source.address();
    socket = await openSocket(url, headers, { ...socketOptions(options), signal }, line.onText);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    await line.catchUp(signal);
    if (failure === undefined) onOpen();
    const ended = await socket.ended;
    await line.emptied();
    return failure ?? ended;
  } catch (error) {
    fail(error);
    await line.catchUp(signal).catch(() => {});
    await line.emptied();
    return failure ?? asError(error);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

function socketOptions({ handshakeTimeoutMs, pingIntervalMs, certificateAuthorities }: Partial<SocketOptions>) {
  return {
    handshakeTimeoutMs: handshakeTimeoutMs ?? 10_000,
    pingIntervalMs: pingIntervalMs ?? 30_000,
    certificateAuthorities,
  };
}

/** The line messages stand in: told one at a time, whether they came by the socket or by REST. */
function createLine<Message>(
  source: FeedSource<Message>,
  { onMessage }: FeedOptions<Message>,
  fail: (error: unknown) => void,
  setFull: (full: boolean) => void,
) {
  let tail: Promise<void> = Promise.resolve();
  let queued = 0;
  let broken = false;

  async function tell(message: Message, recovered: boolean): Promise<void> {
    if (broken || !source.isNew(message)) return;
    await onMessage(message, { recovered });
    source.told(message);
  }

  function enqueue(message: Message, recovered: boolean): Promise<void> {
    queued += 1;
    if (queued === mostQueued) setFull(true);
    const told = tail.then(() => tell(message, recovered));
    tail = told
      .catch((error: unknown) => {
        broken = true;
        fail(error);
      })
      .finally(() => {
        queued -= 1;
        if (queued === mostQueued / 2) setFull(false);
      });
    return told;
  }

  return {
    onText(text: string): void {
      try {
        const wire = parseJson(text);
        if (!isJsonObject(wire)) throw new Error('not an object');
        // A failure is handled on the line; this promise is only of interest to the catch-up.
        enqueue(source.read(wire), false).catch(() => {});
      } catch (cause) {
        fail(new UnreadableAnswerError('a message of the feed cannot be read', { cause }));
      }
    },
    async catchUp(signal: AbortSignal): Promise<void> {
      if (broken) return;
      for await (const message of source.missed(signal)) {
        if (signal.aborted) return;
        await enqueue(message, true);
      }
    },
    emptied: () => tail,
  };
}

function asError(error: unknown): PartnerApiError {
  if (error instanceof PartnerApiError) return error;
  return new UnreadableAnswerError('the feed stopped', { cause: error });
}
