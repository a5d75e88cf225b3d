import { ok, okWith } from './answers.ts';
import type { Api } from './api.ts';
import { btc, type Desk, type DeskWallet } from './desks.ts';
import { base58, equal } from './expect.ts';
import type { Json, RawClient } from './raw-client.ts';

/** An exchange: a core client of another key, upgraded by the vendor's staff. */
export interface Exchange {
  readonly client: RawClient;
  readonly id: string;
  readonly name: string;
}

/** What the exchange of checks asks of its customers. */
export const exchangeFields = [
  { id: 'customer_id', type: 'string', name: 'Your customer number' },
  { id: 'customer_email', type: 'string', name: 'Your e-mail' },
];

/** A new exchange under the stranger's key. */
export async function newExchange(api: Api): Promise<Exchange> {
  const { client } = await api.stranger();
  const name = api.unique('Tern Exchange');
  const id = await api.desks.coreClient(api.unique('tern-bot'), client);
  const data = { name, url: 'tern.example', logoUrl: 'https://tern.example/logo.svg', fields: exchangeFields };
  await api.control.makeExchange(id, data);
  return { client, id, name };
}

/** A wallet of the desk's fund that asks the exchange for a connection. @returns the wallet's id */
export async function askedWallet(desk: Desk, exchange: Exchange, type: 1 | 2 | 3, more: object = {}): Promise<string> {
  const connect = [{ counterparty_id: exchange.id, client_id: 'C-4471', ...more }];
  const body = { wallets: [{ name: 'Tern trading', asset: btc, type, connect }] };
  return okWith(await desk.client.post(`${desk.fundPath}/wallet`, body), { wallets: [base58] }).wallets[0];
}

/** The only pending action of the exchange about this wallet. */
export async function connectionAction(exchange: Exchange, walletId: string): Promise<Json> {
  const { actions } = ok(await exchange.client.get(`/coreclient/${exchange.id}/actions`));
  for (const { id } of actions) {
    const action = ok(await exchange.client.get(`/coreclient/${exchange.id}/action/${id}`));
    if (action.details?.wallet?.walletID === walletId) return action;
  }
  return equal('none', walletId, 'a connection action of the wallet');
}

/** The exchange's vote on an action of its own. */
export async function exchangeVotes(exchange: Exchange, actionId: string, isApproved: boolean): Promise<void> {
  const path = `/coreclient/${exchange.id}/action/${actionId}`;
  ok(await (isApproved ? exchange.client.put(path) : exchange.client.delete(path)));
}

/** A wallet connected to the exchange, with money in it. */
export async function connectedWallet(
  api: Api,
  desk: Desk,
  exchange: Exchange,
  type: 1 | 2,
  amount: number,
): Promise<DeskWallet> {
  const id = await askedWallet(desk, exchange, type);
  await exchangeVotes(exchange, (await connectionAction(exchange, id)).id, true);
  if (amount > 0) await api.control.deposit(id, amount);
  const wallet = ok(await desk.client.get(`/wallet/${id}`));
  return { id, code: wallet.short_code, asset: wallet.asset, address: wallet.address };
}
