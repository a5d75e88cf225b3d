import { isJsonObject, type JsonObject } from '../json.ts';
import * as read from '../read.ts';

/** Somebody who can be a member of a policy or fund (reference 5.3). */
export interface Entity {
  id: string;
  accountCode: string;
  name: string;
  initials: string;
  type: 'user' | 'company' | 'core-client' | (string & {});
  /** There for a `user`. */
  user?: { firstName: string; lastName: string; email: string; username: string };
  /** There for a `company`. */
  company?: { name: string };
  /** There for a `core-client`. */
  coreClient?: { name: string };
}

/** Reads an entity in any of its spellings (K30). */
export function readEntity(wire: JsonObject): Entity {
  const user = read.optionalObject(wire, 'user');
  const company = read.optionalObject(wire, 'company', 'Company');
  const coreClient = read.optionalObject(wire, 'coreClient', 'core-client', 'core_client');
  const type = read.text(wire, 'type');
  return {
    id: read.text(wire, 'id'),
    accountCode: read.text(wire, 'accountCode', 'account_code'),
    name: read.text(wire, 'name'),
    initials: read.text(wire, 'initials'),
    type: type === 'coreClient' ? 'core-client' : type.toLowerCase(),
    ...(user === undefined ? {} : { user: readUser(user) }),
    ...(company === undefined ? {} : { company: { name: read.text(company, 'name') } }),
    ...(coreClient === undefined ? {} : { coreClient: { name: read.text(coreClient, 'name') } }),
  };
}

function readUser(wire: JsonObject): NonNullable<Entity['user']> {
  return {
    firstName: read.text(wire, 'firstName', 'first_name'),
    lastName: read.text(wire, 'lastName', 'last_name'),
    email: read.text(wire, 'email'),
    username: read.text(wire, 'username', 'userName'),
  };
}

/** A member of a fund with what it may do; which words there are is not settled (K32). */
export interface FundMember {
  entity: Entity;
  permissions: Record<string, boolean>;
}

/** Reads one fund member. */
export function readFundMember(wire: JsonObject): FundMember {
  const permissions = read.object(wire, 'permissions');
  return {
    entity: readEntity(read.object(wire, 'entity')),
    permissions: Object.fromEntries(Object.keys(permissions).map((name) => [name, read.flag(permissions, name)])),
  };
}

/** The object itself when it stands alone, or the one under `name` when it is wrapped (K29). */
export function unwrapped(wire: JsonObject, name: string): JsonObject {
  const inner = wire[name];
  return isJsonObject(inner) ? inner : wire;
}
