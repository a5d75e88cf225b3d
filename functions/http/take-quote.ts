import { take, takeRequest } from '../../lib/instructions/kinds/take.ts';
import { askedByHttp } from '../../lib/platform/http/asked.ts';
import { httpDoor } from '../../lib/platform/http/door.ts';
import { door } from '../../lib/platform/outside/door.ts';

/**
 * `POST /quotes/{txId}/take`: stores a take of somebody's quote with the worst price its client accepts, due now, and answers
 * 202 with it at once. `queue/submit-instruction` looks at the quote's price before it asks for anything.
 */
export const handler = httpDoor({ scope: take.scope, body: 'json' }, (call) =>
  askedByHttp(door(), take, { ...call, body: takeRequest(call.body, call.path['txId']) }),
);
