import * as z from 'zod/mini';
import { checkRules } from './approval-checks.ts';
import type { ClientConfig } from './clients.ts';
import { type Concern, duplicates, error, type ProblemInFile } from './concern.ts';
import { baseUnits, windowSeconds } from './fields.ts';

const text = z.string().check(z.minLength(1), z.maxLength(255));
const someTexts = z.array(text).check(z.minLength(1), z.maxLength(200));

const timeOfDay = z.string().check(z.regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, 'must be a time such as 08:30'));
const weekday = z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']);

const time = z.strictObject({
  /** IANA name. */
  zone: text,
  from: timeOfDay,
  /** Not included. Before `from`: the next day. */
  to: timeOfDay,
  /** The days on which the span starts; every day when absent. */
  days: z.exactOptional(z.array(weekday).check(z.minLength(1), z.maxLength(7))),
});

const customerField = z.strictObject({
  oneOf: z.exactOptional(someTexts),
  startsWith: z.exactOptional(text),
  endsWith: z.exactOptional(text),
});

const conditions = z.strictObject({
  actionTypes: z.exactOptional(someTexts),
  companies: z.exactOptional(someTexts),
  assets: z.exactOptional(someTexts),
  amount: z.exactOptional(z.strictObject({ min: z.exactOptional(baseUnits), max: z.exactOptional(baseUnits) })),
  total: z.exactOptional(z.strictObject({ max: baseUnits, windowSeconds })),
  recipients: z.exactOptional(someTexts),
  time: z.exactOptional(time),
  customer: z.exactOptional(z.record(text, customerField)),
  matchesInstruction: z.exactOptional(z.literal(true)),
});

const rule = z.strictObject({
  name: z.string().check(z.minLength(1), z.maxLength(100)),
  decide: z.enum(['approve', 'reject', 'leave']),
  when: conditions,
});

const approver = z.strictObject({
  coreClientId: text,
  /** The client that may list the decisions; its stop button also stops this core client's votes. */
  client: text,
  rules: z.array(rule).check(z.maxLength(100)),
});

/** What must hold for a rule to decide; every member that is there. */
export type RuleConditions = z.output<typeof conditions>;
/** One rule: the first of a core client's rules whose conditions hold decides. */
export type ApprovalRule = z.output<typeof rule>;
/** A core client that votes by rules. */
export type ApproverConfig = z.output<typeof approver>;

/** Which core clients vote by which rules. */
export const approvals = {
  schema: z.array(approver).check(z.maxLength(100)),
  whenAbsent: [] as ApproverConfig[],
  check(value) {
    return [
      ...duplicates(
        value,
        (one) => one.coreClientId,
        (one, place, first) => ({
          path: `approvals[${place}].coreClientId`,
          message: `"${one.coreClientId}" has its rules in approvals[${first}] already`,
        }),
      ),
      ...value.flatMap((one, place) => checkRules(one.rules, `approvals[${place}].rules`)),
    ];
  },
  checkWithClients(value, clients) {
    // A misspelt company is one that no rule would ever apply to.
    const bound = new Set(clients.flatMap(({ bindings }) => bindings.map(({ companyId }) => companyId)));
    return value.flatMap((one, place) => [
      ...checkClient(one.client, clients, `approvals[${place}].client`),
      ...one.rules.flatMap(({ when: { companies = [] } }, rule) =>
        companies.flatMap((company, each) =>
          bound.has(company)
            ? []
            : [error(`approvals[${place}].rules[${rule}].when.companies[${each}]`, `"${company}" is in no binding`)],
        ),
      ),
    ]);
  },
} satisfies Concern<z.ZodMiniType<ApproverConfig[]>>;

function checkClient(client: string, clients: readonly ClientConfig[], path: string): ProblemInFile[] {
  return clients.some(({ id }) => id === client) ? [] : [error(path, `"${client}" is no client`)];
}
