import { badRequest, notFound, okBody } from '../errors.ts';
import { requiredText } from '../fields.ts';
import { listOnHub } from '../hub.ts';
import { integerJson } from '../json.ts';
import type { Company } from '../model.ts';
import { answer, type Context, type Operation, readOperation, writeOperation } from '../operation.ts';
import type { Side } from '../swap-kind.ts';
import { companyOf } from './lookups.ts';

/** The open quotes of the calling key (K39), named from the maker's side; without a company all of them are its own. */
function listQuotes({ world, account }: Context, company: Company | undefined) {
  const items: object[] = [];
  for (const quote of world.hub.values()) {
    if (quote.company?.account === account) items.push(quoteBody(quote as Side, company));
  }
  return answer({ items });
}

function quoteBody(quote: Side, company: Company | undefined): object {
  return {
    tx_id: quote.id,
    send_asset: quote.asset,
    send_amount: integerJson(quote.netAmount),
    receive_asset: quote.swap.receiveWallet.asset,
    receive_amount: integerJson(quote.swap.receiveAmount),
    owner: company === undefined || quote.company === company,
    added: quote.swap.listedAtSeconds,
    expires: quote.expiresAtSeconds,
  };
}

/** A quote that still waits for its maker's custody goes on the hub when that has approved it (4.7). */
function publish(context: Context) {
  const company = companyOf(context);
  const { world, body } = context;
  const quote = world.transactions.get(requiredText(body, 'tx_id'));
  if (quote?.swap === undefined || quote.kind !== 'swapMake' || quote.company !== company)
    throw notFound('transaction');
  if (quote.status === 'pending') quote.swap.wantsHub = true;
  else if (quote.status === 'taker_pending') listOnHub(world, quote);
  else throw badRequest('swap not available');
  return answer(okBody);
}

/** 33 to 35: the liquidity hub (4.7, 6.4). */
export const liquidityHubOperations: readonly Operation[] = [
  readOperation('33', '/company/{company_id}/liquidityhub', (context) => listQuotes(context, companyOf(context))),
  writeOperation('34', 'POST', '/company/{company_id}/liquidityhub', publish),
  readOperation('35', '/liquidityhub', (context) => listQuotes(context, undefined)),
];
