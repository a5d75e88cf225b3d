import type { ItemStore, Page } from '../instructions/ports.ts';
import { InvalidRequest } from '../platform/http/errors.ts';
import { refuseUnknownParameters } from '../platform/http/query.ts';
import { type Decision, decisionsOf } from './decision.ts';

const defaultPageSize = 50;
const maxPageSize = 200;
const parameters = ['coreClientId', 'decision', 'rule', 'limit', 'cursor'] as const;

/** What `GET /decisions` can be asked. Every member as it stands in the query string. */
export type DecisionQuery = Readonly<Partial<Record<(typeof parameters)[number], string>>>;

/** A page of the decisions a client may see, newest first. @throws InvalidRequest 400 naming the parameter */
export async function listDecisions(
  door: { readonly store: ItemStore },
  client: string,
  query: DecisionQuery,
): Promise<Page<Decision>> {
  refuseUnknownParameters(query, parameters);
  const { coreClientId, decision, rule, limit, cursor } = query;
  if (decision !== undefined && decision !== 'approve' && decision !== 'reject') {
    throw new InvalidRequest(400, 'invalid field: decision (approve or reject)', 'decision');
  }
  return await door.store.list<Decision>(decisionsOf(client), {
    limit: pageSize(limit),
    where: {
      ...(coreClientId === undefined ? {} : { coreClientId }),
      ...(decision === undefined ? {} : { decision }),
      ...(rule === undefined ? {} : { rule }),
    },
    ...(cursor === undefined ? {} : { cursor }),
  });
}

function pageSize(limit: string | undefined): number {
  if (limit === undefined) return defaultPageSize;
  if (!/^[1-9][0-9]{0,3}$/.test(limit) || Number(limit) > maxPageSize) {
    throw new InvalidRequest(400, `invalid field: limit (1 to ${maxPageSize})`, 'limit');
  }
  return Number(limit);
}

/** A decision as our HTTP API shows it: the rule, the facts it saw, when, and what became of the vote. */
export function viewOfDecision(decision: Decision): Record<string, unknown> {
  const { coreClientId, actionId, rule, facts, matched, approvedBefore, decidedAtMs, status, readBackAtMs } = decision;
  return {
    coreClientId,
    actionId,
    decision: decision.decision,
    rule,
    decidedAt: new Date(decidedAtMs).toISOString(),
    facts,
    ...(matched === undefined ? {} : { instructionId: matched.instructionId }),
    ...(approvedBefore === undefined ? {} : { approvedBefore }),
    ...(status === undefined ? {} : { status }),
    ...(readBackAtMs === undefined ? {} : { readBackAt: new Date(readBackAtMs).toISOString() }),
  };
}
