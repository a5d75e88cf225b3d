import { member, requiredText } from '../fields.ts';
import { createOnce } from '../idempotency.ts';
import type { JsonObject } from '../json.ts';
import type { Company, Transaction } from '../model.ts';
import { answer, type Context, type Operation, readOperation, writeOperation } from '../operation.ts';
import { electorateOf } from '../transactions.ts';
import type { World } from '../world.ts';
import { transactionBody } from './bodies.ts';
import { companyOf, recipientWallet, sendingWallet, transactionOf } from './lookups.ts';
import { initiatorOf, isMovement, type Movement, readMovement, submitMovement } from './movements.ts';

const destinationName = 'counterparty_wallet_address';

/** The destination under either of its names (K19). */
function readDestination(body: JsonObject): string {
  const other = 'counterparty_wallet_id';
  const usesOther = member(body, destinationName) === undefined && member(body, other) !== undefined;
  return requiredText(body, usesOther ? other : destinationName);
}

function createTransfer(context: Context) {
  const company = companyOf(context);
  const { world } = context;
  const wanted = readMovement(context.body);
  const destination = readDestination(context.body);
  const { transaction, status } = createOnce(world, {
    scope: company.transactionsByPartnerId,
    partnerTxId: wanted.partnerTxId,
    create: () => startTransfer(world, company, wanted, destination),
    isAskedFor: (known) => {
      const recipient = world.findWallet(destination)?.id ?? '';
      return isMovement(world, wanted, { kind: 'transfer', recipient })(known);
    },
  });
  return answer({ tx_id: transaction.id, status });
}

function startTransfer(world: World, company: Company, wanted: Movement, destination: string): Transaction {
  const wallet = sendingWallet(world, company, wanted.walletId, wanted.send.symbol);
  const recipient = recipientWallet(world, wallet, destination, destinationName);
  const initiator = initiatorOf(world, company, wanted);
  return submitMovement(world, wanted, {
    kind: 'transfer',
    company,
    wallet,
    recipientWallet: recipient,
    recipientAddress: recipient.id,
    recipientName: recipient.fund.company.name,
    requestedBy: company.name,
    feeType: 'transferOut',
    rowType: 'transferOut',
    electorate: electorateOf(wallet, 'tx', initiator),
  });
}

/** 24 and 25: transfers (4.7, 6.2). The getter finds every transaction of the company (4.7, operation 32). */
export const transferOperations: readonly Operation[] = [
  writeOperation('24', 'POST', '/company/{company_id}/transfer', createTransfer),
  readOperation('25', '/company/{company_id}/transfer/{tx_id}', (context) =>
    answer(transactionBody(transactionOf(context))),
  ),
];
