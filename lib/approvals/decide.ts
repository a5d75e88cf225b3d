import type { ApprovalRule } from '../platform/config/approvals.ts';
import { type Circumstances, verdictsOn } from './conditions.ts';
import { countable, type Facts, movesAssets } from './facts.ts';
import type { Hold } from './hold.ts';

/** What a rule came to: its verdict, and for all but `met` why. */
export interface RuleResult {
  readonly rule: string;
  readonly is: 'met' | 'unmet' | 'open';
  readonly why?: string;
}

/** What is to become of an action, and why. `leave`: a person decides, or the next run, until the action expires. */
export interface Judgement {
  readonly decision: 'approve' | 'reject' | 'leave';
  /** The rule that decided; absent when none did. */
  readonly rule?: ApprovalRule;
  readonly why: string;
  /** It is left only until our own record says more, which it is about to: worth another look within seconds. */
  readonly again: boolean;
  /** Every rule that was looked at, in order. */
  readonly looked: readonly RuleResult[];
}

/**
 * Decides about an action: the first rule whose conditions all hold decides, and where none does it is left. Pure.
 *
 * A rule of which only "is it ours" is still open stops the search: what comes after it must not reject what it may
 * approve a moment later.
 */
export function decide(rules: readonly ApprovalRule[], facts: Facts, around: Circumstances): Judgement {
  const looked: RuleResult[] = [];
  for (const rule of rules) {
    const result = lookAt(rule, facts, around);
    looked.push(result);
    if (result.is === 'unmet') continue;
    if (result.is === 'open') return { decision: 'leave', rule, why: result.why ?? '', again: true, looked };
    const hold = rule.decide === 'approve' ? holdOn(facts, around) : undefined;
    if (hold !== undefined) return { decision: 'leave', rule, why: hold.why, again: hold.passes, looked };
    return { decision: rule.decide, rule, why: `rule "${rule.name}"`, again: false, looked };
  }
  return { decision: 'leave', why: 'no rule applies', again: false, looked };
}

/** What keeps an action from being approved by any rule. */
function holdOn(facts: Facts, { hold }: Circumstances): Hold | undefined {
  if (facts.customerCut) return { why: 'there is more customer data than a rule can see', passes: false };
  if (!movesAssets(facts) || countable(facts) !== undefined) return hold;
  return {
    why: 'its net amount or asset is not told, or contradicts its amount, so it cannot be counted',
    passes: false,
  };
}

function lookAt(rule: ApprovalRule, facts: Facts, around: Circumstances): RuleResult {
  const verdicts = verdictsOn(rule.when, facts, around);
  const failing =
    verdicts.find((verdict) => verdict.is === 'unmet') ?? verdicts.find((verdict) => verdict.is === 'open');
  return failing === undefined || failing.is === 'met'
    ? { rule: rule.name, is: 'met' }
    : { rule: rule.name, is: failing.is, why: failing.why };
}
