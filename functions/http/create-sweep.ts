import { acceptInstruction } from '../../lib/instructions/accept.ts';
import { sweep } from '../../lib/instructions/kinds/sweep.ts';
import { viewOf } from '../../lib/instructions/view.ts';
import { answer, httpDoor } from '../../lib/platform/http/door.ts';
import { door } from '../../lib/platform/outside/door.ts';

/**
 * `POST /sweeps`: stores a sweep of a wallet that is connected to a core client, due now, and answers 202 with it at once.
 * `queue/submit-instruction` goes on from here; the core client itself must still approve what it then asked for.
 */
export const handler = httpDoor({ scope: sweep.scope, body: 'json' }, async ({ client, headers, body }) => {
  const { instruction, created } = await acceptInstruction(door(), {
    kind: sweep,
    source: 'http',
    client,
    idempotencyKey: headers['idempotency-key'],
    body,
  });
  const location = `/instructions/${instruction.id}`;
  return answer(created ? 202 : 200, viewOf(instruction), { location });
});
