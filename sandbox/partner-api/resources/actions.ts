import { vote } from '../custody.ts';
import { notFound, okBody } from '../errors.ts';
import { rulesOf } from '../kinds.ts';
import type { Action, CoreClient } from '../model.ts';
import { answer, type Context, type Operation, readOperation, writeOperation } from '../operation.ts';
import { coreClientOf } from './lookups.ts';

/** `ActionInfo` (operation 38). */
export function actionBody(action: Action): object {
  return {
    id: action.id,
    type: action.type,
    status: action.status,
    timestamp: action.createdAtSeconds,
    expireTime: action.proposal.expiresAtSeconds,
  };
}

/** `ActionDetails` (operation 39). */
export function actionDetailsBody(action: Action): object {
  return {
    ...actionBody(action),
    coreClientID: action.voter.id,
    details: rulesOf(action.proposal.kind).details(action),
  };
}

function actionOf(context: Context, client: CoreClient): Action {
  const action = context.world.actions.get(context.params['action_id'] as string);
  if (action === undefined || action.voter !== client) throw notFound('action');
  return action;
}

function listActions(context: Context) {
  const actions = [...coreClientOf(context).openActions.values()].map(actionBody);
  return answer({ count: actions.length, actions });
}

/** The confirmation and the action's members in one, which satisfies either reader (K20). */
function decide(decision: 'approved' | 'rejected') {
  return (context: Context) => {
    const action = actionOf(context, coreClientOf(context));
    vote(context.world, action, decision);
    return answer({ ...okBody, ...actionDetailsBody(action) });
  };
}

const path = '/coreclient/{client_id}/action/{action_id}';

/** 38 to 41: the actions of a core client (4.8, 6.6). */
export const actionOperations: readonly Operation[] = [
  readOperation('38', '/coreclient/{client_id}/actions', listActions),
  readOperation('39', path, (context) => answer(actionDetailsBody(actionOf(context, coreClientOf(context))))),
  writeOperation('40', 'PUT', path, decide('approved'), false),
  writeOperation('41', 'DELETE', path, decide('rejected'), false),
];
