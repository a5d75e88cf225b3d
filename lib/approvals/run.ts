import type { Action, ActionDetails } from '../partner-api/index.ts';
import type { ApproverConfig } from '../platform/config/approvals.ts';
import type { Approver } from './approver.ts';
import { decide, type Judgement } from './decide.ts';
import type { Decision } from './decision.ts';
import { decisionId, indexedDecision, openDecisionsOf } from './decision.ts';
import { countable, type Facts, factsOf } from './facts.ts';
import { claimMatch, findMatch, type Match } from './match.ts';
import { approvedWithin, confirm, count, readTotals, type TotalsRead } from './totals.ts';
import { alarmWhenTurnedAway, castVote, mayVote, resumeVote, votingLeaseMs } from './vote.ts';

/** At most this many pending actions of a core client are looked at in one run; the others come in the next ones. */
const maxActions = 200;
/** Actions decided at the same time. They may meet at the totals of one asset; whoever loses decides again. */
const actionsAtOnce = 4;
/** At most this many votes that nobody read back are taken up in one run. */
const maxOpenDecisions = 100;
/** How often a decision is worked out anew because another run wrote the totals, or matched the transaction, first. */
const maxTries = 8;
/** Nothing new is begun when less than this is left of the function's time. */
const reserveMs = 10_000;

/**
 * Decides what waits for a core client's vote, by its rules, and votes. Two runs at once vote once; a run that dies
 * anywhere is continued by the next one. One action that cannot be handled does not hold up the others.
 */
export async function approveActions(approver: Approver, config: ApproverConfig, deadlineMs: number): Promise<void> {
  if (!(await mayVote(approver, [config]))) return;
  const hasTime = () => approver.clock.nowMs() < deadlineMs - reserveMs;
  const { items } = await approver.store.open<Decision>(openDecisionsOf(config.coreClientId), {
    limit: maxOpenDecisions,
  });
  for (const decision of items) {
    if (hasTime()) await guarded(approver, decision.actionId, () => resumeById(approver, config, decision.actionId));
  }
  const waiting = await waitingActions(approver, config.coreClientId);
  approver.report.count('ActionsWaiting', waiting.length);
  // Those that are left stay in the list for hours: starting anywhere, none of them can keep another from its turn.
  const start = Math.floor(approver.random.fraction() * waiting.length);
  const actions = [...waiting.slice(start), ...waiting.slice(0, start)].slice(0, maxActions);
  for (let next = 0; next < actions.length && hasTime(); next += actionsAtOnce) {
    const some = actions.slice(next, next + actionsAtOnce);
    await Promise.all(
      some.map(({ actionId }) => guarded(approver, actionId, () => approveAction(approver, config, actionId))),
    );
  }
}

async function waitingActions(approver: Approver, coreClientId: string): Promise<Action[]> {
  try {
    return await approver.api.coreClients.actions(coreClientId);
  } catch (error) {
    approver.report.warn('actions not listed', { coreClientId, error });
    alarmWhenTurnedAway(approver, error);
    return [];
  }
}

async function guarded(approver: Approver, actionId: string, flow: () => Promise<void>): Promise<void> {
  try {
    await flow();
  } catch (error) {
    approver.report.warn('action not handled', { actionId, error });
    approver.report.count('ActionsNotHandled', 1);
  }
}

/** The open group is a little behind: what it names is read again. */
async function resumeById(approver: Approver, config: ApproverConfig, actionId: string): Promise<void> {
  const decision = await approver.store.get<Decision>(decisionId(config.coreClientId, actionId));
  if (decision !== undefined) await resumeVote(approver, decision);
}

/** Decides about one action and votes, or goes on with the vote when it was decided before. */
export async function approveAction(approver: Approver, config: ApproverConfig, actionId: string): Promise<void> {
  const { coreClientId } = config;
  const known = await approver.store.get<Decision>(decisionId(coreClientId, actionId));
  if (known !== undefined) return await resumeVote(approver, known);
  const action = await approver.api.coreClients.action(coreClientId, actionId);
  if (!isOurs(action, config, actionId, approver.clock.nowMs())) return;
  if (!(await mayVote(approver, [config]))) return;
  const decision = await decideAndStore(approver, config, actionId, factsOf(action));
  if (decision !== undefined) await castVote(approver, decision);
}

function isOurs(action: ActionDetails, { coreClientId }: ApproverConfig, actionId: string, nowMs: number): boolean {
  const isWaiting = action.status === 'pending' && action.actionId === actionId;
  const isForUs = action.coreClientId === '' || action.coreClientId === coreClientId;
  const isOver = action.expiresAtSeconds !== 0 && nowMs >= action.expiresAtSeconds * 1000;
  return isWaiting && isForUs && !isOver;
}

