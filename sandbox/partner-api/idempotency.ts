import type { Transaction } from './model.ts';

/** What a creating call answers with: the transaction, and whether this very call made it (reference 7). */
export interface Created {
  readonly transaction: Transaction;
  readonly status: 'new' | 'existing';
}

/**
 * At most one transaction per partner key within a scope (a company, or a core client for sweeps), for ever. The
 * look-up comes before every business check, so a retry finds its original after the money is gone; `create` throws
 * before it changes anything, and then the key stays free. Handlers are synchronous, so no two calls can race.
 */
export function createOnce(scope: Map<string, Transaction>, partnerTxId: string, create: () => Transaction): Created {
  const known = partnerTxId === '' ? undefined : scope.get(partnerTxId);
  if (known !== undefined) return { transaction: known, status: 'existing' };
  const transaction = create();
  if (partnerTxId !== '') scope.set(partnerTxId, transaction);
  return { transaction, status: 'new' };
}
