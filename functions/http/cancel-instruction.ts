import { cancelInstruction } from '../../lib/instructions/cancel.ts';
import { viewOf } from '../../lib/instructions/view.ts';
import { answer, httpDoor } from '../../lib/platform/http/door.ts';
import { door } from '../../lib/platform/outside/door.ts';

/**
 * `DELETE /instructions/{id}`: calls an instruction off while that is certain to mean that nothing happens; 409 with the
 * state once it may have been sent. Races with `queue/submit-instruction` on one conditional write.
 */
export const handler = httpDoor({ scope: 'instructions:cancel' }, async ({ client, path }) => {
  return answer(200, viewOf(await cancelInstruction(door(), client.id, path['id'] ?? '')));
});