/** @returns the decision that this call stored; `undefined` when the action is left, or somebody else decided first */
async function decideAndStore(
  approver: Approver,
  config: ApproverConfig,
  actionId: string,
  facts: Facts,
): Promise<Decision | undefined> {
  const { coreClientId, rules } = config;
  const usesMatch = rules.some((rule) => rule.when.matchesInstruction === true);
  for (let tries = 0; tries < maxTries; tries++) {
    const nowMs = approver.clock.nowMs();
    const amount = countable(facts);
    const totals = amount && (await readTotals(approver.store, coreClientId, amount.asset));
    // In this order: totals in which another run has already confirmed this very action are read after its decision.
    if ((await approver.store.get<Decision>(decisionId(coreClientId, actionId))) !== undefined) return undefined;
    const match: Match = usesMatch
      ? await findMatch(approver.store, { coreClientId, actionId }, facts)
      : { is: 'untold' };
    const approvedBaseUnits = (windowSeconds: number) =>
      totals === undefined ? 0n : approvedWithin(totals, windowSeconds, nowMs, actionId);
    const judgement = decide(rules, facts, { nowMs, match, approvedBaseUnits });
    if (judgement.decision === 'leave') {
      approver.report.count('ActionsLeft', 1);
      approver.report.info('action left', { coreClientId, actionId, why: judgement.why });
      return undefined;
    }
    const restsOn = matchUnder(judgement, match);
    if (restsOn !== undefined && !(await mayVote(approver, [restsOn]))) return undefined;
    const attempt = { config, actionId, facts, judgement, restsOn, totals, nowMs, approvedBaseUnits };
    if (await takeRoom(approver, attempt)) return await store(approver, attempt);
  }
  approver.report.warn('action not decided: others kept writing first', { coreClientId, actionId });
  return undefined;
}

type Matched = Extract<Match, { is: 'matched' }>;

function matchUnder(judgement: Judgement, match: Match): Matched | undefined {
  return judgement.rule?.when.matchesInstruction === true && match.is === 'matched' ? match : undefined;
}

function matchedBy({ is: _is, ...matched }: Matched): NonNullable<Decision['matched']> {
  return matched;
}

interface Attempt {
  readonly config: ApproverConfig;
  readonly actionId: string;
  readonly facts: Facts;
  readonly judgement: Judgement;
  /** The match that the deciding rule asked for. */
  readonly restsOn: Matched | undefined;
  readonly totals: TotalsRead | undefined;
  readonly nowMs: number;
  approvedBaseUnits(windowSeconds: number): bigint;
}

/** Takes what the decision rests on, so that no other can rest on the same: the transaction's match, room in the totals. */
async function takeRoom(approver: Approver, attempt: Attempt): Promise<boolean> {
  const { config, actionId, facts, judgement, restsOn, totals, nowMs } = attempt;
  const { coreClientId } = config;
  if (restsOn !== undefined && facts.txId !== undefined) {
    if (!(await claimMatch(approver.store, { coreClientId, actionId }, facts.txId))) return false;
  }
  const amount = countable(facts);
  if (judgement.decision !== 'approve' || amount === undefined || totals === undefined) return true;
  return await count(approver.store, totals, { actionId, baseUnits: amount.baseUnits }, nowMs);
}

async function store(approver: Approver, attempt: Attempt): Promise<Decision | undefined> {
  const { config, actionId, facts, judgement, restsOn, totals, nowMs } = attempt;
  const { coreClientId, client } = config;
  const total = judgement.rule?.when.total;
  const created = await approver.store.create<Decision>(
    indexedDecision({
      coreClientId,
      actionId,
      client,
      decision: judgement.decision as Decision['decision'],
      rule: judgement.rule?.name ?? '',
      facts,
      ...(restsOn === undefined ? {} : { matched: matchedBy(restsOn) }),
      ...(total === undefined ? {} : { approvedBefore: String(attempt.approvedBaseUnits(total.windowSeconds)) }),
      decidedAtMs: nowMs,
      votes: 1,
      votingUntilMs: nowMs + votingLeaseMs,
    }),
  );
  const stored = created ?? (await approver.store.get<Decision>(decisionId(coreClientId, actionId)));
  if (totals !== undefined && stored !== undefined) {
    await confirm(approver.store, totals.id, actionId, stored.decision === 'approve');
  }
  if (created === undefined) return undefined;
  approver.report.count('ActionsDecided', 1, { decision: created.decision });
  approver.report.info('action decided', { coreClientId, actionId, decision: created.decision, rule: created.rule });
  return created;
}
