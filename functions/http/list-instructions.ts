import { listInstructions } from '../../lib/instructions/read.ts';
import { viewOf } from '../../lib/instructions/view.ts';
import { answer, httpDoor } from '../../lib/platform/http/door.ts';
import { door } from '../../lib/platform/outside/door.ts';

/** `GET /instructions?state=&kind=&limit=&cursor=`: the calling client's instructions, newest first, paged. */
export const handler = httpDoor({ scope: 'instructions:read' }, async ({ client, query }) => {
  const { items, cursor } = await listInstructions(door(), client.id, query);
  return answer(200, { instructions: items.map(viewOf), ...(cursor === undefined ? {} : { cursor }) });
});
