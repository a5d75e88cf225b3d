import { badRequest, invalidField, notFound } from '../errors.ts';
import {
  member,
  optionalText,
  partnerTransactionId,
  requiredExpiry,
  requiredMoney,
  requiredText,
  requireFuture,
} from '../fields.ts';
import { createOnce } from '../idempotency.ts';
import type { JsonObject } from '../json.ts';
import type { Company, CoreClient, Transaction, Wallet } from '../model.ts';
import { answer, type Context, type Operation, readOperation, writeOperation } from '../operation.ts';
import { electorateOf, submit } from '../transactions.ts';
import { knownAsset } from '../wallet-making.ts';
import type { World } from '../world.ts';
import { transactionBody } from './bodies.ts';
import { companyOf, transactionOf, walletOfCompany } from './lookups.ts';

/** The members of operation 24, of the right types. Nothing has been looked up yet. */
function readTransfer(body: JsonObject) {
  const destinationName =
    member(body, 'counterparty_wallet_address') === undefined && member(body, 'counterparty_wallet_id') !== undefined
      ? 'counterparty_wallet_id'
      : 'counterparty_wallet_address';
  return {
    walletId: requiredText(body, 'wallet_id'),
    destination: requiredText(body, destinationName),
    expiresAtSeconds: requiredExpiry(body),
    send: requiredMoney(body, 'send'),
    reference: optionalText(body, 'reference'),
    benefitOf: optionalText(body, 'benefit_of'),
    accountNo: optionalText(body, 'account_no'),
    authorizeId: optionalText(body, 'authorize_id'),
    partnerTxId: partnerTransactionId(body),
  };
}

function createTransfer(context: Context) {
  const company = companyOf(context);
  const { world } = context;
  const wanted = readTransfer(context.body);
  const { transaction, status } = createOnce(company.transactionsByPartnerId, wanted.partnerTxId, () =>
    startTransfer(world, company, wanted),
  );
  return answer({ tx_id: transaction.id, status });
}

function startTransfer(world: World, company: Company, wanted: ReturnType<typeof readTransfer>): Transaction {
  requireFuture(wanted.expiresAtSeconds, world.nowSeconds);
  const wallet = sendingWallet(world, company, wanted.walletId, wanted.send.symbol);
  const recipient = world.findWallet(wanted.destination);
  if (recipient === undefined) throw notFound('wallet');
  if (recipient === wallet) throw invalidField('counterparty_wallet_address');
  if (recipient.asset !== wallet.asset) throw badRequest('asset mismatch');
  const initiator = wanted.authorizeId === '' ? undefined : initiatorOf(world, company, wanted.authorizeId);
  return submit(world, {
    kind: 'transfer',
    company,
    wallet,
    recipientWallet: recipient,
    recipientAddress: recipient.id,
    recipientName: recipient.fund.company.name,
    netAmount: wanted.send.amountBaseUnits,
    expiresAtSeconds: wanted.expiresAtSeconds,
    reference: wanted.reference,
    benefitOf: wanted.benefitOf,
    accountNo: wanted.accountNo,
    partnerTxId: wanted.partnerTxId,
    requestedBy: company.name,
    feeType: 'transferOut',
    rowType: 'transferOut',
    electorate: electorateOf(wallet, 'tx', initiator),
  });
}

/** The wallet money leaves from: the company's own, ready, and of the asset named (3.4). */
export function sendingWallet(world: World, company: Company, walletId: string, symbol: string): Wallet {
  const wallet = walletOfCompany(world, company, walletId);
  knownAsset(symbol, company.account);
  if (wallet.asset !== symbol) throw badRequest('asset mismatch');
  if (wallet.status !== 'ready') throw badRequest('wallet not ready');
  return wallet;
}

/** The core client of `authorize_id`: the key's own, or a trusted party of the company. */
function initiatorOf(world: World, company: Company, id: string): CoreClient {
  const client = world.coreClients.get(id);
  const isKnown = client?.account === company.account || company.parties.has(id);
  if (client === undefined || !isKnown) throw notFound('core client');
  return client;
}

/** 24 and 25: transfers (4.7, 6.2). */
export const transferOperations: readonly Operation[] = [
  writeOperation('24', 'POST', '/company/{company_id}/transfer', createTransfer),
  readOperation('25', '/company/{company_id}/transfer/{tx_id}', (context) =>
    answer(transactionBody(transactionOf(context))),
  ),
];
