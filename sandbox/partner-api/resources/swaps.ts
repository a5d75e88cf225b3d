import { closeProposal } from '../custody.ts';
import { badRequest, invalidField, notFound, okBody } from '../errors.ts';
import {
  optionalFlag,
  optionalText,
  partnerTransactionId,
  requiredExpiry,
  requiredMoney,
  requiredText,
  requireFuture,
} from '../fields.ts';
import { createOnce } from '../idempotency.ts';
import type { JsonObject } from '../json.ts';
import type { Company, SwapSide, Transaction } from '../model.ts';
import { answer, type Context, type Operation, readOperation, writeOperation } from '../operation.ts';
import type { Side } from '../swap-kind.ts';
import { electorateOf, submit } from '../transactions.ts';
import type { World } from '../world.ts';
import { transactionBody } from './bodies.ts';
import { companyOf, quoteForTakers, sendingWallet, transactionOf } from './lookups.ts';

/** The members that quotes and takes share (4.7). */
function readSide(body: JsonObject) {
  return {
    sendWalletId: requiredText(body, 'send_wallet_id'),
    receiveWalletId: requiredText(body, 'receive_wallet_id'),
    reference: optionalText(body, 'reference'),
    partnerTxId: partnerTransactionId(body),
  };
}

function readQuote(body: JsonObject) {
  return {
    ...readSide(body),
    expiresAtSeconds: requiredExpiry(body),
    send: requiredMoney(body, 'send'),
    receive: requiredMoney(body, 'receive'),
    wantsHub: optionalFlag(body, 'add_to_liquidity_hub'),
  };
}

type WantedSide = ReturnType<typeof readSide>;
type WantedQuote = ReturnType<typeof readQuote>;

function makeQuote(context: Context) {
  const company = companyOf(context);
  const { world } = context;
  const wanted = readQuote(context.body);
  const { transaction, status } = createOnce(world, {
    scope: company.transactionsByPartnerId,
    partnerTxId: wanted.partnerTxId,
    create: () => startQuote(world, company, wanted),
    isAskedFor: (known) =>
      known.kind === 'swapMake' &&
      isSide(world, known, wanted) &&
      known.netAmount === wanted.send.amountBaseUnits &&
      known.swap?.receiveAmount === wanted.receive.amountBaseUnits &&
      known.expiresAtSeconds === wanted.expiresAtSeconds,
  });
  return answer({ tx_id: transaction.id, tx_url: `https://qredo.network/aswp${transaction.id}`, status });
}

/** Both wallets are the maker's own (4.7). */
function startQuote(world: World, company: Company, wanted: WantedQuote): Transaction {
  requireFuture(wanted.expiresAtSeconds, world.nowSeconds);
  const wallet = sendingWallet(world, company, wanted.sendWalletId, wanted.send.symbol);
  const receiveWallet = sendingWallet(world, company, wanted.receiveWalletId, wanted.receive.symbol);
  if (receiveWallet === wallet) throw invalidField('receive_wallet_id');
  const swap: SwapSide = {
    receiveWallet,
    receiveAmount: wanted.receive.amountBaseUnits,
    quote: undefined,
    take: undefined,
    wantsHub: wanted.wantsHub,
    listedAtSeconds: undefined,
  };
  const amounts = { netAmount: wanted.send.amountBaseUnits, expiresAtSeconds: wanted.expiresAtSeconds };
  return submitSide(world, company, wanted, { kind: 'swapMake', wallet, swap, ...amounts });
}

/** `swap_id` in the body, or at the end of the path as some headings have it (K24). */
function takeQuote(context: Context) {
  const company = companyOf(context);
  const { world, body, params } = context;
  const swapId = optionalText(body, 'swap_id') || params['tx_id'] || requiredText(body, 'swap_id');
  const wanted = readSide(body);
  const { transaction, status } = createOnce(world, {
    scope: company.transactionsByPartnerId,
    partnerTxId: wanted.partnerTxId,
    create: () => startTake(world, company, wanted, quoteForTakers(context, swapId)),
    isAskedFor: (known) =>
      known.kind === 'swapTake' && isSide(world, known, wanted) && known.swap?.quote?.id === swapId,
  });
  return answer({ tx_id: transaction.id, status });
}

