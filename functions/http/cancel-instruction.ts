import { cancelInstruction } from '../../lib/instructions/cancel.ts';
import { viewOf } from '../../lib/instructions/view.ts';
import { answer, httpDoor } from '../../lib/platform/http/door.ts';
import { door } from '../../lib/platform/outside/door.ts';

/**
 * `DELETE /instructions/{id}`: calls an instruction off. 200 when that is certain to mean that nothing happens; 202 when
 * the wish is stored and `queue/submit-instruction` sees to it (a quote that waits for a taker); else 409 with the state.
 */
export const handler = httpDoor({ scope: 'instructions:cancel' }, async ({ client, path }) => {
  const instruction = await cancelInstruction(door(), client.id, path['id'] ?? '');
  return answer(instruction.state === 'cancelled' ? 200 : 202, viewOf(instruction));
});
