import { acceptInstruction } from '../../lib/instructions/accept.ts';
import { quote } from '../../lib/instructions/kinds/quote.ts';
import { viewOf } from '../../lib/instructions/view.ts';
import { answer, httpDoor } from '../../lib/platform/http/door.ts';
import { door } from '../../lib/platform/outside/door.ts';

/**
 * `POST /quotes`: stores a quote, due now, and answers 202 with it at once. `queue/submit-instruction` makes it at the
 * Partner API; it is `open` once the maker's custody approved it, and nobody but a strategy puts it on the liquidity hub.
 */
export const handler = httpDoor({ scope: quote.scope, body: 'json' }, async ({ client, headers, body }) => {
  const { instruction, created } = await acceptInstruction(door(), {
    kind: quote,
    source: 'http',
    client,
    idempotencyKey: headers['idempotency-key'],
    body,
  });
  const location = `/instructions/${instruction.id}`;
  return answer(created ? 202 : 200, viewOf(instruction), { location });
});
