import { notFound } from '../errors.ts';
import {
  optionalText,
  partnerTransactionId,
  requiredExpiry,
  requiredMoney,
  requiredText,
  requireFuture,
} from '../fields.ts';
import type { CreateRequest } from '../idempotency.ts';
import type { JsonObject } from '../json.ts';
import type { Company, CoreClient, Transaction } from '../model.ts';
import { submit, type TransactionRequest } from '../transactions.ts';
import type { World } from '../world.ts';

/** The members that transfers, withdrawals and sweeps share (4.7), of the right types. Nothing has been looked up yet. */
export function readMovement(body: JsonObject) {
  return {
    walletId: requiredText(body, 'wallet_id'),
    expiresAtSeconds: requiredExpiry(body),
    send: requiredMoney(body, 'send'),
    reference: optionalText(body, 'reference'),
    benefitOf: optionalText(body, 'benefit_of'),
    accountNo: optionalText(body, 'account_no'),
    authorizeId: optionalText(body, 'authorize_id'),
    partnerTxId: partnerTransactionId(body),
  };
}

/** A movement as it was asked for. */
export type Movement = ReturnType<typeof readMovement>;

/** What the look-ups of a kind add to a movement before it can be submitted. */
export type ResolvedMovement = Omit<
  TransactionRequest,
  'netAmount' | 'expiresAtSeconds' | 'reference' | 'benefitOf' | 'accountNo' | 'partnerTxId' | 'swap'
>;

/** Submits a movement once its kind has found everything it names. 400 `expired`, `insufficient balance`. */
export function submitMovement(world: World, wanted: Movement, resolved: ResolvedMovement): Transaction {
  const { expiresAtSeconds, reference, benefitOf, accountNo, partnerTxId, send } = wanted;
  requireFuture(expiresAtSeconds, world.nowSeconds);
  const given = { expiresAtSeconds, reference, benefitOf, accountNo, partnerTxId };
  return submit(world, { ...resolved, ...given, netAmount: send.amountBaseUnits });
}

/** Whether a transaction is the movement that was asked for, in whatever form its amounts and wallets were named. */
export function isMovement(
  world: World,
  wanted: Movement,
  expected: { kind: Transaction['kind']; recipient: string },
): CreateRequest['isAskedFor'] {
  return (known) =>
    known.kind === expected.kind &&
    known.wallet === world.findWallet(wanted.walletId) &&
    known.recipientAddress === expected.recipient &&
    known.asset === wanted.send.symbol &&
    known.netAmount === wanted.send.amountBaseUnits &&
    known.expiresAtSeconds === wanted.expiresAtSeconds &&
    known.reference === wanted.reference &&
    known.benefitOf === wanted.benefitOf &&
    known.accountNo === wanted.accountNo &&
    (known.custody.initiator?.voter.id ?? '') === wanted.authorizeId;
}

/** The core client of `authorize_id`, if one is named: the key's own, or a trusted party of the company (6.2). */
export function initiatorOf(world: World, company: Company, { authorizeId }: Movement): CoreClient | undefined {
  if (authorizeId === '') return undefined;
  const client = world.coreClients.get(authorizeId);
  const isKnown = client?.account === company.account || company.parties.has(authorizeId);
  if (client === undefined || !isKnown) throw notFound('core client');
  return client;
}
