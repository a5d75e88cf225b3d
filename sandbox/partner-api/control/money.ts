import { invalidField, missingField, notFound } from '../errors.ts';
import { optionalText, requiredAmount } from '../fields.ts';
import { integerJson } from '../json.ts';
import type { Wallet } from '../model.ts';
import { answer } from '../operation.ts';
import { settledBalance } from '../resources/bodies.ts';
import { ready } from '../resources/lookups.ts';
import { creditDeposit } from '../transactions.ts';
import { addressKey } from '../wallet-making.ts';
import { type ControlContext, type ControlOperation, lasting, passing } from './operation.ts';

function walletOf({ world, body }: ControlContext): Wallet {
  const walletId = optionalText(body, 'walletId');
  const address = optionalText(body, 'address');
  if (walletId === '' && address === '') throw missingField('walletId');
  if (walletId !== '' && address !== '') throw invalidField('address');
  const wallet = walletId === '' ? world.walletsByAddress.get(addressKey(address)) : world.findWallet(walletId);
  if (wallet === undefined) throw notFound('wallet');
  return wallet;
}

function deposit(context: ControlContext) {
  const wallet = walletOf(context);
  const amount = requiredAmount(context.body, 'amount');
  const from = optionalText(context.body, 'from') || 'outside';
  const row = creditDeposit(context.world, ready(wallet), amount, from);
  const balance = integerJson(settledBalance(wallet));
  return answer({ walletId: wallet.id, chainTxId: row.deposit?.chainTxId, balance, timestamp: row.timestampSeconds });
}

function proof({ world }: ControlContext) {
  const { balanced, postings, assets } = world.ledger.proof();
  const rows = assets.map((row) => ({
    asset: row.asset,
    wallets: integerJson(row.wallets),
    held: integerJson(row.held),
    fees: integerJson(row.fees),
    outside: integerJson(row.outside),
    sum: integerJson(row.sum),
    balanced: row.balanced,
  }));
  return answer({ balanced, postings, assets: rows });
}

/** Deposits from outside, and the double-entry proof. */
export const moneyControls: readonly ControlOperation[] = [
  lasting('POST', '/deposits', deposit),
  passing('GET', '/ledger', proof),
];
