import type { NewPolicy, Policy } from '../../../lib/partner-api/index.ts';
import type { WantedFund, WantedPolicy } from './file.ts';
import { type MemberIds, memberId } from './parties.ts';

/** The members of a fund's policies, its wallets' included, that have not joined. */
export function missingMembers(fund: Pick<WantedFund, 'wallets'> & Partial<WantedFund>, ids: MemberIds): string[] {
  const policies = [fund, ...fund.wallets].flatMap(({ transferPolicy, withdrawPolicy }) => [
    transferPolicy,
    withdrawPolicy,
  ]);
  const members = policies.flatMap((policy) => policy?.members ?? []);
  return [...new Set(members)].filter((member) => memberId(ids, member) === undefined);
}

/** A policy with its members' ids. Call it when {@link missingMembers} is empty. */
export function resolved(policy: WantedPolicy, ids: MemberIds): NewPolicy {
  return { threshold: policy.threshold, members: policy.members.map((member) => memberId(ids, member) ?? member) };
}

/** What differs between a policy of the file and the one that exists, in words; empty when they agree. */
export function policyDifferences(
  kind: string,
  wanted: WantedPolicy,
  found: Policy | undefined,
  ids: MemberIds,
): string[] {
  if (found === undefined) return [`there is no ${kind} policy`];
  const differing: string[] = [];
  if (found.threshold !== wanted.threshold) {
    differing.push(`${kind} threshold is ${found.threshold}, not ${wanted.threshold}`);
  }
  // The exchange of a dedicated wallet is a member the file does not name.
  const members = found.members.filter(({ dedicated }) => !dedicated).map(({ entity }) => entity.id);
  const wantedIds = resolved(wanted, ids).members;
  const same = members.length === wantedIds.length && wantedIds.every((id) => members.includes(id));
  if (!same) differing.push(`${kind} members are ${members.join(', ')}`);
  if (found.locked) differing.push(`a change of the ${kind} policy waits for approval`);
  return differing;
}
