import type { Item, ItemStore } from './ports.ts';
import type { Instruction } from './record.ts';

/** Says whose a transaction is. Written once and never changed. */
interface TransactionOwner extends Item {
  readonly instructionId: string;
}

function ownerId(txId: string): string {
  return `tx/${txId}`;
}

/**
 * Notes that a transaction belongs to an instruction. It is written before the instruction itself names the transaction,
 * so that whatever an instruction names can be found: a worker that dies in between is told `existing` by its next attempt
 * and notes the same again.
 *
 *     us    POST … txId ── create tx/txId ── write the instruction's txId
 *     them                     read tx/txId ── read the instruction: no txId in it yet, so not known yet
 *
 * @returns false when the transaction belongs to another instruction, which nobody can explain
 */
export async function noteTransaction(store: ItemStore, txId: string, instructionId: string): Promise<boolean> {
  const created = await store.create<TransactionOwner>({ id: ownerId(txId), index: {}, instructionId });
  if (created !== undefined) return true;
  return (await store.get<TransactionOwner>(ownerId(txId)))?.instructionId === instructionId;
}

/**
 * The instruction whose attempt made a transaction, whether or not it names the transaction itself: not yet, or never
 * because it had ended before. Strongly consistent.
 */
export async function makerOfTransaction(store: ItemStore, txId: string): Promise<Instruction | undefined> {
  const owner = await store.get<TransactionOwner>(ownerId(txId));
  return owner === undefined ? undefined : await store.get<Instruction>(owner.instructionId);
}

/**
 * The instruction that a transaction was made for, if it is known by now. Strongly consistent. An instruction that does
 * not name this transaction (yet) is not it.
 */
export async function instructionOfTransaction(store: ItemStore, txId: string): Promise<Instruction | undefined> {
  const instruction = await makerOfTransaction(store, txId);
  return instruction?.txId === txId ? instruction : undefined;
}
