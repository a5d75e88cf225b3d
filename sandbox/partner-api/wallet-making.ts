import { assetByCode, assetsFor } from './assets.ts';
import { requestConnection } from './connection-kind.ts';
import { type CustodyGroup, newPolicy, optionalCustodyGroup } from './custody-groups.ts';
import { badRequest, invalidField, notFound } from './errors.ts';
import { asInteger, member, optionalList, optionalPlainValue, optionalText, requiredText } from './fields.ts';
import type { JsonObject } from './json.ts';
import type { Account, Company, Connection, CoreClient, Fund, Wallet } from './model.ts';
import { newRowIndex } from './statement.ts';
import type { World } from './world.ts';

/** A wanted link to an exchange, checked: the exchange exists. */
export interface WantedConnection {
  readonly exchange: CoreClient;
  readonly clientId: string;
  readonly clientData: JsonObject;
}

/** A wanted wallet, checked. */
export interface WantedWallet {
  readonly name: string;
  readonly asset: string;
  readonly type: number;
  readonly withdraw: CustodyGroup | undefined;
  readonly tx: CustodyGroup | undefined;
  readonly connect: readonly WantedConnection[];
}

/** Reads `NewWallet[]` (4.5); all are checked before the first is made. */
export function wantedWallets(list: readonly unknown[], world: World, company: Company): WantedWallet[] {
  return list.map((item) => {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) throw invalidField('wallets');
    const body = item as JsonObject;
    const connect = (optionalList(body, 'connect', 'wallets.connect') ?? []).map((entry) =>
      wantedConnection(world, entry),
    );
    if (new Set(connect.map(({ exchange }) => exchange)).size !== connect.length) {
      throw invalidField('wallets.connect');
    }
    return {
      name: requiredText(body, 'name', 'wallets.name'),
      asset: knownAsset(requiredText(body, 'asset', 'wallets.asset'), company.account),
      type: walletType(body, connect.length),
      withdraw: optionalCustodyGroup(body, 'custodygroup_withdraw', company),
      tx: optionalCustodyGroup(body, 'custodygroup_tx', company),
      connect,
    };
  });
}

/** A code of the assets this key may use, or 400 `unknown asset`. */
export function knownAsset(code: string, account: Account): string {
  const asset = assetByCode.get(code);
  if (asset === undefined || !assetsFor(account.kind).includes(asset)) throw badRequest('unknown asset');
  return code;
}

/** 0, 1 or 2; 3 is read as 2 when connections are given (K27). A dedicated wallet has exactly one exchange (5.4). */
function walletType(body: JsonObject, connections: number): number {
  const value = member(body, 'type');
  const type = value === undefined ? 0n : asInteger(value);
  if (type === 3n && connections > 0) return 2;
  if (type !== 0n && type !== 1n && type !== 2n) throw invalidField('wallets.type');
  if ((type === 1n && connections !== 1) || (type === 0n && connections > 0)) throw invalidField('wallets.connect');
  return Number(type);
}

/** Reads one `{counterparty_id, client_id}` of `connect` (4.5). 404 `core client` when it is no exchange. */
export function wantedConnection(world: World, entry: unknown): WantedConnection {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) throw invalidField('wallets.connect');
  const body = entry as JsonObject;
  const exchange = world.coreClients.get(requiredText(body, 'counterparty_id', 'wallets.connect.counterparty_id'));
  if (exchange?.exchange === undefined) throw notFound('core client');
  const clientId = optionalText(body, 'client_id', 'wallets.connect.client_id');
  // Members named after the exchange's own fields travel on to it (5.10).
  const clientData: JsonObject = { customer_id: clientId };
  for (const { id } of exchange.exchange.fields) {
    const value = optionalPlainValue(body, id, `wallets.connect.${id}`);
    if (value !== undefined) clientData[id] = value;
  }
  return { exchange, clientId, clientData };
}

/** Makes a wallet in a fund: id, address, short code, own policies where given, accounts in the books. */
export function makeWallet(world: World, fund: Fund, wanted: WantedWallet): Wallet {
  const { name, asset, type } = wanted;
  const wallet: Wallet = {
    id: world.ids.base58(),
    name,
    asset,
    type,
    status: type === 1 ? 'pending' : 'ready',
    address: world.ids.address(asset),
    shortCode: world.ids.shortCode((code) => world.walletsByShortCode.has(code)),
    fund,
    policies: { tx: undefined, withdraw: undefined },
    policyLocks: { tx: '', withdraw: '' },
    connections: [],
    available: world.ledger.open('wallet', asset),
    held: world.ledger.open('held', asset),
    rows: newRowIndex(),
  };
  wallet.policies.withdraw = newPolicy(world, 'withdraw', wanted.withdraw, { fund, wallet });
  wallet.policies.tx = newPolicy(world, 'tx', wanted.tx, { fund, wallet });
  fund.wallets.push(wallet);
  world.wallets.set(wallet.id, wallet);
  world.walletsByShortCode.set(wallet.shortCode, wallet);
  world.walletsByAddress.set(addressKey(wallet.address), wallet);
  for (const connection of wanted.connect) connect(world, wallet, connection);
  return wallet;
}

/** Chain addresses are compared case-insensitively for Ethereum forms only (4.5). */
export function addressKey(address: string): string {
  return address.startsWith('0x') ? address.toLowerCase() : address;
}

/** Links a wallet to an exchange and asks the exchange (6.8). */
export function connect(world: World, wallet: Wallet, wanted: WantedConnection): void {
  const connection: Connection = { ...wanted, status: 'initiated' };
  wallet.connections.push(connection);
  requestConnection(world, wallet, connection);
}
