import { notFound } from '../errors.ts';
import type { Account, Company, CoreClient, Fund, Transaction, Wallet } from '../model.ts';
import type { Context } from '../operation.ts';
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
  const id = context.params['tx_id'] as string;
  const { world } = context;
  const viaAction = world.actions.get(id)?.proposal.id;
  const transaction =
    world.transactions.get(id) ?? (viaAction === undefined ? undefined : world.transactions.get(viaAction));
  if (transaction === undefined || transaction.company !== company) throw notFound('transaction');
  return transaction;
}
