import { kindOf } from '../instructions/kinds/index.ts';
import type { Seen } from '../instructions/kinds/kind.ts';
import { type Instruction, isTerminal } from '../instructions/record.ts';
import type { Difference, Side } from './report.ts';

/** In what a transaction and the instruction that made it do not agree. Pure. */
export function membersThatDiffer(instruction: Instruction, seen: Seen): string[] {
  const kind = kindOf(instruction);
  const differs = kind.differences(instruction, seen);
  return kind.stateOf(seen.status) === instruction.state ? differs : [...differs, 'status'];
}

/**
 * Whether the only difference is that we have not seen the end yet: that is the poller's to mend, not a report's to tell.
 * @param settledAtSeconds when the ledger says that it ended
 */
export function isOnItsWay(
  instruction: Instruction,
  members: readonly string[],
  settledAtSeconds: number,
  nowMs: number,
): boolean {
  const onlyStatus = members.length === 1 && members[0] === 'status';
  return onlyStatus && !isTerminal(instruction.state) && nowMs - settledAtSeconds * 1000 < graceMs;
}

/** For this long a transaction may be known to one side only, or have another status there. */
export const graceMs = 15 * 60_000;

/** What the API says of a transaction. */
export function ledgerSide({ status, asset, netAmountBaseUnits }: Seen): Side {
  return {
    status,
    ...(asset === undefined || asset === '' ? {} : { asset }),
    ...(netAmountBaseUnits === undefined ? {} : { amount: String(netAmountBaseUnits) }),
  };
}

/** What we say of it. */
export function ourSide(instruction: Instruction): Side {
  const amount = kindOf(instruction).asAction?.(instruction).netAmountBaseUnits;
  return {
    status: instruction.state,
    asset: instruction.place.asset,
    ...(amount === undefined ? {} : { amount: String(amount) }),
  };
}

/** The difference between an instruction and what the API says of its transaction. */
export function differenceOf(
  fund: { companyId: string; fundId: string },
  instruction: Instruction,
  members: readonly string[],
  seen: Seen,
): Difference {
  return {
    what: 'differs',
    ...fund,
    txId: instruction.txId ?? '',
    instructionId: instruction.id,
    members,
    ledger: ledgerSide(seen),
    ours: ourSide(instruction),
  };
}
