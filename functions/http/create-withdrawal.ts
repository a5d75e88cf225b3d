import { acceptInstruction } from '../../lib/instructions/accept.ts';
import { withdrawal } from '../../lib/instructions/kinds/withdrawal.ts';
import { viewOf } from '../../lib/instructions/view.ts';
import { answer, httpDoor } from '../../lib/platform/http/door.ts';
import { door } from '../../lib/platform/outside/door.ts';

/**
 * `POST /withdrawals`: stores a withdrawal to a whitelisted address, due now, and answers 202 with it at once; the same
 * `Idempotency-Key` again answers 200 with the same instruction. `queue/submit-instruction` goes on from here.
 */
export const handler = httpDoor({ scope: withdrawal.scope, body: 'json' }, async ({ client, headers, body }) => {
  const { instruction, created } = await acceptInstruction(door(), {
    kind: withdrawal,
    source: 'http',
    client,
    idempotencyKey: headers['idempotency-key'],
    body,
  });
  const location = `/instructions/${instruction.id}`;
  return answer(created ? 202 : 200, viewOf(instruction), { location });
});
