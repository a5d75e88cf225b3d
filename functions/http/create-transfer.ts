import { transfer } from '../../lib/instructions/kinds/transfer.ts';
import { askedByHttp } from '../../lib/platform/http/asked.ts';
import { httpDoor } from '../../lib/platform/http/door.ts';
import { door } from '../../lib/platform/outside/door.ts';

/**
 * `POST /transfers`: stores a transfer, due now, and answers 202 with it at once; the same `Idempotency-Key` again
 * answers 200 with the same instruction. Nothing has been sent to the Partner API when this answers:
 * `queue/submit-instruction` goes on from here.
 */
export const handler = httpDoor({ scope: transfer.scope, body: 'json' }, (call) => askedByHttp(door(), transfer, call));
