import { conflict, invalidField, missingField, notFound } from '../errors.ts';
import { member, optionalCount, optionalFlag, optionalObject, optionalText, requiredText } from '../fields.ts';
import type { JsonObject } from '../json.ts';
import { joinCompany } from '../membership.ts';
import type { Invitation, NetworkUser } from '../model.ts';
import { answer } from '../operation.ts';
import { type ControlContext, type ControlOperation, lasting, passing } from './operation.ts';

/** The longest delay of an automatic approval: a year. */
const longestDelayMs = 365 * 86_400_000;

/** `autoApprove: {delayMs}` or null; undefined when the member is not there at all. */
export function autoApproveDelay(body: JsonObject): number | null | undefined {
  if (!Object.hasOwn(body, 'autoApprove')) return undefined;
  const setting = optionalObject(body, 'autoApprove');
  if (setting === undefined) return null;
  const delayMs = optionalCount(setting, 'delayMs', 0, 'autoApprove.delayMs');
  if (delayMs === undefined) throw missingField('autoApprove.delayMs');
  if (delayMs > longestDelayMs) throw invalidField('autoApprove.delayMs');
  return delayMs;
}

function userBody(user: NetworkUser): object {
  const { id, accountCode, email, firstName, lastName, username, autoAccept, autoApproveDelayMs } = user;
  const autoApprove = autoApproveDelayMs === undefined ? null : { delayMs: autoApproveDelayMs };
  return { userId: id, accountCode, email, firstName, lastName, username, autoAccept, autoApprove };
}

function createUser({ world, body }: ControlContext) {
  const email = requiredText(body, 'email');
  const firstName = optionalText(body, 'firstName');
  const lastName = optionalText(body, 'lastName');
  const username = optionalText(body, 'username') || `${firstName.slice(0, 1)}${lastName}`.toLowerCase() || email;
  const autoAccept = optionalFlag(body, 'autoAccept');
  const delayMs = autoApproveDelay(body) ?? undefined;
  if (world.usersByEmail.has(email.toLowerCase())) throw conflict('user exists');
  const user: NetworkUser = {
    type: 'user',
    id: world.ids.base58(),
    accountCode: world.ids.base58(),
    email,
    firstName,
    lastName,
    username,
    autoAccept,
    autoApproveDelayMs: delayMs,
    openActions: new Map(),
  };
  world.users.set(user.id, user);
  world.usersByEmail.set(email.toLowerCase(), user);
  return answer(userBody(user));
}

function updateUser({ world, params, body }: ControlContext) {
  const user = world.users.get(params['user_id'] as string);
  if (user === undefined) throw notFound('user');
  const delayMs = autoApproveDelay(body);
  const autoAccept = member(body, 'autoAccept') === undefined ? user.autoAccept : optionalFlag(body, 'autoAccept');
  if (delayMs !== undefined) user.autoApproveDelayMs = delayMs ?? undefined;
  user.autoAccept = autoAccept;
  return answer(userBody(user));
}

function invitationBody({ id, company, user, status, createdAtSeconds }: Invitation): object {
  const from = { companyId: company.id, companyName: company.name };
  return { invitationId: id, ...from, userId: user.id, email: user.email, status, created: createdAtSeconds };
}

function listInvitations({ world, query }: ControlContext) {
  const status = query.get('status');
  const userId = query.get('userId');
  const invitations = [...world.invitations.values()]
    .filter((item) => (!status || item.status === status) && (!userId || item.user.id === userId))
    .map(invitationBody);
  return answer({ invitations });
}

function decideInvitation(decision: 'accepted' | 'declined') {
  return ({ world, params }: ControlContext) => {
    const invitation = world.invitations.get(params['invitation_id'] as string);
    if (invitation === undefined) throw notFound('invitation');
    if (invitation.status !== 'pending') throw conflict('invitation not pending');
    invitation.status = decision;
    if (decision === 'accepted') joinCompany(invitation.company, invitation.user, world.nowSeconds);
    return answer(invitationBody(invitation));
  };
}

/** Whether every invited user joins at once. */
function changeSettings({ world, body }: ControlContext) {
  world.settings.autoAcceptInvitations = optionalFlag(body, 'autoAcceptInvitations');
  return answer({ autoAcceptInvitations: world.settings.autoAcceptInvitations });
}

/** Network users and their acceptance of invitations (5.2). */
export const userControls: readonly ControlOperation[] = [
  lasting('POST', '/users', createUser),
  lasting('PUT', '/users/{user_id}', updateUser),
  passing('GET', '/users', ({ world }) => answer({ users: [...world.users.values()].map(userBody) })),
  passing('GET', '/invitations', listInvitations),
  lasting('PUT', '/invitations/{invitation_id}', decideInvitation('accepted')),
  lasting('DELETE', '/invitations/{invitation_id}', decideInvitation('declined')),
  lasting('PUT', '/settings', changeSettings),
];
