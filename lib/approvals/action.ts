import { takeBackCount } from '../instructions/window-totals.ts';
import type { ActionDetails } from '../partner-api/index.ts';
import type { ApproverConfig } from '../platform/config/approvals.ts';
import type { Approver } from './approver.ts';
import { type Decision, decisionId, indexedDecision } from './decision.ts';
import { countable, factsOf } from './facts.ts';
import { type Case, type Judged, judgeAndTake } from './judge.ts';
import { approvedTotals } from './totals.ts';
import { castVote, holdVote, readBack, takeLease, votingLeaseMs } from './vote.ts';

/**
 * Decides about one action and votes, or goes on with the vote when it was decided before. Two that do so at once vote once.
 *
 * @returns whether it was left only until our own record says more: another look within seconds is worth it
 */
export async function approveAction(approver: Approver, config: ApproverConfig, actionId: string): Promise<boolean> {
  const { coreClientId } = config;
  const known = await storedDecision(approver, coreClientId, actionId);
  if (known !== undefined) {
    await resumeVote(approver, config, known);
    return false;
  }
  const action = await approver.api.coreClients.action(coreClientId, actionId);
  if (!isOurs(action, config, actionId, approver.clock.nowMs())) return false;
  const { decision, again } = await decideAndStore(approver, { config, actionId, facts: factsOf(action) });
  if (decision !== undefined) await castVote(approver, decision);
  return again;
}

async function storedDecision({ store }: Approver, coreClientId: string, actionId: string) {
  return await store.get<Decision>(decisionId(coreClientId, actionId));
}

function isOurs(action: ActionDetails, { coreClientId }: ApproverConfig, actionId: string, nowMs: number): boolean {
  const isWaiting = action.status === 'pending' && action.actionId === actionId;
  const isForUs = action.coreClientId === '' || action.coreClientId === coreClientId;
  const isOver = action.expiresAtSeconds !== 0 && nowMs >= action.expiresAtSeconds * 1000;
  return isWaiting && isForUs && !isOver;
}

/** @returns the decision that this call stored: none when the action is left, or somebody else decided first */
async function decideAndStore(
  approver: Approver,
  about: Case,
): Promise<{ readonly decision?: Decision | undefined; readonly again: boolean }> {
  const { config, actionId } = about;
  const { coreClientId } = config;
  let again = false;
  const judged = await judgeAndTake(approver, about, async ({ judgement, isStopped }) => {
    // Only now: totals in which another run has already settled this very action are read before its decision is looked for.
    if (isStopped || (await storedDecision(approver, coreClientId, actionId)) !== undefined) return false;
    if (judgement.decision !== 'leave') return true;
    again = judgement.again;
    approver.report.count('ActionsLeft', 1);
    approver.report.info('action left', { coreClientId, actionId, why: judgement.why });
    return false;
  });
  return judged === undefined ? { again } : { decision: await store(approver, about, judged), again: false };
}

async function store(approver: Approver, about: Case, judged: Judged): Promise<Decision | undefined> {
  const { config, actionId, facts } = about;
  const { coreClientId, client } = config;
  const { judgement, matched, approvedBefore, nowMs } = judged;
  const created = await approver.store.create<Decision>(
    indexedDecision({
      coreClientId,
      actionId,
      client,
      decision: judgement.decision as Decision['decision'],
      rule: judgement.rule?.name ?? '',
      facts,
      ...(matched === undefined ? {} : { matched }),
      ...(approvedBefore === undefined ? {} : { approvedBefore: String(approvedBefore) }),
      decidedAtMs: nowMs,
      votes: 1,
      votingUntilMs: nowMs + votingLeaseMs,
    }),
  );
  if (created === undefined) {
    await takeBackIfRejected(approver, about);
    return undefined;
  }
  approver.report.count('ActionsDecided', 1, { decision: created.decision });
  approver.report.info('action decided', { coreClientId, actionId, decision: created.decision, rule: created.rule });
  return created;
}

/** Somebody else decided first, by other rules perhaps: what was counted for an approval is not approved then. */
async function takeBackIfRejected(approver: Approver, { config, actionId, facts }: Case): Promise<void> {
  const { coreClientId } = config;
  const amount = countable(facts);
  const stored = await storedDecision(approver, coreClientId, actionId);
  if (amount === undefined || stored?.decision !== 'reject') return;
  await takeBackCount(approver.store, { totalsId: approvedTotals(coreClientId, amount.asset), key: actionId });
}

/**
 * Goes on with a decision whose vote nobody has read back: looks at the action first, and votes only if it still waits and
 * the rules, as they stand now, still come to the same. That is when its room in a total is taken again, for the time of this
 * vote; an approval that was held while its window moved on must find room in the new one.
 *
 *     us    read decision (lease over) ── write our lease if unchanged ✓ ── look ── judge, count ── vote
 *     them  read decision (lease over) ── write their lease if unchanged ✗   stop
 */
async function resumeVote(approver: Approver, config: ApproverConfig, known: Decision): Promise<void> {
  const decision = await takeLease(approver, known);
  if (decision === undefined || !(await readBack(approver, decision))) return;
  const { actionId, facts } = decision;
  const judged = await judgeAndTake(approver, { config, actionId, facts }, ({ judgement, isStopped }) => {
    const isSame = judgement.decision === decision.decision && judgement.rule?.name === decision.rule;
    if (isStopped || !isSame) holdVote(approver, decision, isStopped ? 'stopped' : judgement.why);
    return !isStopped && isSame;
  });
  if (judged !== undefined) await castVote(approver, decision);
}
