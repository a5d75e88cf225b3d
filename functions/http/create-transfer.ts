import { acceptInstruction } from '../../lib/instructions/accept.ts';
import { transfer } from '../../lib/instructions/kinds/transfer.ts';
import { viewOf } from '../../lib/instructions/view.ts';
import { answer, httpDoor } from '../../lib/platform/http/door.ts';
import { door } from '../../lib/platform/outside/door.ts';

/**
 * `POST /transfers`: stores a transfer, due now, and answers 202 with it at once; the same `Idempotency-Key` again
 * answers 200 with the same instruction. Nothing has been sent to the Partner API when this answers:
 * `queue/submit-instruction` goes on from here.
 */
export const handler = httpDoor({ scope: transfer.scope, body: 'json' }, async ({ client, headers, body }) => {
  const { instruction, created } = await acceptInstruction(door(), {
    kind: transfer,
    source: 'http',
    client,
    idempotencyKey: headers['idempotency-key'],
    body,
  });
  const location = `/instructions/${instruction.id}`;
  return answer(created ? 202 : 200, viewOf(instruction), { location });
});
