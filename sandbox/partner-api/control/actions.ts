import { vote } from '../custody.ts';
import { notFound } from '../errors.ts';
import type { Action, Voter } from '../model.ts';
import { answer } from '../operation.ts';
import { actionDetailsBody } from '../resources/actions.ts';
import { type ControlContext, type ControlOperation, lasting, passing } from './operation.ts';
import { autoApproveDelay } from './users.ts';

function voterOf({ world, params }: ControlContext): Voter {
  const voter = world.findVoter(params['voter_id'] as string);
  if (voter === undefined) throw notFound('voter');
  return voter;
}

function actionOf(context: ControlContext): Action {
  const action = context.world.actions.get(context.params['action_id'] as string);
  if (action === undefined) throw notFound('action');
  return action;
}

function controlBody(action: Action): object {
  const txId = action.proposal.id;
  return {
    ...actionDetailsBody(action),
    id: action.id,
    voterId: action.voter.id,
    voterType: action.voter.type,
    role: action.role,
    txId,
  };
}

function decide(decision: 'approved' | 'rejected') {
  return (context: ControlContext) => {
    const action = actionOf(context);
    vote(context.world, action, decision);
    return answer(controlBody(action));
  };
}

/** Everybody's pending actions; walks the voters, not the actions of all time. */
function listActions({ world }: ControlContext) {
  const voters: Voter[] = [...world.users.values(), ...world.coreClients.values()];
  return answer({ actions: voters.flatMap((voter) => [...voter.openActions.values()]).map(controlBody) });
}

function listVoterActions(context: ControlContext) {
  return answer({ actions: [...voterOf(context).openActions.values()].map(controlBody) });
}

function changeVoter(context: ControlContext) {
  const voter = voterOf(context);
  const delayMs = autoApproveDelay(context.body);
  if (delayMs !== undefined) voter.autoApproveDelayMs = delayMs ?? undefined;
  return answer({ voterId: voter.id, autoApprove: delayMs == null ? null : { delayMs } });
}

/** The votes of people, and of anyone else: `PUT` approves, `DELETE` rejects. */
export const actionControls: readonly ControlOperation[] = [
  passing('GET', '/actions', listActions),
  passing('GET', '/actions/{action_id}', (context) => answer(controlBody(actionOf(context)))),
  lasting('PUT', '/actions/{action_id}', decide('approved')),
  lasting('DELETE', '/actions/{action_id}', decide('rejected')),
  passing('GET', '/voters/{voter_id}/actions', listVoterActions),
  lasting('PUT', '/voters/{voter_id}', changeVoter),
];
