import { requestConnection } from '../connection-kind.ts';
import { badRequest, conflict, invalidField, notFound } from '../errors.ts';
import { member, optionalList, optionalText, requiredText } from '../fields.ts';
import type { JsonObject } from '../json.ts';
import type { ExchangeField, Wallet } from '../model.ts';
import { answer } from '../operation.ts';
import { exchangeBody } from '../resources/exchanges.ts';
import { connect, type WantedConnection, wantedConnection } from '../wallet-making.ts';
import { type ControlContext, type ControlOperation, lasting, passing } from './operation.ts';

/** What an exchange asks of its customers unless it says otherwise (5.10). */
const usualFields: ExchangeField[] = [{ id: 'customer_id', type: 'string', name: 'Your customer number' }];

function fieldsOf(body: JsonObject): ExchangeField[] | undefined {
  return optionalList(body, 'fields')?.map((item) => {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) throw invalidField('fields');
    const field = item as JsonObject;
    const id = requiredText(field, 'id', 'fields.id');
    const type = optionalText(field, 'type', 'fields.type') || 'string';
    return { id, type, name: optionalText(field, 'name', 'fields.name') || id };
  });
}

/** Upgrades a core client to an exchange, as the vendor's staff did by hand; again: changes what is given. */
function upgrade({ world, body }: ControlContext) {
  const client = world.coreClients.get(requiredText(body, 'coreClientId'));
  if (client === undefined) throw notFound('core client');
  const [name, url, logoUrl] = ['name', 'url', 'logoUrl'].map((field) => optionalText(body, field)) as [
    string,
    string,
    string,
  ];
  const fields = fieldsOf(body);
  const known = client.exchange;
  client.exchange = {
    name: name || known?.name || client.name,
    url: url || known?.url || '',
    logoUrl: logoUrl || known?.logoUrl || '',
    fields: fields ?? known?.fields ?? usualFields,
    requests: known?.requests ?? [],
  };
  return answer(exchangeBody(client, client.exchange));
}

/**
 * What customers did in the web application: sends an expired connection to its exchange again, or connects a
 * multi-counterparty wallet to one more exchange (5.4, 6.8).
 */
function connectWallet({ world, body }: ControlContext) {
  const wallet = world.findWallet(requiredText(body, 'walletId'));
  if (wallet === undefined) throw notFound('wallet');
  const wanted = wantedConnection(world, connectionBody(body));
  const known = wallet.connections.find((item) => item.exchange === wanted.exchange);
  if (known !== undefined && known.status !== 'expired') throw conflict('connection exists');
  if (known !== undefined) requestConnection(world, wallet, known);
  else addConnection({ world, wallet, wanted });
  const connection = wallet.connections.find((item) => item.exchange === wanted.exchange);
  return answer({ walletId: wallet.id, walletStatus: wallet.status, connectionStatus: connection?.status });
}

/** The same members as an entry of `connect`, under the control surface's names for two of them. */
function connectionBody(body: JsonObject): JsonObject {
  return {
    ...body,
    counterparty_id: requiredText(body, 'exchangeId'),
    client_id: member(body, 'clientId') ?? null,
  };
}

function addConnection({
  world,
  wallet,
  wanted,
}: { wanted: WantedConnection; wallet: Wallet } & Pick<ControlContext, 'world'>) {
  if (wallet.type !== 2) throw badRequest('not a multi-counterparty wallet');
  connect(world, wallet, wanted);
}

function listExchanges({ world }: ControlContext) {
  const exchanges = [...world.coreClients.values()].flatMap((client) =>
    client.exchange === undefined ? [] : [exchangeBody(client, client.exchange)],
  );
  return answer({ exchanges });
}

/** Exchanges and wallet connections: what the vendor's staff and the web application did (Appendix B). */
export const exchangeControls: readonly ControlOperation[] = [
  lasting('POST', '/exchanges', upgrade),
  passing('GET', '/exchanges', listExchanges),
  lasting('POST', '/connections', connectWallet),
];
