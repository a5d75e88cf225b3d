import { notFound, okBody } from '../errors.ts';
import { requiredText } from '../fields.ts';
import { joinCompany } from '../membership.ts';
import type { Company, NetworkUser } from '../model.ts';
import { answer, type Context, type Operation, readOperation, writeOperation } from '../operation.ts';
import type { World } from '../world.ts';
import { voterName } from './bodies.ts';
import { companyOf } from './lookups.ts';

function listParties(context: Context) {
  const company = companyOf(context);
  const list = [...company.parties.values()].map(({ voter, joinedAtSeconds }) => ({
    trusted_entity_id: voter.id,
    name: voterName(voter),
    address: voter.type === 'user' ? voter.email : voter.id,
    type: voter.type,
    created: joinedAtSeconds,
  }));
  return answer({ company_id: company.id, total_count: list.length, list });
}

/** Users are invited and join when they accept; core clients join at once, whoever they belong to (4.3, K51). */
function addParty(context: Context) {
  const company = companyOf(context);
  const { world, body } = context;
  const address = requiredText(body, 'address');
  const client = world.coreClients.get(address);
  if (client !== undefined) {
    joinCompany(company, client, world.nowSeconds);
    return answer(okBody);
  }
  const user = world.usersByEmail.get(address.toLowerCase()) ?? world.users.get(address);
  if (user === undefined) throw notFound('trusted party');
  invite(world, company, user);
  return answer(okBody);
}

function invite(world: World, company: Company, user: NetworkUser): void {
  const isOpen = [...world.invitations.values()].some(
    (item) => item.company === company && item.user === user && item.status === 'pending',
  );
  if (company.parties.has(user.id) || isOpen) return;
  const accepts = user.autoAccept || world.settings.autoAcceptInvitations;
  const invitation = {
    id: world.newId(),
    company,
    user,
    createdAtSeconds: world.nowSeconds,
    status: accepts ? ('accepted' as const) : ('pending' as const),
  };
  world.invitations.set(invitation.id, invitation);
  if (accepts) joinCompany(company, user, world.nowSeconds);
}

/** Policies and open actions that name the party stay; it cannot be named in new ones (4.3). */
function removeParty(context: Context) {
  const company = companyOf(context);
  if (!company.parties.delete(context.params['trustedparty_id'] as string)) throw notFound('trusted party');
  return answer(okBody, 202);
}

/** 7 to 9: the trusted network of a company (4.3). */
export const trustedPartyOperations: readonly Operation[] = [
  readOperation('7', '/company/{company_id}/trustedparty', listParties),
  writeOperation('8', 'POST', '/company/{company_id}/trustedparty', addParty),
  writeOperation('9', 'DELETE', '/company/{company_id}/trustedparty/{trustedparty_id}', removeParty, false),
];
