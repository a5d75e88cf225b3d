import { connectionRules } from './connection-kind.ts';
import type { JsonObject } from './json.ts';
import type { Action, Proposal, ProposalKind, ProposalStatus } from './model.ts';
import { policyChangeRules } from './policy-kind.ts';
import { quoteRules, takeRules } from './swap-kind.ts';
import { sweepRules } from './sweep-kind.ts';
import { transferRules } from './transfer-kind.ts';
import { withdrawalRules } from './withdrawal-kind.ts';
import type { World } from './world.ts';

/** What one kind of proposal brings to custody. One file per kind; the function below is the only list of kinds. */
export interface KindRules {
  /** The action type its voters see (4.8). */
  readonly actionType: string;
  /** Called once when threshold and dedicated exchange agree: settles, or opens the next stage. */
  agreed(world: World, proposal: Proposal): void;
  /** Called once when it ended without settlement: gives back what submission had set aside. */
  closed(world: World, proposal: Proposal, status: ProposalStatus): void;
  /** The `details` of an action (4.8). */
  details(action: Action): JsonObject;
}

/** The rules of a kind. */
export function rulesOf(kind: ProposalKind): KindRules {
  switch (kind) {
    case 'transfer':
      return transferRules;
    case 'withdrawal':
      return withdrawalRules;
    case 'swapMake':
      return quoteRules;
    case 'swapTake':
      return takeRules;
    case 'sweep':
      return sweepRules;
    case 'policyChange':
      return policyChangeRules;
    case 'walletConnection':
      return connectionRules;
  }
}
