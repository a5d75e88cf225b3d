/** The words of a transaction's status (reference 6.1), in their short forms; a server may know others. */
export type TransactionStatus =
  | 'pending_initiate'
  | 'initiate_rejected'
  | 'pending'
  | 'approved'
  | 'custody_rejected'
  | 'expired'
  | 'chain_rejected'
  | 'taker_pending'
  | 'taker_approved'
  | (string & {});

/** The words of an action's or an approver's status (reference 6.6). */
export type ActionStatus = 'pending' | 'approved' | 'rejected' | 'expired' | (string & {});

const finalWords = new Set(['approved', 'custody_rejected', 'initiate_rejected', 'expired', 'chain_rejected']);

/**
 * The short form of a status word (K22): without `_transfer` or `_withdrawal`, and a bare `rejected` read as
 * `custody_rejected`, the final state it stands for. Unknown words stay as they are.
 */
export function shortStatus(word: string): TransactionStatus {
  const short = word.replace(/_(transfer|withdrawal)$/, '');
  return short === 'rejected' ? 'custody_rejected' : short;
}

/** Whether a transaction with this status (short or long form) will never change again; an unknown word may. */
export function isFinalStatus(word: string): boolean {
  return finalWords.has(shortStatus(word));
}
