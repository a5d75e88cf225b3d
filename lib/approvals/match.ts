import { kindOf } from '../instructions/kinds/index.ts';
import type { ExpectedAction } from '../instructions/kinds/kind.ts';
import type { Item, ItemStore } from '../instructions/ports.ts';
import type { Instruction } from '../instructions/record.ts';
import { countable, type Facts } from './facts.ts';
import { type Standing, unfitness } from './hold.ts';

/** Whether an action is of an instruction of ours. */
export type Match =
  | { readonly is: 'matched'; readonly instructionId: string }
  /** No instruction names the transaction, or it is not verified: that may change. */
  | { readonly is: 'unknown' }
  /** The action names no transaction: that never changes. */
  | { readonly is: 'untold' }
  /** Its instruction must not be approved any more. */
  | { readonly is: 'unfit'; readonly why: string }
  | { readonly is: 'different'; readonly instructionId: string; readonly differences: readonly string[] };

/** A match in words. */
export function matchText(match: Match): string {
  switch (match.is) {
    case 'matched':
      return `it is of ${match.instructionId}`;
    case 'unknown':
      return 'no record of ours names its transaction';
    case 'untold':
      return 'it names no transaction';
    case 'unfit':
      return match.why;
    case 'different':
      return `it differs from ${match.instructionId} in ${match.differences.join(', ')}`;
  }
}

/**
 * Whether an action is of the instruction that its transaction leads to: everything both sides know must be the same.
 * Somebody else who holds the API key can make a transfer with our fields, but not under our id.
 */
export async function findMatch(
  store: ItemStore,
  action: { coreClientId: string; actionId: string },
  facts: Facts,
  { instruction, readAtMs }: Pick<Standing, 'instruction' | 'readAtMs'>,
): Promise<Match> {
  const match = matchWith(instruction, facts, readAtMs);
  if (match.is !== 'matched' || facts.txId === undefined) return match;
  const claim = await store.get<MatchClaim>(claimId(action.coreClientId, facts.txId));
  if (claim === undefined || claim.actionId === action.actionId) return match;
  return { is: 'different', instructionId: match.instructionId, differences: ['another action was matched to it'] };
}

/** Compares an action with the instruction of its transaction, if there is one. Pure. */
export function matchWith(instruction: Instruction | undefined, facts: Facts, nowMs: number): Match {
  if (facts.txId === undefined) return { is: 'untold' };
  if (instruction === undefined) return { is: 'unknown' };
  const unfit = unfitness(instruction, facts.txId, nowMs);
  if (unfit !== undefined) return unfit.passes ? { is: 'unknown' } : { is: 'unfit', why: unfit.why };
  const differences = differencesFrom(expected(instruction), facts, instruction.place);
  const { id: instructionId } = instruction;
  return differences.length === 0 ? { is: 'matched', instructionId } : { is: 'different', instructionId, differences };
}

function expected(instruction: Instruction): ExpectedAction | undefined {
  return kindOf(instruction).asAction?.(instruction);
}

/** The members that are not told, or told otherwise. */
function differencesFrom(
  wanted: ExpectedAction | undefined,
  facts: Facts,
  place: Pick<Instruction['place'], 'companyId' | 'fundId'>,
): string[] {
  if (wanted === undefined) return ['its kind'];
  const recipients = wanted.recipient === undefined ? [] : [wanted.recipient];
  const blankOr = (ours: string | undefined, told: string | undefined) =>
    ours === undefined || told === undefined || told === ours;
  const same: [string, boolean][] = [
    ['asset', facts.asset === wanted.asset],
    ['net amount', sameAmount(wanted, facts)],
    ['wallet', facts.walletId === wanted.walletId],
    ['recipient', wanted.recipient === undefined || sameTexts(facts.recipients, recipients)],
    ['reference', (facts.reference ?? '') === wanted.reference],
    ['receive asset', wanted.receive === undefined || facts.receiveAsset === wanted.receive.asset],
    ['receive amount', sameReceiveAmount(wanted, facts)],
    // The API leaves these blank for withdrawals (reference 4.8), and those of a swept wallet are its owner's and unknown to
    // us. The wallet says the same more exactly.
    ['company', blankOr(place.companyId, facts.companyId)],
    ['fund', blankOr(place.fundId, facts.fundId)],
  ];
  return same.filter(([, isSame]) => !isSame).map(([name]) => name);
}

/** A take knows no amounts of its own, only a price; then both amounts must be told, and the price be no worse. */
function sameAmount({ netAmountBaseUnits, maxNetAmountBaseUnits, worstPrice }: ExpectedAction, facts: Facts): boolean {
  const pays = countable(facts)?.baseUnits;
  if (pays === undefined || worstPrice === undefined) return pays !== undefined && pays === netAmountBaseUnits;
  if (maxNetAmountBaseUnits !== undefined && pays > maxNetAmountBaseUnits) return false;
  const gets = facts.receiveAmount === undefined ? 0n : BigInt(facts.receiveAmount);
  return gets > 0n && pays * worstPrice.receiveBaseUnits <= worstPrice.sendBaseUnits * gets;
}

function sameReceiveAmount({ receive }: ExpectedAction, { receiveAmount }: Facts): boolean {
  return receive?.amountBaseUnits === undefined || receiveAmount === String(receive.amountBaseUnits);
}

function sameTexts(told: readonly string[], wanted: readonly string[]): boolean {
  return told.length === wanted.length && told.every((one, place) => one === wanted[place]);
}

/** Says which action a transaction was matched to. A transaction matches once per core client. */
interface MatchClaim extends Item {
  readonly actionId: string;
}

function claimId(coreClientId: string, txId: string): string {
  return `match/${coreClientId}/${txId}`;
}

/**
 * Takes the one match of a transaction for an action, before the decision is stored.
 *
 *     us    read: no claim ── create claim ✓ ── decide
 *     them  read: no claim ── create claim ✗ ── read: another action's ── no match
 *
 * @returns false when another action has it
 */
export async function claimMatch(
  store: ItemStore,
  action: { coreClientId: string; actionId: string },
  txId: string,
): Promise<boolean> {
  const id = claimId(action.coreClientId, txId);
  const created = await store.create<MatchClaim>({ id, index: {}, actionId: action.actionId });
  if (created !== undefined) return true;
  return (await store.get<MatchClaim>(id))?.actionId === action.actionId;
}
