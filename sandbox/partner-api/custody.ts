import { badRequest } from './errors.ts';
import { rulesOf } from './kinds.ts';
import type { Action, Custody, Electorate, Proposal, ProposalStatus, Voter } from './model.ts';
import type { World } from './world.ts';

const finalStatuses: ReadonlySet<ProposalStatus> = new Set([
  'approved',
  'initiate_rejected',
  'custody_rejected',
  'expired',
  'chain_rejected',
]);

/** Whether nothing can change a status any more (6.1). */
export function isFinal(status: ProposalStatus): boolean {
  return finalStatuses.has(status);
}

/** A custody record without votes yet; `putToVote` asks the voters. */
export function newCustody(electorate: Electorate): Custody {
  return {
    threshold: electorate.threshold,
    actions: [],
    dedicated: undefined,
    initiator: undefined,
    waiting: undefined,
  };
}

/**
 * Asks the voters and starts the clock of a proposal just made: the initiator first if there is one, else the
 * custodians. The policy is frozen here: later changes of it do not touch this proposal.
 */
export function putToVote(world: World, proposal: Proposal, electorate: Electorate): void {
  world.timers.add(proposal.expiresAtSeconds * 1000, proposal, expire);
  if (electorate.initiator === undefined) {
    askCustodians(world, proposal, electorate);
    return;
  }
  proposal.status = 'pending_initiate';
  const action = ask(world, proposal, electorate.initiator, 'initiator');
  proposal.custody.initiator = action;
  proposal.custody.waiting = electorate;
}

function expire(world: World, proposal: Proposal): void {
  if (!isFinal(proposal.status)) closeProposal(world, proposal, 'expired');
}

function askCustodians(world: World, proposal: Proposal, electorate: Electorate): void {
  proposal.status = 'pending';
  for (const voter of electorate.members) proposal.custody.actions.push(ask(world, proposal, voter, 'member'));
  if (electorate.dedicated !== undefined) {
    proposal.custody.dedicated = ask(world, proposal, electorate.dedicated, 'dedicated');
  }
}

function ask(world: World, proposal: Proposal, voter: Voter, role: Action['role']): Action {
  const action: Action = {
    id: world.newId(),
    type: rulesOf(proposal.kind).actionType,
    status: 'pending',
    createdAtSeconds: world.nowSeconds,
    decidedAtSeconds: 0,
    voter,
    proposal,
    role,
  };
  world.actions.set(action.id, action);
  if (voter.type === 'core-client') voter.agent?.actions.set(announcedId(action), action);
  voter.openActions.set(action.id, action);
  if (voter.autoApproveDelayMs !== undefined) {
    world.timers.add(world.nowMs + voter.autoApproveDelayMs, action, approveByItself);
  }
  world.emit({ kind: 'actionPending', action });
  return action;
}

function approveByItself(world: World, action: Action): void {
  if (action.status === 'pending') vote(world, action, 'approved');
}

/**
 * The id under which a voter knows an action. Signing Agents take it for the transaction's and look that up (K35), so it is
 * the transaction's for their vote as members; a second vote of theirs in the same transaction needs an id of its own.
 */
export function announcedId(action: Action): string {
  const isAgent = action.voter.type === 'core-client' && action.voter.agent !== undefined;
  return isAgent && action.role === 'member' ? action.proposal.id : action.id;
}

/** Casts a vote; votes are final. 400 `action not pending` on a closed action (6.6). */
export function vote(world: World, action: Action, decision: 'approved' | 'rejected'): void {
  if (action.status !== 'pending') throw badRequest('action not pending');
  decide(world, action, decision);
  world.emit({ kind: 'actionVoted', action });
  const { proposal } = action;
  if (action.role === 'initiator') {
    const electorate = proposal.custody.waiting;
    proposal.custody.waiting = undefined;
    if (decision === 'rejected') closeProposal(world, proposal, 'initiate_rejected');
    else if (electorate !== undefined) askCustodians(world, proposal, electorate);
    return;
  }
  if (isRefused(proposal.custody)) closeProposal(world, proposal, 'custody_rejected');
  else if (isAgreed(proposal.custody)) rulesOf(proposal.kind).agreed(world, proposal);
}

/** How many members have approved. */
export function approvedCount(custody: Custody): number {
  return custody.actions.filter((action) => action.status === 'approved').length;
}

function isAgreed(custody: Custody): boolean {
  const dedicatedAgrees = custody.dedicated === undefined || custody.dedicated.status === 'approved';
  return custody.threshold > 0 && approvedCount(custody) >= custody.threshold && dedicatedAgrees;
}

/** True as soon as the threshold cannot be reached any more, or the dedicated exchange refused (6.2). */
function isRefused(custody: Custody): boolean {
  const rejections = custody.actions.filter((action) => action.status === 'rejected').length;
  return rejections > custody.actions.length - custody.threshold || custody.dedicated?.status === 'rejected';
}

/** Ends a proposal: closes its open actions as `expired` and lets its kind undo what submission had set aside. */
export function closeProposal(world: World, proposal: Proposal, status: ProposalStatus): void {
  proposal.status = status;
  closeActions(world, proposal);
  proposal.custody.waiting = undefined;
  rulesOf(proposal.kind).closed(world, proposal, status);
}

/** Closes what is still pending of a proposal's actions (6.2). */
export function closeActions(world: World, proposal: Proposal): void {
  const { actions, dedicated, initiator } = proposal.custody;
  for (const action of [...actions, dedicated, initiator]) {
    if (action?.status === 'pending') decide(world, action, 'expired');
  }
}

function decide(world: World, action: Action, status: 'approved' | 'rejected' | 'expired'): void {
  action.status = status;
  action.decidedAtSeconds = world.nowSeconds;
  action.voter.openActions.delete(action.id);
}
