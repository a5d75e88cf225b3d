import { mayAct } from '../instructions/control.ts';
import { count, countedWithin, readTotals, type TotalsRead } from '../instructions/window-totals.ts';
import type { ApproverConfig } from '../platform/config/approvals.ts';
import type { Approver } from './approver.ts';
import { decide, type Judgement } from './decide.ts';
import { countable, type Facts } from './facts.ts';
import { holdOnApproval, readStanding } from './hold.ts';
import { claimMatch, findMatch } from './match.ts';
import { approvedTotals } from './totals.ts';
import { mayActWithinMs } from './vote.ts';

/** How often an action is judged anew because another run wrote the totals, or matched the transaction, first. */
const maxTries = 8;

/** A core client's action, as it is judged. */
export interface Case {
  readonly config: ApproverConfig;
  readonly actionId: string;
  readonly facts: Facts;
}

/** A judgement with all that it was based on. */
export interface Judged {
  readonly judgement: Judgement;
  /** Before anything was read. */
  readonly nowMs: number;
  /** The stop button holds all that this core client votes. */
  readonly isStopped: boolean;
  /** The instruction of the match that the deciding rule asked for. */
  readonly matched: { readonly instructionId: string } | undefined;
  readonly totals: TotalsRead | undefined;
  /** For a rule with a total: what had been approved in its window before. */
  readonly approvedBefore: bigint | undefined;
}

/**
 * Judges an action by all that is known now and, if that is what is wanted, takes what the judgement rests on, so that no
 * other can rest on the same. Whoever finds something taken meanwhile judges again.
 *
 *     read totals, stop button, instruction ── decide ── wanted? ── claim the match, count in the totals (on condition)
 *
 * @returns `undefined` when it is not wanted, or others kept writing first
 */
export async function judgeAndTake(
  approver: Approver,
  about: Case,
  isWanted: (judged: Judged) => boolean | Promise<boolean>,
): Promise<Judged | undefined> {
  for (let tries = 0; tries < maxTries; tries++) {
    const judged = await judge(approver, about);
    if (!(await isWanted(judged))) return undefined;
    if (await take(approver, about, judged)) return judged;
  }
  const { config, actionId } = about;
  approver.report.warn('action not judged: others kept writing first', { coreClientId: config.coreClientId, actionId });
  return undefined;
}

async function judge(approver: Approver, { config, actionId, facts }: Case): Promise<Judged> {
  const { store, clock } = approver;
  const { coreClientId, rules } = config;
  const nowMs = clock.nowMs();
  const amount = countable(facts);
  const totals = amount && (await readTotals(store, approvedTotals(coreClientId, amount.asset)));
  const standing = await readStanding(approver, facts.txId);
  const match = await findMatch(store, { coreClientId, actionId }, facts, standing);
  const approvedBaseUnits = (windowSeconds: number) =>
    totals === undefined ? 0n : countedWithin(totals, windowSeconds, nowMs, actionId);
  const judgement = decide(rules, facts, {
    nowMs,
    match,
    hold: holdOnApproval(standing, facts.txId),
    approvedBaseUnits,
  });
  const { total, matchesInstruction } = judgement.rule?.when ?? {};
  return {
    judgement,
    nowMs,
    isStopped: !mayAct(standing.control, config),
    matched: matchesInstruction === true && match.is === 'matched' ? { instructionId: match.instructionId } : undefined,
    totals,
    approvedBefore: total && approvedBaseUnits(total.windowSeconds),
  };
}

async function take(approver: Approver, { config, actionId, facts }: Case, judged: Judged): Promise<boolean> {
  const { judgement, matched, totals, nowMs } = judged;
  if (matched !== undefined && facts.txId !== undefined) {
    const { coreClientId } = config;
    if (!(await claimMatch(approver.store, { coreClientId, actionId }, facts.txId))) return false;
  }
  const amount = countable(facts);
  if (judgement.decision !== 'approve' || amount === undefined || totals === undefined) return true;
  const counted = { key: actionId, baseUnits: amount.baseUnits, atMs: nowMs + mayActWithinMs };
  return await count(approver.store, totals, counted, nowMs);
}
