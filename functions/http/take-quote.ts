import { acceptInstruction } from '../../lib/instructions/accept.ts';
import { take } from '../../lib/instructions/kinds/take.ts';
import { viewOf } from '../../lib/instructions/view.ts';
import { answer, httpDoor } from '../../lib/platform/http/door.ts';
import { door } from '../../lib/platform/outside/door.ts';

/**
 * `POST /quotes/{txId}/take`: stores a take of somebody's quote with the worst price its client accepts, due now, and answers
 * 202 with it at once. `queue/submit-instruction` looks at the quote's price before it asks for anything.
 */
export const handler = httpDoor({ scope: take.scope, body: 'json' }, async ({ client, headers, body, path }) => {
  const { instruction, created } = await acceptInstruction(door(), {
    kind: take,
    source: 'http',
    client,
    idempotencyKey: headers['idempotency-key'],
    body: { ...(body as object), txId: path['txId'] },
  });
  const location = `/instructions/${instruction.id}`;
  return answer(created ? 202 : 200, viewOf(instruction), { location });
});
