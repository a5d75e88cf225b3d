import type { JsonObject } from './json.ts';
import type { Action, Proposal, ProposalKind, ProposalStatus } from './model.ts';
import { transferRules } from './transfer-kind.ts';
import type { World } from './world.ts';

/** What one kind of proposal brings to custody. One file per kind; the table below is the only list of kinds. */
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

const table: Partial<Record<ProposalKind, KindRules>> = {
  transfer: transferRules,
};

/** The rules of a kind. */
export function rulesOf(kind: ProposalKind): KindRules {
  const rules = table[kind];
  if (rules === undefined) throw new Error(`no rules for proposals of kind ${kind}`);
  return rules;
}
