import type { Transaction } from '../../partner-api/index.ts';
import { InvalidRequest } from '../../platform/http/errors.ts';
import type { Instruction, State } from '../record.ts';
import type { Seen } from './kind.ts';
import { isOther, originDifferences } from './statuses.ts';

/** The statuses both sides of a swap share (reference 6.1, 6.4). */
const common: Readonly<Record<string, State>> = {
  pending_initiate: 'pending',
  pending: 'pending',
  // The short step between the taker's approval and settlement; a quote may fall back from it.
  taker_approved: 'pending',
  approved: 'completed',
  custody_rejected: 'rejected',
  rejected: 'rejected',
  expired: 'expired',
  chain_rejected: 'failed',
};

/** A quote waits for a taker; the words for one that its maker cancelled are undocumented (reference 6.4). */
const ofQuote: Readonly<Record<string, State>> = {
  ...common,
  taker_pending: 'open',
  initiate_rejected: 'cancelled',
  cancelled: 'cancelled',
};

const ofTake: Readonly<Record<string, State>> = { ...common, taker_pending: 'pending', initiate_rejected: 'rejected' };

/** The state a quote is in at this status; `undefined` for a word nobody knows. */
export function quoteState(status: string): State | undefined {
  return Object.hasOwn(ofQuote, status) ? ofQuote[status] : undefined;
}

/** The state a take is in at this status; `undefined` for a word nobody knows. */
export function takeState(status: string): State | undefined {
  return Object.hasOwn(ofTake, status) ? ofTake[status] : undefined;
}

/**
 * What a swap's own answer tells, from the side that pays `payAsset`. Both legs may be named from the maker's side in a
 * taker's answer too; the asset says which is which. Wallets that are then named are the maker's, hence not compared.
 */
export function seenSwap({ status, details, swap }: Transaction, payAsset: string): Seen {
  const asset = details.asset || undefined;
  const fundId = details.fundId || undefined;
  if (swap === undefined) return { status, asset, netAmountBaseUnits: details.netAmountBaseUnits, fundId };
  const send = { asset: swap.sendAsset || undefined, amountBaseUnits: swap.sendAmountBaseUnits };
  const receive = { asset: swap.receiveAsset || undefined, amountBaseUnits: swap.receiveAmountBaseUnits };
  const isTurned = send.asset !== payAsset && receive.asset === payAsset;
  const [pays, gets] = isTurned ? [receive, send] : [send, receive];
  return {
    status,
    asset: pays.asset ?? asset,
    netAmountBaseUnits: pays.amountBaseUnits,
    fundId,
    receiveAsset: gets.asset,
    receiveAmountBaseUnits: gets.amountBaseUnits,
    ...(isTurned
      ? {}
      : { walletId: swap.sendWalletId || undefined, receiveWalletId: swap.receiveWalletId || undefined }),
  };
}

/** Whether both legs are between the wallets that were asked for. What was not told is not compared. */
export function legDifferences(
  instruction: Instruction,
  asked: { readonly receiveAsset: string; readonly receiveWalletId: string },
  seen: Seen,
): string[] {
  const differs = originDifferences(instruction, seen);
  if (seen.receiveAsset !== undefined && seen.receiveAsset !== asked.receiveAsset) differs.push('receiveAsset');
  if (isOther(seen.receiveWalletId, asked.receiveWalletId)) differs.push('receiveWallet');
  return differs;
}

/** A swap is between two wallets. @throws InvalidRequest 400 */
export function refuseOneWallet(sendWalletId: string, receiveWalletId: string): void {
  if (sendWalletId === receiveWalletId) {
    throw new InvalidRequest(400, 'invalid field: receiveWalletId (it is the wallet that sends)', 'receiveWalletId');
  }
}
