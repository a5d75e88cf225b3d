import type { Account, CoreClient, LedgerRow, Transaction } from '../model.ts';
import { actionBody } from '../resources/actions.ts';
import { movementBody } from '../resources/wallets.ts';
import type { World, WorldEvent } from '../world.ts';

/** What one connection is told (reference 9.2): each message is one JSON object in one text frame. */
export interface Feed {
  /** The API key it was opened with; for an agent the one it was registered with. */
  readonly keyId: string;
  /** What is sent as soon as the connection stands. */
  first(): object[];
  /** The message that an event is to this feed; undefined when it is none. */
  messageOf(event: WorldEvent): object | undefined;
}

/**
 * W1 and 49: what a core client may vote on. All that is pending comes first, after every connect again, and later changes
 * of an action are not told.
 */
export function actionFeed(client: CoreClient): Feed {
  const message = (action: Parameters<typeof actionBody>[0]) => ({ coreClientID: client.id, ...actionBody(action) });
  return {
    keyId: client.account.keyId,
    first: () => [...client.openActions.values()].map(message),
    messageOf: (event) =>
      event.kind === 'actionPending' && event.action.voter === client ? message(event.action) : undefined,
  };
}

/** W2: changes of the quotes that the key's companies have on the hub. Nothing is told again: there is the list. */
export function hubFeed({ keyId }: Account): Feed {
  return {
    keyId,
    first: () => [],
    messageOf(event) {
      if (event.kind !== 'hub') return undefined;
      const quote = event.proposal as Transaction;
      return quote.company?.account.keyId === keyId ? { txID: quote.id, status: quote.status } : undefined;
    },
  };
}

/** W3: settled movements of wallets connected to any core client of the key, incoming and outgoing. */
export function walletsFeed({ keyId }: Account, world: World): Feed {
  const { feedsTellMultiCounterparty } = world.settings;
  const isConnected = ({ wallet }: LedgerRow) =>
    (wallet.type === 1 || feedsTellMultiCounterparty) &&
    wallet.connections.some(({ status, exchange }) => status === 'connected' && exchange.account.keyId === keyId);
  return {
    keyId,
    first: () => [],
    messageOf: (event) =>
      event.kind === 'movement' && isConnected(event.row)
        ? { Status: 'approved', ...movementBody(event.row), sweep_tx: event.isSweep }
        : undefined,
  };
}
