import type { ApproverConfig } from '../platform/config/approvals.ts';
import { ConfigurationError } from '../platform/errors.ts';
import type { Approver } from './approver.ts';
import { approveAction, approveActions } from './run.ts';

export type { Approver } from './approver.ts';

/** Where the rules come from. */
type ReadRules = () => readonly ApproverConfig[];

/**
 * Runs the approvals of every core client that has rules. Rules that cannot be read approve nothing: that is an alarm, and
 * no request is made.
 *
 * @throws ConfigurationError when the rules cannot be read
 */
export async function runApprovals(approver: Approver, readRules: ReadRules, deadlineMs: number): Promise<void> {
  for (const config of rulesOrAlarm(approver, readRules)) await approveActions(approver, config, deadlineMs);
}

/** The same for the one action that a hint names (`<coreClientId>/<actionId>`), as a feed announced it. */
export async function approveHinted(approver: Approver, readRules: ReadRules, hint: string): Promise<void> {
  const [coreClientId, actionId] = hint.split('/');
  const config = rulesOrAlarm(approver, readRules).find((one) => one.coreClientId === coreClientId);
  if (config === undefined || !actionId) approver.report.warn('a hint for no core client of the rules', { hint });
  else await approveAction(approver, config, actionId);
}

function rulesOrAlarm(approver: Approver, readRules: ReadRules): readonly ApproverConfig[] {
  try {
    return readRules();
  } catch (error) {
    approver.report.alarm('approval_rules_unreadable', { error });
    throw error instanceof ConfigurationError
      ? error
      : new ConfigurationError('the approval rules cannot be read', { cause: error });
  }
}
