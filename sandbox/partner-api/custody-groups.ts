import { badRequest, invalidField, missingField } from './errors.ts';
import { asInteger, member, optionalObject, requiredTexts } from './fields.ts';
import type { JsonObject } from './json.ts';
import type { Company, Fund, Policy, PolicyKind, Voter, Wallet } from './model.ts';
import type { World } from './world.ts';

/** A custody group as a request gives it, checked: who may vote and how many must (4.5). */
export interface CustodyGroup {
  readonly threshold: number;
  readonly members: readonly Voter[];
}

/** Reads `NewCustodyGroup`, or undefined when absent or null. 400 `invalid threshold`, `unknown member`. */
export function optionalCustodyGroup(body: JsonObject, name: string, company: Company): CustodyGroup | undefined {
  const group = optionalObject(body, name);
  return group === undefined ? undefined : custodyGroup(group, company, `${name}.`);
}

/** Reads `threshold` and `members` of a group. Only trusted parties of the company may be members (5.2). */
export function custodyGroup(group: JsonObject, company: Company, path = ''): CustodyGroup {
  const ids = requiredTexts(group, 'members', `${path}members`);
  const threshold = member(group, 'threshold');
  if (threshold === undefined) throw missingField(`${path}threshold`);
  const count = asInteger(threshold);
  if (count === undefined) throw invalidField(`${path}threshold`);
  const members = ids.map((id) => {
    const party = company.parties.get(id);
    if (party === undefined) throw badRequest('unknown member');
    return party.voter;
  });
  if (new Set(ids).size !== ids.length) throw invalidField(`${path}members`);
  if (count < 1n || count > BigInt(members.length)) throw badRequest('invalid threshold');
  return { threshold: Number(count), members };
}

/** Makes a policy of a group for a fund, or for one of its wallets, under a name in the documented pattern (5.5). */
export function newPolicy(
  world: World,
  kind: PolicyKind,
  group: CustodyGroup | undefined,
  owner: { fund: Fund; wallet?: Wallet },
): Policy | undefined {
  if (group === undefined) return undefined;
  const whose = owner.wallet === undefined ? owner.fund.name : `Wallet ${owner.wallet.name}`;
  return {
    id: world.newId(),
    name: `${whose} ${kind === 'tx' ? 'Tx' : 'Withdraw'} policy`,
    kind,
    threshold: group.threshold,
    members: group.members,
    fund: owner.fund,
    wallet: owner.wallet,
  };
}
