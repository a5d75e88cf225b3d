import type { ApproverConfig } from '../platform/config/approvals.ts';
import { ConfigurationError } from '../platform/errors.ts';
import type { Approver } from './approver.ts';
import { approveAction, approveActions } from './run.ts';

export type { Approver } from './approver.ts';

/** What one invocation is about: every core client, or single actions that a feed announced. */
export type ApprovalTask = 'all' | readonly string[];

/**
 * Runs the approvals: for every core client of the rules, or for the actions that hints name (`<coreClientId>/<actionId>`).
 * Rules that cannot be read approve nothing: that is an alarm, and no request is made.
 *
 * @throws ConfigurationError when the rules cannot be read
 */
export async function runApprovals(
  approver: Approver,
  readRules: () => readonly ApproverConfig[],
  task: ApprovalTask,
  deadlineMs: number,
): Promise<void> {
  const approvers = rulesOrAlarm(approver, readRules);
  if (task === 'all') {
    for (const config of approvers) await approveActions(approver, config, deadlineMs);
    return;
  }
  for (const hint of task) {
    const [coreClientId, actionId] = hint.split('/');
    const config = approvers.find((one) => one.coreClientId === coreClientId);
    if (config === undefined || !actionId) approver.report.warn('hint for an unknown core client', { hint });
    else await approveAction(approver, config, actionId);
  }
}

function rulesOrAlarm(approver: Approver, readRules: () => readonly ApproverConfig[]): readonly ApproverConfig[] {
  try {
    return readRules();
  } catch (error) {
    approver.report.alarm('approval_rules_unreadable', { error });
    throw error instanceof ConfigurationError
      ? error
      : new ConfigurationError('the approval rules cannot be read', { cause: error });
  }
}
