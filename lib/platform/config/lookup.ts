import type { Binding, ClientConfig } from './clients.ts';
import type { Config } from './concerns.ts';

/** The client with this id: the subject of its tokens. */
export function findClient(config: Pick<Config, 'clients'>, id: string): ClientConfig | undefined {
  return config.clients.find((client) => client.id === id);
}

/** The binding of a client's wallet. What has none does not exist, as far as the client can see. */
export function bindingOf(client: ClientConfig, companyId: string, walletId: string): Binding | undefined {
  return client.bindings.find((binding) => binding.companyId === companyId && binding.walletId === walletId);
}
