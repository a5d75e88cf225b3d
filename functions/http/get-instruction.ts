import { getInstruction } from '../../lib/instructions/read.ts';
import { viewOf } from '../../lib/instructions/view.ts';
import { answer, httpDoor } from '../../lib/platform/http/door.ts';
import { door } from '../../lib/platform/outside/door.ts';

/** `GET /instructions/{id}`: one instruction of the calling client with its whole history; 404 for anybody else's. */
export const handler = httpDoor({ scope: 'instructions:read' }, async ({ client, path }) => {
  return answer(200, viewOf(await getInstruction(door(), client.id, path['id'] ?? '')));
});
