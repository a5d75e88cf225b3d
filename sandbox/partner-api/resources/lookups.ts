import { badRequest, invalidField, notFound } from '../errors.ts';
import type { Account, Company, CoreClient, Fund, Transaction, Wallet } from '../model.ts';
import type { Context } from '../operation.ts';
import type { Side } from '../swap-kind.ts';
import { knownAsset } from '../wallet-making.ts';
import type { World } from '../world.ts';

/** The company of the path; another key's is 404 (Appendix A). */
export function companyOf(context: Context): Company {
  const company = context.world.companies.get(context.params['company_id'] as string);
  if (company === undefined || company.account !== context.account) throw notFound('company');
  return company;
}

/** The fund of the path, within the company of the path. */
export function fundOf(context: Context): Fund {
  const fund = companyOf(context).funds.get(context.params['fund_id'] as string);
  if (fund === undefined) throw notFound('fund');
  return fund;
}

/** A wallet of a company, by id or short code. */
export function walletOfCompany(world: World, company: Company, idOrShortCode: string): Wallet {
  const wallet = world.findWallet(idOrShortCode);
  if (wallet === undefined || wallet.fund.company !== company) throw notFound('wallet');
  return wallet;
}

/** A wallet whose money a company may move or be paid: its own, of the asset named, ready (3.4). */
export function sendingWallet(world: World, company: Company, idOrShortCode: string, symbol: string): Wallet {
  return ofAsset(walletOfCompany(world, company, idOrShortCode), symbol, company.account);
}

/** A wallet of the asset that a request of `account` names, ready to pay. 400 `unknown asset`, `asset mismatch`. */
export function ofAsset(wallet: Wallet, symbol: string, account: Account): Wallet {
  knownAsset(symbol, account);
  if (wallet.asset !== symbol) throw badRequest('asset mismatch');
  return ready(wallet);
}

/** Where a transfer or sweep goes: any other wallet of the network of the same asset (Appendix A). */
export function recipientWallet(world: World, from: Wallet, idOrShortCode: string, field: string): Wallet {
  const wallet = world.findWallet(idOrShortCode);
  if (wallet === undefined) throw notFound('wallet');
  if (wallet === from) throw invalidField(field);
  if (wallet.asset !== from.asset) throw badRequest('asset mismatch');
  return ready(wallet);
}

/** A dedicated wallet takes and gives nothing before its exchange has accepted it (6.8). */
export function ready(wallet: Wallet): Wallet {
  if (wallet.status !== 'ready') throw badRequest('wallet not ready');
  return wallet;
}

/** The wallet of the path, for its owner only. */
export function ownWallet(context: Context): Wallet {
  const wallet = context.world.findWallet(context.params['wallet_id'] as string);
  if (wallet === undefined || wallet.fund.company.account !== context.account) throw notFound('wallet');
  return wallet;
}

/** The wallet of the path: the owner's, or an exchange's that is connected to it (4.6). */
export function readableWallet(context: Context): Wallet {
  const wallet = context.world.findWallet(context.params['wallet_id'] as string);
  if (wallet === undefined || !mayRead(context.account, wallet)) throw notFound('wallet');
  return wallet;
}

function mayRead(account: Account, wallet: Wallet): boolean {
  if (wallet.fund.company.account === account) return true;
  return wallet.connections.some((item) => item.status === 'connected' && item.exchange.account === account);
}

/** The core client of the path; another key's is 404. */
export function coreClientOf(context: Context): CoreClient {
  const client = context.world.coreClients.get(context.params['client_id'] as string);
  if (client === undefined || client.account !== context.account) throw notFound('core client');
  return client;
}

/** The transaction of the path within the company of the path, by its id or by the id of one of its actions (K35). */
export function transactionOf(context: Context): Transaction {
  const company = companyOf(context);
  const transaction = transactionById(context.world, context.params['tx_id'] as string);
  if (transaction === undefined || transaction.company !== company) throw notFound('transaction');
  return transaction;
}

/** A transaction by its own id or by that of one of its actions (K35), whoever it belongs to. */
export function transactionById(world: World, id: string): Transaction | undefined {
  return world.transactions.get(id) ?? world.transactions.get(world.actions.get(id)?.proposal.id ?? '');
}

/** A quote of any company of the calling key: those may swap with each other (K39). */
export function quoteForTakers({ world, account }: Context, id: string): Side | undefined {
  const quote = transactionById(world, id);
  return quote?.kind === 'swapMake' && quote.company?.account === account ? (quote as Side) : undefined;
}
