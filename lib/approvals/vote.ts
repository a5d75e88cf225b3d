import { mayAct, type Owner, readControl } from '../instructions/control.ts';
import type { Instruction } from '../instructions/record.ts';
import { PartnerApiError } from '../partner-api/index.ts';
import type { Approver } from './approver.ts';
import { type Decision, indexedDecision } from './decision.ts';
import { mayBeApproved } from './match.ts';

/** One worker votes on one action at a time, for at most this long; longer than the function may run. */
export const votingLeaseMs = 90_000;
/** It signs its vote within this time of taking the lease, or not at all. */
const signWithinMs = 30_000;

/** Whether the stop button lets this core client vote, for whoever the instruction belongs to if it is of one. */
export async function mayVote(approver: Approver, owners: readonly (Owner | undefined)[]): Promise<boolean> {
  const control = await readControl(approver.store);
  return owners.every((owner) => owner === undefined || mayAct(control, owner)) && !control.stopAll;
}

/**
 * Votes on a decision that was just stored together with the lease to do so, and records the status that is then read.
 *
 *     decision + lease (create) ──▶ PUT or DELETE …/action ──▶ GET …/action ──▶ record (replace)
 *         └─ dies anywhere: the lease runs out, and the next run goes on with `resumeVote`
 */
export async function castVote(approver: Approver, decision: Decision): Promise<void> {
  if (!(await mayVote(approver, [{ client: decision.client }, decision.matched]))) {
    approver.report.warn('vote held back by the stop button', factsOfVote(decision));
    return;
  }
  if (!(await isStillWanted(approver, decision))) {
    approver.report.warn('vote held back: the instruction has ended or is being withdrawn', factsOfVote(decision));
    return;
  }
  const { coreClientId, actionId, votingUntilMs } = decision;
  const options = { signBeforeMs: votingUntilMs - votingLeaseMs + signWithinMs };
  try {
    const { coreClients } = approver.api;
    if (decision.decision === 'approve') await coreClients.approve(coreClientId, actionId, options);
    else await coreClients.reject(coreClientId, actionId, options);
    approver.report.count('VotesCast', 1, { decision: decision.decision });
  } catch (error) {
    // Whatever it was, the action itself says what became of the vote: now, or in the next run.
    approver.report.warn('vote failed', { ...factsOfVote(decision), error });
    alarmWhenTurnedAway(approver, error);
  }
  await readBack(approver, decision);
}

/** An approval may be voted on long after it was decided, when a run died. What was called off since is not approved. */
async function isStillWanted(approver: Approver, { decision, matched }: Decision): Promise<boolean> {
  if (decision !== 'approve' || matched === undefined) return true;
  const instruction = await approver.store.get<Instruction>(matched.instructionId);
  return instruction !== undefined && mayBeApproved(instruction);
}

/**
 * Goes on with a decision whose vote nobody has read back: looks at the action first, and votes only if it still waits.
 *
 *     us    read decision (lease over) ── write our lease if unchanged ✓ ── look ── vote
 *     them  read decision (lease over) ── write their lease if unchanged ✗   stop
 */
export async function resumeVote(approver: Approver, decision: Decision): Promise<void> {
  const nowMs = approver.clock.nowMs();
  if (decision.status !== undefined || nowMs < decision.votingUntilMs) return;
  const leased = await approver.store.replace<Decision>(
    decision,
    indexedDecision({ ...decision, votes: decision.votes + 1, votingUntilMs: nowMs + votingLeaseMs }),
  );
  if (leased === undefined) return;
  const stillWaits = await readBack(approver, leased);
  if (stillWaits) await castVote(approver, leased);
}

/** Reads the action and records its status if it is settled. @returns whether it still waits for our vote */
async function readBack(approver: Approver, decision: Decision): Promise<boolean> {
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
    alarmWhenTurnedAway(approver, error);
    return undefined;
  }
}

async function record(approver: Approver, decision: Decision, status: string): Promise<void> {
  const readBackAtMs = approver.clock.nowMs();
  const written = await approver.store.replace<Decision>(
    decision,
    indexedDecision({ ...decision, status, readBackAtMs }),
  );
  // Somebody else took the lease in the meantime and will read the same.
  if (written === undefined) return;
  approver.report.info('vote read back', { ...factsOfVote(decision), status });
  const asVoted = status === (decision.decision === 'approve' ? 'approved' : 'rejected');
  // It expires when others reached the threshold before us, which is no surprise.
  if (!asVoted && status !== 'expired') approver.report.alarm('vote_differs', { ...factsOfVote(decision), status });
}

function factsOfVote({ coreClientId, actionId, decision, rule }: Decision): Record<string, unknown> {
  return { coreClientId, actionId, decision, rule };
}

/**
 * A key that is refused, or cannot be had, and a core client that is not the key's need a person; nothing is voted on
 * meanwhile.
 */
export function alarmWhenTurnedAway(approver: Approver, error: unknown): void {
  if (!(error instanceof PartnerApiError)) return;
  if ([401, 403, 404, 405].includes(error.status ?? 0) || error.code === 'credentials') {
    approver.report.alarm('partner_api_refuses_us', { status: error.status, code: error.code, reason: error.reason });
  }
}
