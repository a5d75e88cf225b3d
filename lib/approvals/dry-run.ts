import type { Instruction } from '../instructions/record.ts';
import type { ActionDetails } from '../partner-api/index.ts';
import type { ApprovalRule } from '../platform/config/approvals.ts';
import { decide, type Judgement } from './decide.ts';
import { countable, type Facts, factsOf } from './facts.ts';
import { unfitness } from './hold.ts';
import { type Match, matchWith } from './match.ts';

/** What would be decided about one action. */
export interface DryDecision {
  readonly actionId: string;
  readonly facts: Facts;
  readonly judgement: Judgement;
}

/** What a dry run assumes: the moment, and what is known besides the actions. */
export interface Assumptions {
  readonly nowMs: number;
  /** Our records; an action of a transaction that none of them names is not known to be ours. */
  readonly instructions: readonly Instruction[];
}

/**
 * What the rules would decide about these actions, one after the other as a single run would. Totals count from nothing: what
 * is approved here, and nothing from before. A transaction matches once. Pure: reads no table and no network.
 */
export function dryRun(
  rules: readonly ApprovalRule[],
  actions: readonly ActionDetails[],
  assumed: Assumptions,
): DryDecision[] {
  const approved = new Map<string, bigint>();
  const matched = new Map<string, string>();
  return actions.map((action) => {
    const facts = factsOf(action);
    const sum = approved.get(facts.asset ?? '') ?? 0n;
    const { txId = '' } = facts;
    const instruction = assumed.instructions.find((one) => one.txId !== undefined && one.txId === txId);
    const judgement = decide(rules, facts, {
      nowMs: assumed.nowMs,
      match: matchOnce(matchWith(instruction, facts, assumed.nowMs), matched.get(txId), action.actionId),
      hold: instruction && unfitness(instruction, txId, assumed.nowMs),
      approvedBaseUnits: () => sum,
    });
    const amount = countable(facts);
    if (judgement.decision === 'approve' && amount !== undefined) approved.set(amount.asset, sum + amount.baseUnits);
    if (judgement.decision !== 'leave' && judgement.rule?.when.matchesInstruction === true) {
      matched.set(txId, action.actionId);
    }
    return { actionId: action.actionId, facts, judgement };
  });
}

function matchOnce(match: Match, matchedTo: string | undefined, actionId: string): Match {
  if (match.is !== 'matched' || matchedTo === undefined || matchedTo === actionId) return match;
  return { is: 'different', instructionId: match.instructionId, differences: ['another action was matched to it'] };
}
