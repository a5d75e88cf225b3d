import { meets, minuteOfDay } from '../platform/config/approval-coverage.ts';
import type { RuleConditions } from '../platform/config/approvals.ts';
import { countable, type Facts, isTooLong } from './facts.ts';
import type { Hold } from './hold.ts';
import { dayBefore, localTimeIn } from './local-time.ts';
import { type Match, matchText } from './match.ts';

/** Whether a condition holds, does not, or cannot be told yet. `why` is said of the last two. */
export type Verdict = { readonly is: 'met' } | { readonly is: 'unmet' | 'open'; readonly why: string };

/** What the conditions are looked at with, besides the action itself. */
export interface Circumstances {
  readonly nowMs: number;
  /** Whether the action is of an instruction of ours. */
  readonly match: Match;
  /** Why no rule may approve it now. */
  readonly hold?: Hold | undefined;
  /** What was approved of the action's asset within a sliding window, this action not counted. */
  approvedBaseUnits(windowSeconds: number): bigint;
}

/**
 * An action may be seen before our own record names its transaction: for this long after it was made, "no record names it"
 * may still change, because a submission whose answer was lost is asked again. That is within minutes, and within a quarter of
 * an hour where the Partner API asks for as long a wait.
 */
export const graceMs = 1_200_000;

const met: Verdict = { is: 'met' };

function unmet(why: string): Verdict {
  return { is: 'unmet', why };
}

/** The verdict on every condition of a rule, in the order in which they are told. */
export function verdictsOn(when: RuleConditions, facts: Facts, around: Circumstances): Verdict[] {
  return [
    inList('action type', facts.actionType || undefined, when.actionTypes),
    inList('company', facts.companyId, when.companies),
    inList('asset', facts.asset, when.assets),
    amountVerdict(when, facts),
    recipientVerdict(when, facts),
    customerVerdict(when, facts),
    timeVerdict(when, around.nowMs),
    totalVerdict(when, facts, around),
    matchVerdict(when, facts, around),
  ];
}

function inList(name: string, value: string | undefined, allowed: readonly string[] | undefined): Verdict {
  if (allowed === undefined) return met;
  if (value === undefined) return unmet(`${name}: the action does not tell`);
  return allowed.includes(value) ? met : unmet(`${name}: ${value} is not in the list`);
}

function amountVerdict({ amount }: RuleConditions, facts: Facts): Verdict {
  if (amount === undefined) return met;
  const net = countable(facts)?.baseUnits;
  if (net === undefined) return unmet('net amount: the action does not tell, or contradicts itself');
  if (amount.min !== undefined && net < BigInt(amount.min)) return unmet(`net amount: ${net} is below ${amount.min}`);
  if (amount.max !== undefined && net > BigInt(amount.max)) return unmet(`net amount: ${net} is above ${amount.max}`);
  return met;
}

function recipientVerdict({ recipients }: RuleConditions, facts: Facts): Verdict {
  if (recipients === undefined) return met;
  if (facts.recipients.length === 0) return unmet('recipient: the action does not tell');
  const stranger = facts.recipients.find((recipient) => !recipients.includes(recipient));
  return stranger === undefined ? met : unmet(`recipient: ${stranger} is not in the list`);
}

/** The data itself is not repeated: it is a customer's, and reasons go into logs. */
function customerVerdict({ customer }: RuleConditions, facts: Facts): Verdict {
  if (customer === undefined) return met;
  if (facts.customer === undefined) return unmet('customer data: the action has none');
  for (const [field, wanted] of Object.entries(customer)) {
    const has = Object.hasOwn(facts.customer, field);
    if (!has) return unmet(`customer data: ${field} is not ${facts.customerCut ? 'in what is seen' : 'told'}`);
    const value = facts.customer[field] ?? '';
    if (wanted.endsWith !== undefined && isTooLong(value))
      return unmet(`customer data: the end of ${field} was cut off`);
    if (!meets(wanted, value)) return unmet(`customer data: ${field} is not as wanted`);
  }
  return met;
}

function timeVerdict({ time }: RuleConditions, nowMs: number): Verdict {
  if (time === undefined) return met;
  const { day, minuteOfDay: minute } = localTimeIn(time.zone, nowMs);
  const from = minuteOfDay(time.from);
  const to = minuteOfDay(time.to);
  const sinceToday = from < to ? minute >= from && minute < to : minute >= from;
  const sinceYesterday = from > to && minute < to;
  const startedOn = sinceToday ? day : sinceYesterday ? dayBefore(day) : undefined;
  if (startedOn === undefined) return unmet(`time: it is not between ${time.from} and ${time.to} in ${time.zone}`);
  return time.days === undefined || time.days.includes(startedOn)
    ? met
    : unmet(`time: ${startedOn} is not in the list`);
}

function totalVerdict({ total }: RuleConditions, facts: Facts, around: Circumstances): Verdict {
  if (total === undefined) return met;
  const net = countable(facts)?.baseUnits;
  if (net === undefined) return unmet('total: the action does not tell its net amount, or contradicts itself');
  const sum = around.approvedBaseUnits(total.windowSeconds) + net;
  const within = `in ${total.windowSeconds} s`;
  return sum <= BigInt(total.max) ? met : unmet(`total: ${sum} ${within} would be above ${total.max}`);
}

function matchVerdict({ matchesInstruction }: RuleConditions, facts: Facts, { match, nowMs }: Circumstances): Verdict {
  if (matchesInstruction === undefined || match.is === 'matched') return met;
  const why = `instruction: ${matchText(match)}`;
  const mayStillBeKnown = facts.askedAtSeconds === undefined || nowMs < facts.askedAtSeconds * 1000 + graceMs;
  return match.is === 'unknown' && mayStillBeKnown ? { is: 'open', why: `${why} yet` } : unmet(why);
}
