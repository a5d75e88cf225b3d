import { listDecisions, viewOfDecision } from '../../lib/approvals/list.ts';
import { answer, httpDoor } from '../../lib/platform/http/door.ts';
import { door } from '../../lib/platform/outside/door.ts';

/**
 * `GET /decisions?coreClientId=&decision=&rule=&limit=&cursor=`: how the approvals of the client's core clients were decided,
 * by which rule, on which facts, newest first, paged. What was left to a person is not in it.
 */
export const handler = httpDoor({ scope: 'decisions:read' }, async ({ client, query }) => {
  const { items, cursor } = await listDecisions(door(), client.id, query);
  return answer(200, { decisions: items.map(viewOfDecision), ...(cursor === undefined ? {} : { cursor }) });
});
