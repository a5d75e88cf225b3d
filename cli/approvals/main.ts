import { type DryDecision, dryRun } from '../../lib/approvals/dry-run.ts';
import type { ActionDetails } from '../../lib/partner-api/index.ts';
import type { ApproverConfig } from '../../lib/platform/config/approvals.ts';
import { exitCodes, type Io, UsageError } from '../partner-api/io.ts';
import { readOptions, required } from '../partner-api/options.ts';
import { cell, table, wholeCell } from '../partner-api/table.ts';
import { readActions, readInstructions, readRules } from './files.ts';

/** How the command is called. */
export const usage = `npm run approvals -- --rules FILE --actions FILE [--instructions FILE] [--core-client ID] [--at MOMENT] [--json]
  Shows what the rules would decide about the actions, and why. Nothing is asked and nothing is voted.
  --rules         rules in the form of config/approvals.json
  --actions       actions as the Partner API answers them: one, a list, or {"actions": […]}
  --instructions  our records as GET /instructions answers them, for rules that ask whether an action is ours
  --core-client   whose rules, when the file has several and an action does not name its core client
  --at            the moment to decide at (ISO 8601); now when absent`;

/** Runs the command. @returns 0; 2 for wrong usage, and for rules that cannot be used, which approve nothing */
export function runApprovalsCommand(args: string[], io: Pick<Io, 'out' | 'err'>, now: () => number = Date.now): number {
  try {
    return dryRunCommand(args, io, now);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    io.err(error.message);
    io.err(usage);
    return exitCodes.usage;
  }
}

function dryRunCommand(args: string[], io: Pick<Io, 'out' | 'err'>, now: () => number): number {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = {
    rules: text,
    actions: text,
    instructions: text,
    'core-client': text,
    at: text,
    json: flag,
    help: flag,
  };
  const { values } = readOptions(args, options);
  if (values.help) {
    io.out(usage);
    return exitCodes.ok;
  }
  const { approvers, problems } = readRules(required(values.rules, '--rules'));
  for (const { severity, path, message } of problems)
    io.err(`${severity}: ${path === '' ? '' : `${path}: `}${message}`);
  if (problems.some(({ severity }) => severity === 'error')) {
    io.err('these rules approve nothing');
    return exitCodes.usage;
  }
  const nowMs = values.at === undefined ? now() : Date.parse(values.at);
  if (Number.isNaN(nowMs)) throw new UsageError(`--at is no moment: ${values.at}`);
  const actions = readActions(required(values.actions, '--actions'));
  const instructions = values.instructions === undefined ? [] : readInstructions(values.instructions);
  const decisions = byApprover(approvers, actions, values['core-client']).flatMap(({ approver, actions: its }) =>
    dryRun(approver.rules, its, { nowMs, instructions }),
  );
  io.out(values.json ? JSON.stringify(decisions.map(jsonOf)) : tableOf(decisions));
  return exitCodes.ok;
}

interface Share {
  readonly approver: ApproverConfig;
  readonly actions: ActionDetails[];
}

function byApprover(
  approvers: readonly ApproverConfig[],
  actions: ActionDetails[],
  named: string | undefined,
): Share[] {
  const shares = new Map<ApproverConfig, ActionDetails[]>();
  for (const action of actions) {
    const coreClientId = named ?? (action.coreClientId || undefined);
    const isOnly = coreClientId === undefined && approvers.length === 1;
    const approver = isOnly ? approvers[0] : approvers.find((one) => one.coreClientId === coreClientId);
    if (approver === undefined) {
      throw new UsageError(`--rules: no rules for ${coreClientId ?? `action ${action.actionId}: give --core-client`}`);
    }
    shares.set(approver, [...(shares.get(approver) ?? []), action]);
  }
  return [...shares].map(([approver, its]) => ({ approver, actions: its }));
}

function jsonOf({ actionId, facts, judgement }: DryDecision): unknown {
  const { decision, rule, why, looked } = judgement;
  return { actionId, decision, ...(rule === undefined ? {} : { rule: rule.name }), why, facts, looked };
}

function tableOf(decisions: readonly DryDecision[]): string {
  const rows = decisions.map(({ actionId, facts, judgement }) => [
    ...[actionId, facts.actionType, facts.asset, facts.netAmount, judgement.decision].map(cell),
    wholeCell(judgement.why),
  ]);
  const overview = table(['action', 'type', 'asset', 'net amount', 'decision', 'why'], rows);
  const reasons = decisions.flatMap(({ actionId, judgement }) =>
    judgement.looked
      .filter(({ is }) => is !== 'met')
      .map(({ rule, is, why }) => [
        ...[actionId, rule, is === 'open' ? 'not known yet' : 'does not apply'].map(cell),
        wholeCell(why),
      ]),
  );
  return reasons.length === 0 ? overview : `${overview}\n\n${table(['action', 'rule', '', 'because'], reasons)}`;
}
