import { requiredText } from '../fields.ts';
import type { Account, Agent, CoreClient } from '../model.ts';
import { answer, type Context, type Operation, readOperation, writeOperation } from '../operation.ts';
import type { World } from '../world.ts';

function coreClientBody(world: World, client: CoreClient): object {
  return {
    id: client.id,
    name: client.name,
    feed: feedUrlOf(world, client),
    timestamp: client.createdAtSeconds,
  };
}

/** The address of a core client's feed (W1). */
export function feedUrlOf(world: World, client: CoreClient): string {
  return `${world.settings.feedBaseUrl}/coreclient/${client.id}/feed`;
}

/** A core client that nobody knows yet. */
export function newCoreClient(world: World, account: Account, id: string, name: string, agent?: Agent): CoreClient {
  return {
    type: 'core-client',
    name,
    id,
    account,
    createdAtSeconds: world.nowSeconds,
    exchange: undefined,
    agent,
    openActions: new Map(),
    autoApproveDelayMs: undefined,
    sweepsByPartnerId: new Map(),
  };
}

/** Makes a core client known, to its key and to companies that enlist it. */
export function registerCoreClient(world: World, client: CoreClient): void {
  world.coreClients.set(client.id, client);
  client.account.coreClients.push(client);
}

function createCoreClient({ world, account, body }: Context) {
  const name = requiredText(body, 'name');
  const client = newCoreClient(world, account, world.ids.base58(), name);
  registerCoreClient(world, client);
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
