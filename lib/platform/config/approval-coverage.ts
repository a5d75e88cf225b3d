import type { RuleConditions } from './approvals.ts';

/**
 * Whether every action that meets `narrow` meets `wide` too. Says no when it cannot tell (two zones, two sorts of text
 * patterns), so a rule that it calls unreachable is unreachable. Rules that only several others cover together are not found.
 */
export function covers(wide: RuleConditions, narrow: RuleConditions): boolean {
  return (
    coversList(wide.actionTypes, narrow.actionTypes) &&
    coversList(wide.companies, narrow.companies) &&
    coversList(wide.assets, narrow.assets) &&
    coversList(wide.recipients, narrow.recipients) &&
    coversAmount(wide, narrow) &&
    coversTotal(wide.total, narrow.total) &&
    coversTime(wide.time, narrow.time) &&
    coversCustomer(wide.customer, narrow.customer) &&
    (wide.matchesInstruction === undefined || narrow.matchesInstruction === true)
  );
}

function coversList(wide: readonly string[] | undefined, narrow: readonly string[] | undefined): boolean {
  return wide === undefined || (narrow?.every((value) => wide.includes(value)) ?? false);
}

function coversAmount(wide: RuleConditions, narrow: RuleConditions): boolean {
  if (wide.amount === undefined) return true;
  if (narrow.amount === undefined || wide.assets?.[0] !== narrow.assets?.[0]) return false;
  const { min, max } = wide.amount;
  const low = narrow.amount.min ?? 0;
  const high = narrow.amount.max;
  return (
    (min === undefined || BigInt(min) <= BigInt(low)) &&
    (max === undefined || (high !== undefined && BigInt(high) <= BigInt(max)))
  );
}

function coversTotal(wide: RuleConditions['total'], narrow: RuleConditions['total']): boolean {
  if (wide === undefined) return true;
  if (narrow === undefined) return false;
  return BigInt(wide.max) >= BigInt(narrow.max) && wide.windowSeconds <= narrow.windowSeconds;
}

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const dayMinutes = 24 * 60;

function coversTime(wide: RuleConditions['time'], narrow: RuleConditions['time']): boolean {
  if (wide === undefined) return true;
  if (narrow === undefined || wide.zone !== narrow.zone) return false;
  const all = minutesOf(wide);
  return minutesOf(narrow).every((isInside, minute) => !isInside || all[minute] === true);
}

/** Every pair of rules is compared, at each cold start too: the minutes of a span are worked out once. */
const minutesKnown = new WeakMap<NonNullable<RuleConditions['time']>, readonly boolean[]>();

/** For every minute of a week, counted from Monday midnight, whether it lies in the span. */
function minutesOf(time: NonNullable<RuleConditions['time']>): readonly boolean[] {
  const known = minutesKnown.get(time);
  if (known !== undefined) return known;
  const from = minuteOfDay(time.from);
  const lengthMinutes = (minuteOfDay(time.to) - from + dayMinutes) % dayMinutes;
  const minutes = new Array<boolean>(7 * dayMinutes).fill(false);
  for (const day of time.days ?? days) {
    const start = days.indexOf(day) * dayMinutes + from;
    for (let minute = 0; minute < lengthMinutes; minute++) minutes[(start + minute) % minutes.length] = true;
  }
  minutesKnown.set(time, minutes);
  return minutes;
}

/** Minutes since midnight of `hh:mm`. */
export function minuteOfDay(text: string): number {
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
}

function coversCustomer(wide: RuleConditions['customer'], narrow: RuleConditions['customer']): boolean {
  if (wide === undefined) return true;
  // Without any customer data an action meets no condition on it, not even an empty one.
  if (narrow === undefined) return false;
  return Object.entries(wide).every(([field, wanted]) => {
    const other = narrow[field];
    if (other === undefined) return false;
    if (other.oneOf !== undefined) return other.oneOf.every((value) => meets(wanted, value));
    return (
      wanted.oneOf === undefined &&
      (wanted.startsWith === undefined || (other.startsWith?.startsWith(wanted.startsWith) ?? false)) &&
      (wanted.endsWith === undefined || (other.endsWith?.endsWith(wanted.endsWith) ?? false))
    );
  });
}

/** Whether a value of customer data is what a rule wants of it. */
export function meets(wanted: NonNullable<RuleConditions['customer']>[string], value: string): boolean {
  return (
    (wanted.oneOf?.includes(value) ?? true) &&
    value.startsWith(wanted.startsWith ?? '') &&
    value.endsWith(wanted.endsWith ?? '')
  );
}
