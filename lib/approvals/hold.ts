import { type Control, mayAct, readControl } from '../instructions/control.ts';
import { type Instruction, isTerminal } from '../instructions/record.ts';
import { makerOfTransaction } from '../instructions/transactions.ts';
import type { Approver } from './approver.ts';

/** The stop button, and the instruction that an action's transaction was made for, as they stood at a moment. */
export interface Standing {
  /** Neither was read before this moment. */
  readonly readAtMs: number;
  readonly control: Control;
  /** Absent when no instruction of ours is known to have made the transaction. */
  readonly instruction: Instruction | undefined;
}

/** Why an action must not be approved now, whatever the rules say. */
export interface Hold {
  readonly why: string;
  /** Our own record is about to say more: it is worth another look within seconds. */
  readonly passes: boolean;
}

/** Reads what may hold an approval. Strongly consistent. Read for each decision, and again right before each vote. */
export async function readStanding({ store, clock }: Approver, txId: string | undefined): Promise<Standing> {
  const readAtMs = clock.nowMs();
  const [control, instruction] = await Promise.all([
    readControl(store),
    txId === undefined ? undefined : makerOfTransaction(store, txId),
  ]);
  return { readAtMs, control, instruction };
}

/**
 * Why a transaction of ours must not be approved now; `undefined` when nothing is known against it. A rule need not ask
 * whether an action is ours for its client's stop and its client's wish to call it off to count.
 */
export function holdOnApproval({ control, instruction, readAtMs }: Standing, txId: string | undefined) {
  if (instruction === undefined || txId === undefined) return undefined;
  if (!mayAct(control, instruction)) return { why: `${instruction.id} is stopped`, passes: false };
  return unfitness(instruction, txId, readAtMs);
}

/** Why an instruction's transaction must not be approved: it does not wait for custody, or is not believed to be its own. */
export function unfitness(instruction: Instruction, txId: string, nowMs: number): Hold | undefined {
  const { id, state, expiresAtSeconds } = instruction;
  const hold = (why: string, passes = false): Hold => ({ why: `${id} ${why}`, passes });
  if (instruction.cancelAskedAtMs !== undefined) return hold('is being called off');
  if (expiresAtSeconds !== undefined && nowMs >= expiresAtSeconds * 1000) return hold('has expired');
  // Noted and not recorded: its worker is about to, unless the transaction came after the end, or is a second one.
  if (instruction.txId !== txId) return hold('does not name it', instruction.txId === undefined && !isTerminal(state));
  if (state !== 'pending') return hold(`is ${state}`);
  if (instruction.differences !== undefined) return hold(`differs from it in ${instruction.differences.join(', ')}`);
  // Found under our key, not made by the attempt that reports it: it is compared by the poller before anybody believes it.
  return instruction.toVerify === true ? hold('is not verified yet', true) : undefined;
}
