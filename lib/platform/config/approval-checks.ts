import { covers } from './approval-coverage.ts';
import { checkTypes } from './approval-types.ts';
import type { ApprovalRule, RuleConditions } from './approvals.ts';
import { duplicates, error, type ProblemInFile, warning } from './concern.ts';
import { isZone } from './zone.ts';

/** What no schema can say of a core client's rules: those that can never decide, bad zones, conditions without meaning. */
export function checkRules(rules: readonly ApprovalRule[], path: string): ProblemInFile[] {
  return [
    ...duplicates(
      rules,
      (rule) => rule.name,
      (rule, place, first) => ({
        path: `${path}[${place}].name`,
        message: `"${rule.name}" is the name of rules[${first}] already`,
      }),
    ),
    ...rules.flatMap((rule, place) => [
      ...checkConditions(rule.when, `${path}[${place}].when`),
      ...checkReach(rules, place, path),
      ...checkCare(rule, `${path}[${place}]`),
    ]),
  ];
}

function checkConditions(when: RuleConditions, path: string): ProblemInFile[] {
  return [
    ...checkTypes(when, path),
    ...checkAmounts(when, path),
    ...checkTime(when, path),
    ...Object.entries(when.customer ?? {}).flatMap(([field, wanted]) =>
      checkCustomer(wanted, `${path}.customer.${field}`),
    ),
  ];
}

function checkAmounts({ amount, total, assets }: RuleConditions, path: string): ProblemInFile[] {
  const problems: ProblemInFile[] = [];
  if ((amount !== undefined || total !== undefined) && assets?.length !== 1) {
    const name = amount === undefined ? 'total' : 'amount';
    problems.push(
      error(`${path}.${name}`, 'needs exactly one asset beside it: base units of two assets do not compare'),
    );
  }
  if (amount !== undefined && amount.min === undefined && amount.max === undefined) {
    problems.push(error(`${path}.amount`, 'has neither min nor max'));
  }
  const min = amount?.min === undefined ? undefined : BigInt(amount.min);
  const max = amount?.max === undefined ? undefined : BigInt(amount.max);
  if (min !== undefined && max !== undefined && min > max) {
    problems.push(error(`${path}.amount`, 'can never match: min is above max'));
  }
  if (max === 0n) problems.push(error(`${path}.amount.max`, 'can never match: nobody moves nothing'));
  if (total !== undefined && BigInt(total.max) < (min ?? 1n)) {
    problems.push(error(`${path}.total.max`, 'can never match: one amount alone is above it'));
  }
  return problems;
}

function checkTime({ time }: RuleConditions, path: string): ProblemInFile[] {
  if (time === undefined) return [];
  const problems: ProblemInFile[] = [];
  if (!isZone(time.zone))
    problems.push(error(`${path}.time.zone`, `"${time.zone}" is no time zone of the IANA database`));
  if (time.from === time.to) problems.push(error(`${path}.time`, 'can never match: it ends when it starts'));
  return problems;
}

type Wanted = NonNullable<RuleConditions['customer']>[string];

function checkCustomer({ oneOf, startsWith = '', endsWith = '' }: Wanted, path: string): ProblemInFile[] {
  const possible = oneOf?.some((value) => value.startsWith(startsWith) && value.endsWith(endsWith)) ?? true;
  return possible ? [] : [error(path, 'can never match: no value of oneOf starts and ends like that')];
}

/** A rule that stands behind one which decides whatever it would decide is never asked. */
function checkReach(rules: readonly ApprovalRule[], place: number, path: string): ProblemInFile[] {
  const rule = rules[place] as ApprovalRule;
  const before = rules.slice(0, place).find((earlier) => covers(earlier.when, rule.when));
  return before === undefined
    ? []
    : [error(`${path}[${place}]`, `can never match: the rule "${before.name}" before it decides all that it would`)];
}

/** A list of assets says nothing of who asks and how much, nor does customer data of which anything will do. */
function checkCare({ decide, when }: ApprovalRule, path: string): ProblemInFile[] {
  const { actionTypes, matchesInstruction, assets, recipients, customer = {}, amount, total } = when;
  const asksOfCustomer = Object.values(customer).some((wanted) => Object.keys(wanted).length > 0);
  const isNarrow = [matchesInstruction, recipients, amount?.max, total].some((one) => one !== undefined);
  if (decide !== 'approve' || isNarrow || asksOfCustomer) return [];
  const what = actionTypes === undefined ? 'every action' : `every ${actionTypes.join(' and ')}`;
  const ofWhat = assets === undefined ? '' : ` of ${assets.join(' and ')}`;
  return [warning(path, `approves ${what}${ofWhat}, whoever asked for it and however much it is`)];
}
