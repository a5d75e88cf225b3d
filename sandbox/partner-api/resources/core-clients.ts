import { requiredText } from '../fields.ts';
import type { CoreClient } from '../model.ts';
import { answer, type Context, type Operation, readOperation, writeOperation } from '../operation.ts';
import type { World } from '../world.ts';

function coreClientBody(world: World, client: CoreClient): object {
  return {
    id: client.id,
    name: client.name,
    feed: `${world.settings.feedBaseUrl}/coreclient/${client.id}/feed`,
    timestamp: client.createdAtSeconds,
  };
}

function createCoreClient({ world, account, body }: Context) {
  const client: CoreClient = {
    type: 'core-client',
    name: requiredText(body, 'name'),
    id: world.ids.base58(),
    account,
    createdAtSeconds: world.nowSeconds,
    exchange: undefined,
    openActions: new Map(),
    autoApproveDelayMs: undefined,
    sweepsByPartnerId: new Map(),
  };
  world.coreClients.set(client.id, client);
  account.coreClients.push(client);
  return answer(coreClientBody(world, client));
}

function listCoreClients({ world, account }: Context) {
  const clients = account.coreClients.map((client) => coreClientBody(world, client));
  return answer({ count: clients.length, clients });
}

/** 36 and 37: core clients belong to the API key, not to a company (4.8). */
export const coreClientOperations: readonly Operation[] = [
  writeOperation('36', 'POST', '/coreclient', createCoreClient),
  readOperation('37', '/coreclient', listCoreClients),
];
