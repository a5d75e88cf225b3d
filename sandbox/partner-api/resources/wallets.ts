import { invalidField } from '../errors.ts';
import { type FeeType, largestQuote } from '../fee-schedule.ts';
import { integerJson } from '../json.ts';
import type { LedgerRow } from '../model.ts';
import { answer, type Context, type Operation, readOperation } from '../operation.ts';
import { feesBody, settledBalance, walletBody } from './bodies.ts';
import { ownWallet, readableWallet } from './lookups.ts';

/** Settled movements strictly later than `since`; outgoing ones are negative (K13). Newest first, as the ledger. */
function readHistory(context: Context) {
  const wallet = readableWallet(context);
  const text = context.query.get('since') || '0';
  if (!/^\d{1,15}(\.\d{1,9})?$/.test(text)) throw invalidField('since');
  const history: object[] = [];
  for (const row of wallet.rows.all.laterThan(text === '0' ? -1 : Number(text))) {
    if (row.settled) history.push(movementBody(row));
  }
  return answer({ history });
}

/** One settled movement, as the history (operation 21) and the wallets feed (W3) tell it. */
export function movementBody(row: LedgerRow): object {
  const sign = row.direction === 'out' ? -1n : 1n;
  return {
    wallet_id: row.wallet.id,
    tx_id: row.transaction?.id ?? '',
    chain_tx_id: row.transaction?.chainTxId ?? row.deposit?.chainTxId ?? '',
    asset: row.wallet.asset,
    amount: integerJson(sign * (row.netAmount + row.fees)),
    fee: integerJson(-row.fees),
    net_amount: integerJson(sign * row.netAmount),
    timestamp: row.timestampSeconds,
  };
}

const feeTypeOf: Record<string, FeeType> = { transfer: 'transferOut', withdraw: 'withdraw', swap: 'swap' };

/** For the owner only: of another key's wallets an exchange reads no more than the wallet and its history (Appendix A). */
function readMax(context: Context) {
  const wallet = ownWallet(context);
  const pending = context.query.get('pending') || '0';
  if (!['0', '1', 'false', 'true'].includes(pending)) throw invalidField('pending');
  const type = context.query.get('tx_type') || 'transfer';
  const feeType = Object.hasOwn(feeTypeOf, type) ? feeTypeOf[type] : undefined;
  if (feeType === undefined) throw invalidField('tx_type');
  const countsOpen = pending === '1' || pending === 'true';
  const available = countsOpen ? wallet.available.balance : settledBalance(wallet);
  return answer(feesBody(largestQuote(context.world.settings.feesBps, feeType, available)));
}

/** 20 to 22: wallets (4.6). `wallet_id` may be a short code. */
export const walletOperations: readonly Operation[] = [
  readOperation('20', '/wallet/{wallet_id}', (context) => answer(walletBody(readableWallet(context)))),
  readOperation('21', '/wallet/{wallet_id}/history', readHistory),
  readOperation('22', '/wallet/{wallet_id}/max', readMax),
];
