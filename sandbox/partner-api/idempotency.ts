import type { Transaction } from './model.ts';
import type { World } from './world.ts';

/** What a creating call answers with: the transaction, and whether this very call made it (reference 7). */
export interface Created {
  readonly transaction: Transaction;
  readonly status: 'new' | 'existing';
}

/** What a creating call asks for, as idempotency sees it. */
export interface CreateRequest {
  /** Transactions by partner key: of a company, or of a core client for sweeps. */
  readonly scope: Map<string, Transaction>;
  /** `''`: no key, always new. */
  readonly partnerTxId: string;
  /** Checks and makes the transaction; throws before it changes anything, and then the key stays free. */
  create(): Transaction;
  /** Whether a transaction is what this request asks for. */
  isAskedFor(transaction: Transaction): boolean;
}

/**
 * At most one transaction per partner key within a scope, for ever. The look-up comes before every business check, so a
 * retry finds its original after the money is gone. Handlers are synchronous, so no two calls can race. A key that comes
 * back with another request gets its original all the same, and the log gets a warning (reference 7, point 3).
 */
export function createOnce(world: World, { scope, partnerTxId, create, isAskedFor }: CreateRequest): Created {
  const known = partnerTxId === '' ? undefined : scope.get(partnerTxId);
  if (known !== undefined) {
    if (!isAskedFor(known)) warnOfReuse(world, known);
    return { transaction: known, status: 'existing' };
  }
  const transaction = create();
  if (partnerTxId !== '') scope.set(partnerTxId, transaction);
  return { transaction, status: 'new' };
}

function warnOfReuse(world: World, { id, kind, partnerTxId }: Transaction): void {
  const key = JSON.stringify(partnerTxId);
  const message = `partner_txID ${key} came again with another body: answered with its ${kind} ${id}`;
  world.emit({ kind: 'warning', message });
}
