import { closeActions, newCustody, putToVote } from './custody.ts';
import { type CustodyGroup, newPolicy } from './custody-groups.ts';
import type { JsonObject } from './json.ts';
import type { KindRules } from './kinds.ts';
import type { Action, Policy, PolicyChange, PolicyKind, Wallet } from './model.ts';
import type { World } from './world.ts';

/** How long the members have to agree (Appendix C). */
const lifetimeSeconds = 86_400;

/**
 * A change of a wallet's policy, decided by the members it has now (6.7). The policy is locked meanwhile, for this wallet.
 * Nothing goes to the chain, and what is open already keeps the policy it was submitted under.
 */
export const policyChangeRules: KindRules = {
  actionType: 'ApproveUpdatePolicy',
  agreed: (world, proposal) => {
    const change = proposal as PolicyChange;
    change.status = 'approved';
    closeActions(world, change);
    apply(world, change);
    unlock(change);
  },
  closed: (_world, proposal) => unlock(proposal as PolicyChange),
  details: policyDetails,
};

/** An inherited policy stays as it is: the wallet gets one of its own (6.7). */
function apply(world: World, { wallet, policyKind, policy, threshold, members }: PolicyChange): void {
  if (policy.wallet === wallet) {
    policy.threshold = threshold;
    policy.members = members;
    return;
  }
  wallet.policies[policyKind] = newPolicy(world, policyKind, { threshold, members }, { fund: wallet.fund, wallet });
}

function unlock({ wallet, policyKind }: PolicyChange): void {
  wallet.policyLocks[policyKind] = '';
}

function policyDetails(action: Action): JsonObject {
  const change = action.proposal as PolicyChange;
  const { wallet, policy } = change;
  return {
    txType: 'updatePolicy',
    txID: change.id,
    walletID: wallet.id,
    companyID: wallet.fund.company.id,
    fundID: wallet.fund.id,
    initiatedTime: change.submittedAtSeconds,
    expires: change.expiresAtSeconds,
    initiatedBy: '',
    initiatorName: wallet.fund.company.name,
    initiatorType: 'company',
    policyID: policy.id,
    policyType: `policy-${change.policyKind}`,
    threshold: change.threshold,
    members: change.members.map((voter) => voter.id),
  };
}

/** Locks the policy and asks its members. Whoever calls has looked that it is not locked. */
export function proposePolicyChange(
  world: World,
  subject: { wallet: Wallet; policyKind: PolicyKind; policy: Policy },
  group: CustodyGroup,
): PolicyChange {
  const { members, threshold } = subject.policy;
  const electorate = { members, threshold, dedicated: undefined, initiator: undefined };
  const change: PolicyChange = {
    ...subject,
    ...group,
    id: world.newId(),
    kind: 'policyChange',
    status: 'pending',
    submittedAtSeconds: world.nowSeconds,
    expiresAtSeconds: world.nowSeconds + lifetimeSeconds,
    custody: newCustody(electorate),
  };
  subject.wallet.policyLocks[subject.policyKind] = change.id;
  putToVote(world, change, electorate);
  return change;
}
