import { announcedId, vote } from '../custody.ts';
import { forbidden, notFound, okBody } from '../errors.ts';
import { rulesOf } from '../kinds.ts';
import type { Action, CoreClient } from '../model.ts';
import { answer, type Context, type Operation, readOperation, writeOperation } from '../operation.ts';
import { coreClientOf } from './lookups.ts';

/** `ActionInfo` (operation 38). */
export function actionBody(action: Action): object {
  return {
    id: announcedId(action),
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
  const id = context.params['action_id'] as string;
  const action = client.agent?.actions.get(id) ?? context.world.actions.get(id);
  if (action === undefined || action.voter !== client) throw notFound('action');
  return action;
}

function listActions(context: Context) {
  const actions = [...coreClientOf(context).openActions.values()].map(actionBody);
  return answer({ count: actions.length, actions });
}

/** Details are found by the transaction's id too (K35): the client's action on it, the undecided one first. */
function readAction(context: Context) {
  const client = coreClientOf(context);
  const id = context.params['action_id'] as string;
  const { custody } = context.world.transactions.get(id) ?? {};
  if (custody === undefined) return answer(actionDetailsBody(actionOf(context, client)));
  const own = [...custody.actions, custody.dedicated, custody.initiator].filter((action) => action?.voter === client);
  const action = own.find((item) => item?.status === 'pending') ?? own[0];
  if (action === undefined) throw notFound('action');
  return answer(actionDetailsBody(action));
}

/** The confirmation and the action's members in one, which satisfies either reader (K20). */
function decide(decision: 'approved' | 'rejected') {
  return (context: Context) => {
    const client = coreClientOf(context);
    const action = actionOf(context, client);
    // An agent votes with its own key (10.1); the API key alone cannot speak for it.
    if (client.agent !== undefined) throw forbidden('signing agent');
    vote(context.world, action, decision);
    return answer({ ...okBody, ...actionDetailsBody(action) });
  };
}

const path = '/coreclient/{client_id}/action/{action_id}';

/** 38 to 41: the actions of a core client (4.8, 6.6). */
export const actionOperations: readonly Operation[] = [
  readOperation('38', '/coreclient/{client_id}/actions', listActions),
  readOperation('39', path, readAction),
  writeOperation('40', 'PUT', path, decide('approved'), false),
  writeOperation('41', 'DELETE', path, decide('rejected'), false),
];
