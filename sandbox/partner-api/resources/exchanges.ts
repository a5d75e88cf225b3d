import { announcedId } from '../custody.ts';
import type { CoreClient, Exchange } from '../model.ts';
import { answer, type Context, type Operation, readOperation } from '../operation.ts';
import { coreClientOf } from './lookups.ts';

/** An item of `GET /exchanges`, with the customer data it wants (K15). */
export function exchangeBody(client: CoreClient, { name, url, logoUrl, fields }: Exchange): object {
  return { id: client.id, name, url, logourl: logoUrl, client: { fields } };
}

/** Exchanges are published to every key: their ids are what `connect` names (5.10). */
function listExchanges({ world }: Context) {
  const exchanges: object[] = [];
  for (const client of world.coreClients.values()) {
    if (client.exchange !== undefined) exchanges.push(exchangeBody(client, client.exchange));
  }
  return answer({ exchanges });
}

/** Wallets connected to the core client, and those it has still to decide on (4.8). */
function listConnectedWallets(context: Context) {
  const requests = coreClientOf(context).exchange?.requests ?? [];
  const wallets = requests
    .filter(({ status }) => status === 'pending' || status === 'approved')
    .map(({ wallet, custody, status, expiresAtSeconds }) => ({
      wallet_id: wallet.id,
      action_id: custody.actions.map(announcedId)[0] ?? '',
      status,
      expires: expiresAtSeconds,
    }));
  return answer({ wallets });
}

/** 23 and 42: exchanges, and the wallets connected to one. */
export const exchangeOperations: readonly Operation[] = [
  readOperation('23', '/exchanges', listExchanges),
  readOperation('42', '/coreclient/{client_id}/wallets', listConnectedWallets),
];
