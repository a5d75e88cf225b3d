import { ApiError, forbidden, notFound } from '../errors.ts';
import type { CoreClient } from '../model.ts';
import { type Context, type Operation, readOperation } from '../operation.ts';
import { coreClientOf } from '../resources/lookups.ts';
import { actionFeed, type Feed, hubFeed, walletsFeed } from './feed.ts';

/** A plain `GET` of a feed's path is told that it has to ask for a web socket. */
function noSocket(): never {
  throw new ApiError(426, 'web socket', { headers: { upgrade: 'websocket' } });
}

function feedOperation(
  number: string,
  path: string,
  admits: Operation['admits'],
  openFeed: (context: Context) => Feed,
): Operation {
  return { ...readOperation(number, path, noSocket), admits, openFeed };
}

/** The agent that dials; a registration of which only the first half is done opens no feed (10.10). */
function finishedAgent({ agent: client }: Context): CoreClient {
  if (client?.agent?.isFinished !== true) throw forbidden('registration not finished');
  return client;
}

/** Users of the agent library dial the address that `/coreclient/finish` gave them, with a proof alone (9.1). */
function clientOfPath(context: Context): CoreClient {
  if (context.agent === undefined) return coreClientOf(context);
  const client = finishedAgent(context);
  if (client.id !== context.params['client_id']) throw notFound('core client');
  return client;
}

/** 49 and W1 to W3: the web sockets (9.1, 9.2). */
export const feedOperations: readonly Operation[] = [
  feedOperation('49', '/coreclient/feed', 'agent', (context) => actionFeed(finishedAgent(context))),
  feedOperation('W1', '/coreclient/{client_id}/feed', 'either', (context) => actionFeed(clientOfPath(context))),
  feedOperation('W2', '/liquidityhub/feed', 'partner', ({ account }) => hubFeed(account)),
  feedOperation('W3', '/wallets/feed', 'partner', ({ account, world }) => walletsFeed(account, world)),
];
