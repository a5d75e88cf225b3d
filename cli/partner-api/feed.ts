import type { FeedReport } from '../../lib/partner-api/feeds.ts';
import { type Feed, openCoreClientFeed, openLiquidityHubFeed, openWalletsFeed } from '../../lib/partner-api/feeds.ts';
import { writeJson } from '../../lib/partner-api/json.ts';
import { type Connection, connect, connectionOptions, wholeNumber } from './connection.ts';
import { exitCodes, type Io, UsageError } from './io.ts';
import { readOptions } from './options.ts';
import { cell } from './table.ts';

/** How `feed` is called. */
export const feedUsage = `feed coreclient ID | feed liquidityhub | feed wallets [--count N] [--json]
  Prints messages as they come, until Ctrl-C or, with --count, after N. It reconnects by itself and reads by REST what
  it missed; it ends when it is turned away twice in a row. With --json one line of JSON per message; "recovered" marks
  those read by REST.`;

type Message = { [member: string]: unknown };

/** Follows a feed; it ends well by Ctrl-C or `--count`. @throws {PartnerApiError} when dialling again cannot help. */
export async function feedCommand(args: string[], io: Io): Promise<number> {
  const options = { ...connectionOptions, count: { type: 'string' }, json: { type: 'boolean' } } as const;
  const { values, positionals } = readOptions(args, options, true);
  const open = chooseFeed(positionals);
  const count = wholeNumber(values.count, '--count') ?? Number.POSITIVE_INFINITY;
  const connection = await connect(values, io);
  // A secret that cannot be read is told at once: the feed would dial for it for ever.
  await connection.credentials.current();
  const ended = new AbortController();
  const isFinal = watchForFinalRefusal();
  let refusal: FeedReport['error'];
  let printed = 0;
  const feed = open(connection, {
    onMessage(message, { recovered }) {
      if (printed === count) return;
      printed += 1;
      io.out(values.json ? writeJson({ ...message, recovered }) : line(message));
      if (printed === count) ended.abort();
    },
    onState(report) {
      const { state, error, waitMs } = report;
      if (isFinal(report)) {
        refusal = error;
        return ended.abort();
      }
      if (state === 'open') io.err('connected');
      if (state === 'waiting') io.err(`${error?.message ?? 'the connection ended'}; dialling again in ${waitMs} ms`);
    },
  });
  await aborted(AbortSignal.any([ended.signal, io.signal]));
  await feed.close();
  await connection.close();
  if (refusal !== undefined) throw refusal;
  return exitCodes.ok;
}

/** No key, no permission, no such feed. */
const refusingStatuses: readonly (number | undefined)[] = [401, 403, 404];

/**
 * Finds the refusal that is final: the second in a row. The first may be mended, because the catch-up after it learns
 * of a wrong clock and of a new version of the key. Once a feed was open, only what stands in the API's own frame
 * counts: a proxy answers 404 of its own while the API restarts.
 */
function watchForFinalRefusal(): (report: FeedReport) => boolean {
  let wasOpen = false;
  let inARow = 0;
  return ({ state, error }) => {
    if (state === 'open') wasOpen = true;
    const refuses = refusingStatuses.includes(error?.status) && !(wasOpen && error?.effect === 'unknown');
    if (state === 'open' || state === 'waiting') inARow = refuses ? inARow + 1 : 0;
    return state === 'waiting' && inARow === 2;
  };
}

interface Handlers {
  onMessage(message: Message, context: { recovered: boolean }): void;
  onState(report: FeedReport): void;
}

function chooseFeed([name, id, ...more]: string[]): (connection: Connection, handlers: Handlers) => Feed {
  if (name === 'coreclient' && id !== undefined && more.length === 0) {
    return (connection, handlers) => openCoreClientFeed({ ...connection, ...feedHandlers(handlers), coreClientId: id });
  }
  if (name === 'liquidityhub' && id === undefined) {
    return (connection, handlers) => openLiquidityHubFeed({ ...connection, ...feedHandlers(handlers) });
  }
  if (name === 'wallets' && id === undefined) {
    return (connection, handlers) => openWalletsFeed({ ...connection, ...feedHandlers(handlers) });
  }
  throw new UsageError('say which feed: coreclient ID, liquidityhub or wallets');
}

function feedHandlers(handlers: Handlers) {
  return {
    onMessage: (message: object, context: { recovered: boolean }) => handlers.onMessage({ ...message }, context),
    onState: handlers.onState,
  };
}

function line(message: Message): string {
  return Object.entries(message)
    .map(([name, value]) => `${name}=${cell(value)}`)
    .join('  ');
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
