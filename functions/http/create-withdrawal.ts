import { withdrawal } from '../../lib/instructions/kinds/withdrawal.ts';
import { askedByHttp } from '../../lib/platform/http/asked.ts';
import { httpDoor } from '../../lib/platform/http/door.ts';
import { door } from '../../lib/platform/outside/door.ts';

/**
 * `POST /withdrawals`: stores a withdrawal to a whitelisted address, due now, and answers 202 with it at once; the same
 * `Idempotency-Key` again answers 200 with the same instruction. `queue/submit-instruction` goes on from here.
 */
export const handler = httpDoor({ scope: withdrawal.scope, body: 'json' }, (call) =>
  askedByHttp(door(), withdrawal, call),
);
