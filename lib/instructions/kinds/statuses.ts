import type { Transaction } from '../../partner-api/index.ts';
import type { Instruction, State } from '../record.ts';
import type { ExpectedAction, Seen } from './kind.ts';

/**
 * The statuses of anything that moves assets one way: transfers, withdrawals, sweeps (reference 6.1). A bare `rejected`
 * is read like `custody_rejected` (K22). `chain_rejected` is the service's own fault, hence `failed`.
 */
const movement: Readonly<Record<string, State>> = {
  pending_initiate: 'pending',
  pending: 'pending',
  approved: 'completed',
  initiate_rejected: 'rejected',
  custody_rejected: 'rejected',
  rejected: 'rejected',
  expired: 'expired',
  chain_rejected: 'failed',
};

/** The state a one-way movement is in at this status; `undefined` for a word nobody knows. */
export function movementState(status: string): State | undefined {
  return Object.hasOwn(movement, status) ? movement[status] : undefined;
}

/** What a one-way movement's own answer tells. A member it leaves empty is not compared. */
export function seenMovement({ status, details }: Transaction): Seen {
  return {
    status,
    asset: details.asset || undefined,
    netAmountBaseUnits: details.netAmountBaseUnits,
    fundId: details.fundId || undefined,
    walletId: details.walletId || undefined,
    recipient: details.recipientAddress || undefined,
  };
}

/** What the action of its custodians must tell of a one-way movement. */
export function movementAction({ place, request }: Instruction, recipient: string): ExpectedAction {
  const { amount, reference = '' } = request as { amount: string; reference?: string };
  return { asset: place.asset, netAmountBaseUnits: BigInt(amount), walletId: place.walletId, recipient, reference };
}

/** Compares what was asked for (asset, net amount, where from, recipient) with what was seen of it. */
export function movementDifferences(instruction: Instruction, recipient: string, seen: Seen): string[] {
  const differs = originDifferences(instruction, seen);
  if (seen.netAmountBaseUnits !== undefined && String(seen.netAmountBaseUnits) !== instruction.request['amount']) {
    differs.push('amount');
  }
  if (isOther(seen.recipient, recipient)) differs.push('recipient');
  return differs;
}

/** Compares where assets are taken from. Of a swept wallet we know no fund. */
export function originDifferences({ place }: Instruction, seen: Seen): string[] {
  const differs: string[] = [];
  if (seen.asset !== undefined && seen.asset !== place.asset) differs.push('asset');
  if (seen.fundId !== undefined && place.fundId !== undefined && seen.fundId !== place.fundId) differs.push('fund');
  if (isOther(seen.walletId, place.walletId)) differs.push('wallet');
  return differs;
}

/**
 * Whether a wallet or an address is certainly another one. A short code (three words) and a wallet id may name one wallet, so
 * they cannot be compared (reference 5.4).
 */
export function isOther(seen: string | undefined, asked: string): boolean {
  return seen !== undefined && seen !== asked && seen.includes(' ') === asked.includes(' ');
}