/** Amounts, assets and expiry are the quote's, turned round; both wallets are the taker's (4.7, K49). */
function startTake(world: World, company: Company, wanted: WantedSide, quote: Side | undefined): Transaction {
  if (quote === undefined) throw notFound('transaction');
  if (quote.status !== 'taker_pending' || quote.swap.take !== undefined) throw badRequest('swap not available');
  const wallet = sendingWallet(world, company, wanted.sendWalletId, quote.swap.receiveWallet.asset);
  const receiveWallet = sendingWallet(world, company, wanted.receiveWalletId, quote.asset);
  if (wallet === quote.swap.receiveWallet) throw invalidField('send_wallet_id');
  if (receiveWallet === quote.wallet) throw invalidField('receive_wallet_id');
  const swap: SwapSide = {
    receiveWallet,
    receiveAmount: quote.netAmount,
    quote,
    take: undefined,
    wantsHub: false,
    listedAtSeconds: undefined,
  };
  const amounts = { netAmount: quote.swap.receiveAmount, expiresAtSeconds: quote.expiresAtSeconds };
  const take = submitSide(world, company, wanted, { kind: 'swapTake', wallet, swap, ...amounts });
  quote.swap.take = take;
  return take;
}

type SideParts = Pick<Transaction, 'kind' | 'wallet' | 'netAmount' | 'expiresAtSeconds'> & { swap: SwapSide };

function submitSide(world: World, company: Company, wanted: WantedSide, parts: SideParts): Transaction {
  return submit(world, {
    ...parts,
    company,
    recipientWallet: undefined,
    recipientAddress: '',
    recipientName: '',
    reference: wanted.reference,
    benefitOf: '',
    accountNo: '',
    partnerTxId: wanted.partnerTxId,
    requestedBy: company.name,
    feeType: 'swap',
    rowType: 'swapOut',
    electorate: electorateOf(parts.wallet, 'tx'),
  });
}

function isSide(world: World, known: Transaction, wanted: WantedSide): boolean {
  return (
    known.wallet === world.findWallet(wanted.sendWalletId) &&
    known.swap?.receiveWallet === world.findWallet(wanted.receiveWalletId) &&
    known.reference === wanted.reference
  );
}

/** For the maker, and for takers with their own company, who do not get to see the maker's wallets. */
function readQuoteOrTransaction(context: Context) {
  const quote = quoteForTakers(context, context.params['tx_id'] as string);
  if (quote !== undefined && quote.company !== companyOf(context)) return answer(transactionBody(quote, false));
  return answer(transactionBody(transactionOf(context)));
}

/** Refused while a take is open: that has the right to settle (6.4). */
function cancelQuote(context: Context) {
  const quote = transactionOf(context);
  if (quote.kind !== 'swapMake') throw notFound('transaction');
  const isOpen = quote.status === 'pending' || quote.status === 'taker_pending';
  if (!isOpen || quote.swap?.take !== undefined) throw badRequest('swap not available');
  closeProposal(context.world, quote, 'initiate_rejected');
  return answer(okBody, 202);
}

const makePath = '/company/{company_id}/atomicswap/make';
const takePath = '/company/{company_id}/atomicswap/take';

/** 28 to 32: atomic swaps (4.7, 6.4). */
export const swapOperations: readonly Operation[] = [
  writeOperation('28', 'POST', makePath, makeQuote),
  readOperation('29', `${makePath}/{tx_id}`, readQuoteOrTransaction),
  writeOperation('30', 'DELETE', `${makePath}/{tx_id}`, cancelQuote, false),
  writeOperation('31', 'POST', takePath, takeQuote),
  writeOperation('31', 'POST', `${takePath}/{tx_id}`, takeQuote),
  readOperation('32', `${takePath}/{tx_id}`, (context) => answer(transactionBody(transactionOf(context)))),
];
