import { badRequest } from '../errors.ts';
import { requiredText } from '../fields.ts';
import { createOnce } from '../idempotency.ts';
import type { Company, Transaction } from '../model.ts';
import { answer, type Context, type Operation, readOperation, writeOperation } from '../operation.ts';
import { electorateOf } from '../transactions.ts';
import type { World } from '../world.ts';
import { transactionBody } from './bodies.ts';
import { companyOf, sendingWallet, transactionOf } from './lookups.ts';
import { initiatorOf, isMovement, type Movement, readMovement, submitMovement } from './movements.ts';
import { whitelistEntry } from './whitelist.ts';

function createWithdrawal(context: Context) {
  const company = companyOf(context);
  const { world } = context;
  const wanted = readMovement(context.body);
  const address = requiredText(context.body, 'address');
  const { transaction, status } = createOnce(world, {
    scope: company.transactionsByPartnerId,
    partnerTxId: wanted.partnerTxId,
    create: () => startWithdrawal(world, company, wanted, address),
    isAskedFor: isMovement(world, wanted, { kind: 'withdrawal', recipient: address }),
  });
  return answer({ tx_id: transaction.id, status });
}

/** Decided by the *withdraw* policy, whatever the spec's text says (4.7). */
function startWithdrawal(world: World, company: Company, wanted: Movement, address: string): Transaction {
  const wallet = sendingWallet(world, company, wanted.walletId, wanted.send.symbol);
  const entry = whitelistEntry(wallet.fund, wallet.asset, address);
  if (entry === undefined) throw badRequest('address not whitelisted');
  const initiator = initiatorOf(world, company, wanted);
  return submitMovement(world, wanted, {
    kind: 'withdrawal',
    company,
    wallet,
    recipientWallet: undefined,
    recipientAddress: address,
    recipientName: entry.name,
    requestedBy: company.name,
    feeType: 'withdraw',
    rowType: 'withdraw',
    electorate: electorateOf(wallet, 'withdraw', initiator),
  });
}

/** 26 and 27: withdrawals to whitelisted addresses (4.7, 6.2). */
export const withdrawalOperations: readonly Operation[] = [
  writeOperation('26', 'POST', '/company/{company_id}/withdraw', createWithdrawal),
  readOperation('27', '/company/{company_id}/withdraw/{tx_id}', (context) =>
    answer(transactionBody(transactionOf(context))),
  ),
];
