import { rotated } from '../instructions/rotated.ts';
import { PartnerApiError } from '../partner-api/index.ts';
import type { ApproverConfig } from '../platform/config/approvals.ts';
import { ConfigurationError } from '../platform/errors.ts';
import { longestReadMs, requestTimeoutMs } from '../platform/patience.ts';
import { approveAction } from './action.ts';
import type { Approver } from './approver.ts';
import { approveActions, reportNotHandled } from './run.ts';

export type { Approver } from './approver.ts';

/** Where the rules come from. */
type ReadRules = () => readonly ApproverConfig[];

/**
 * Nothing more is begun when less than this is left of the function's time: a look and a vote fit. A vote that was cast and
 * not read back is read back by the next run.
 */
const reserveMs = longestReadMs + requestTimeoutMs;
/** What a run did not get to is hinted at for whoever takes the queue, at most this many actions, of all core clients. */
const mostHints = 40;

/**
 * Runs the approvals of every core client that has rules. Each has its part of the time, so that one with many actions, or
 * slow ones, leaves the others theirs. Rules that cannot be read approve nothing: that is an alarm, and no request is made.
 *
 * @throws ConfigurationError when the rules cannot be read
 */
export async function runApprovals(approver: Approver, readRules: ReadRules, deadlineMs: number): Promise<void> {
  const configs = rotated(approver.random, rulesOrAlarm(approver, readRules));
  const hintsOfEach = Math.ceil(mostHints / configs.length);
  const notReached: string[] = [];
  for (const [place, config] of configs.entries()) {
    const nowMs = approver.clock.nowMs();
    const leftMs = deadlineMs - reserveMs - nowMs;
    if (leftMs <= 0) break;
    const rest = await approveActions(approver, config, nowMs + leftMs / (configs.length - place));
    notReached.push(...rest.slice(0, hintsOfEach).map((actionId) => hintOf(config, actionId, 0)));
  }
  await sendHints(approver, notReached.slice(0, mostHints));
}

/**
 * How long after a look that came too early the next one is taken. A feed tells of an action before the worker that asked for
 * the transaction has recorded it. After the last of these the schedule goes on.
 */
const lookAgainMs = [1_000, 2_000, 4_000];

/** The same for the one action that a hint names (`<coreClientId>/<actionId>`), as a feed announced it. */
export async function approveHinted(approver: Approver, readRules: ReadRules, hint: string): Promise<void> {
  const [coreClientId, actionId, looks = '0'] = hint.split('/');
  const config = rulesOrAlarm(approver, readRules).find((one) => one.coreClientId === coreClientId);
  if (config === undefined || !actionId) {
    approver.report.warn('a hint for no core client of the rules', { hint });
    return;
  }
  const again = await lookNow(approver, config, actionId);
  const delayMs = lookAgainMs[Number(looks)];
  if (again && delayMs !== undefined) await sendHints(approver, [hintOf(config, actionId, Number(looks) + 1)], delayMs);
}

/** The Partner API failing is no reason to keep the hint: the schedule comes to the action before the queue does again. */
async function lookNow(approver: Approver, config: ApproverConfig, actionId: string): Promise<boolean> {
  try {
    return await approveAction(approver, config, actionId);
  } catch (error) {
    if (!(error instanceof PartnerApiError)) throw error;
    reportNotHandled(approver, actionId, error);
    return false;
  }
}

/** With the number of looks that were taken before, unless this is the first. */
function hintOf({ coreClientId }: ApproverConfig, actionId: string, looks: number): string {
  return looks === 0 ? `${coreClientId}/${actionId}` : `${coreClientId}/${actionId}/${looks}`;
}

async function sendHints({ hints }: Approver, ids: readonly string[], delayMs = 0): Promise<void> {
  if (ids.length > 0)
    await hints.send(
      'approve',
      ids.map((id) => ({ id })),
      { delayMs },
    );
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
