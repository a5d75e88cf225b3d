import { mayAct } from '../instructions/control.ts';
import { apiWindowMs, clockMarginMs } from '../instructions/machine.ts';
import { isTerminal } from '../instructions/record.ts';
import { hintToLook } from '../instructions/told.ts';
import { instructionOfTransaction } from '../instructions/transactions.ts';
import { alarmWhenTurnedAway } from '../instructions/turned-away.ts';
import { settleCount, takeBackCount } from '../instructions/window-totals.ts';
import { PartnerApiError } from '../partner-api/index.ts';
import type { Approver } from './approver.ts';
import { type Decision, indexedDecision } from './decision.ts';
import { countable } from './facts.ts';
import { holdOnApproval, readStanding, type Standing } from './hold.ts';
import { approvedTotals } from './totals.ts';

/** One worker votes on one action at a time, for at most this long; longer than the function may run. */
export const votingLeaseMs = 90_000;
/** It signs its vote within this time of taking the lease, or not at all. */
const signWithinMs = 30_000;
/** Nor later than this after the stop button and the instruction were read: what is stored after that may not be seen. */
const standsForMs = 5_000;
/** How long after a vote was read back its instruction is looked at, whoever's turn it is. */
const settledWithinMs = [1_000, 4_000];
/** A vote acts within this time of its lease, or never, as any signed request does. */
export const mayActWithinMs = signWithinMs + apiWindowMs + clockMarginMs;

/**
 * Votes on a decision under the lease to do so, and records the status that is then read.
 *
 *     decision + lease ──▶ stop button, instruction ──▶ PUT or DELETE …/action ──▶ GET …/action ──▶ record (replace)
 *         └─ dies anywhere: the lease runs out, and the next run goes on with it
 */
export async function castVote(approver: Approver, decision: Decision): Promise<void> {
  const standing = await readStanding(approver, decision.facts.txId);
  const why = whyHeld(standing, decision);
  if (why !== undefined) return holdVote(approver, decision, why);
  const { coreClientId, actionId, votingUntilMs } = decision;
  const leasedAtMs = votingUntilMs - votingLeaseMs;
  const options = { signBeforeMs: Math.min(leasedAtMs + signWithinMs, standing.readAtMs + standsForMs) };
  try {
    const { coreClients } = approver.api;
    if (decision.decision === 'approve') await coreClients.approve(coreClientId, actionId, options);
    else await coreClients.reject(coreClientId, actionId, options);
    approver.report.count('VotesCast', 1, { decision: decision.decision });
  } catch (error) {
    // Whatever it was, the action itself says what became of the vote: now, or in the next run.
    approver.report.warn('vote failed', { ...factsOfVote(decision), error });
    alarmWhenNotOurs(approver, decision.coreClientId, error);
  }
  await readBack(approver, decision);
}

/** The stop button holds every vote; what became of the instruction holds approvals only. */
function whyHeld(standing: Standing, { client, decision, facts, matched }: Decision): string | undefined {
  if (!mayAct(standing.control, { client })) return 'stopped';
  if (decision === 'reject') return undefined;
  if (matched !== undefined && standing.instruction?.id !== matched.instructionId) return 'its instruction is another';
  return holdOnApproval(standing, facts.txId)?.why;
}

/** Says that a vote is not cast now. The next run looks whether it may be. */
export function holdVote(approver: Approver, decision: Decision, why: string): void {
  approver.report.warn('vote held back', { ...factsOfVote(decision), why });
  approver.report.count('VotesHeld', 1);
}

/** The lease to vote on a decision; `undefined` while somebody else has it, or when the matter has ended. */
export async function takeLease(approver: Approver, decision: Decision): Promise<Decision | undefined> {
  const nowMs = approver.clock.nowMs();
  if (decision.status !== undefined || nowMs < decision.votingUntilMs) return undefined;
  return await approver.store.replace<Decision>(
    decision,
    indexedDecision({ ...decision, votes: decision.votes + 1, votingUntilMs: nowMs + votingLeaseMs }),
  );
}

/** Reads the action and records its status if it is settled. @returns whether it still waits for our vote */
export async function readBack(approver: Approver, decision: Decision): Promise<boolean> {
  const status = await statusOf(approver, decision);
  if (status === 'pending') return true;
  if (status !== undefined) await record(approver, decision, status);
  return false;
}

async function statusOf(approver: Approver, decision: Decision): Promise<string | undefined> {
  try {
    return (await approver.api.coreClients.action(decision.coreClientId, decision.actionId)).status;
  } catch (error) {
    if (error instanceof PartnerApiError && error.code === 'not_found') return 'not found';
    approver.report.warn('vote not read back', { ...factsOfVote(decision), error });
    alarmWhenNotOurs(approver, decision.coreClientId, error);
    return undefined;
  }
}

async function record(approver: Approver, decision: Decision, status: string): Promise<void> {
  const readBackAtMs = approver.clock.nowMs();
  await closeCount(approver, decision, status, readBackAtMs);
  const written = await approver.store.replace<Decision>(
    decision,
    indexedDecision({ ...decision, status, readBackAtMs }),
  );
  // Somebody else took the lease in the meantime and will read the same.
  if (written === undefined) return;
  approver.report.info('vote read back', { ...factsOfVote(decision), status });
  await hintAtItsInstruction(approver, decision);
  const asVoted = status === (decision.decision === 'approve' ? 'approved' : 'rejected');
  // It expires when others reached the threshold before us, which is no surprise.
  if (!asVoted && status !== 'expired') approver.report.alarm('vote_differs', { ...factsOfVote(decision), status });
}

/** Custody that has decided settles within seconds, which no feed tells of a taker's transaction or of a transfer. */
async function hintAtItsInstruction(approver: Approver, { facts: { txId } }: Decision): Promise<void> {
  const instruction = txId === undefined ? undefined : await instructionOfTransaction(approver.store, txId);
  if (instruction !== undefined && !isTerminal(instruction.state))
    await hintToLook(approver, instruction, settledWithinMs);
}

/** Before the status is recorded: whoever dies in between closes what is closed already. */
async function closeCount({ store }: Approver, decision: Decision, status: string, nowMs: number): Promise<void> {
  const amount = countable(decision.facts);
  if (decision.decision !== 'approve' || amount === undefined) return;
  const { coreClientId, actionId } = decision;
  const counted = { totalsId: approvedTotals(coreClientId, amount.asset), key: actionId };
  // These are final, and no vote of ours did it (reference 6.6). Any other word may mean that it was approved.
  if (status === 'rejected' || status === 'expired') await takeBackCount(store, counted);
  else await settleCount(store, counted, nowMs);
}

function factsOfVote({ coreClientId, actionId, decision, rule }: Decision): Record<string, unknown> {
  return { coreClientId, actionId, decision, rule };
}

/** The same for a core client: to whom it does not belong it is not there. */
export function alarmWhenNotOurs({ report }: Approver, coreClientId: string, error: unknown): void {
  alarmWhenTurnedAway(report, error, { coreClientId });
  if (error instanceof PartnerApiError && error.status === 404) {
    report.alarm('partner_api_refuses_us', { coreClientId, status: 404, code: error.code, reason: error.reason });
  }
}
