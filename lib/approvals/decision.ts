import type { Draft, Item } from '../instructions/ports.ts';
import { listKeyOf } from '../instructions/subject.ts';
import type { Facts } from './facts.ts';

/**
 * That an action was decided: stored before the vote, once, and never decided otherwise. What is left to a person is not
 * stored, but looked at again in every run.
 */
export interface Decision extends Item {
  readonly coreClientId: string;
  readonly actionId: string;
  /** The client that may list it. */
  readonly client: string;
  readonly decision: 'approve' | 'reject';
  /** The name of the rule that decided. */
  readonly rule: string;
  /** What the action said of itself. */
  readonly facts: Facts;
  /** The instruction the action was matched to. */
  readonly matched?: { readonly instructionId: string };
  /** For a rule with a total: what had been approved in its window before, base units. */
  readonly approvedBefore?: string;
  readonly decidedAtMs: number;
  /** Votes that were begun. */
  readonly votes: number;
  /** Somebody is voting until then; nobody else may begin. */
  readonly votingUntilMs: number;
  /** The action's status as it was read back: the end of the matter. Absent until then. */
  readonly status?: string;
  readonly readBackAtMs?: number;
}

/** The id under which an action's one decision is stored. */
export function decisionId(coreClientId: string, actionId: string): string {
  return `decision/${coreClientId}/${actionId}`;
}

/** The list a client's decisions stand in. */
export function decisionsOf(client: string): string {
  return `decisions/${client}`;
}

/** The group of a core client's decisions whose vote was not read back yet. */
export function openDecisionsOf(coreClientId: string): string {
  return `decisions:${coreClientId}`;
}

/** A decision with its index entries worked out anew. Every write goes through here. */
export function indexedDecision(decision: Omit<Draft<Decision>, 'index' | 'id'>): Draft<Decision> {
  const id = decisionId(decision.coreClientId, decision.actionId);
  return {
    ...decision,
    id,
    index: {
      listIn: decisionsOf(decision.client),
      listKey: listKeyOf(decision.decidedAtMs, id),
      ...(decision.status === undefined ? { openIn: openDecisionsOf(decision.coreClientId) } : {}),
    },
  };
}
