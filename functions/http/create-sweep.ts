import { sweep } from '../../lib/instructions/kinds/sweep.ts';
import { askedByHttp } from '../../lib/platform/http/asked.ts';
import { httpDoor } from '../../lib/platform/http/door.ts';
import { door } from '../../lib/platform/outside/door.ts';

/**
 * `POST /sweeps`: stores a sweep of a wallet that is connected to a core client, due now, and answers 202 with it at once.
 * `queue/submit-instruction` goes on from here; the core client itself must still approve what it then asked for.
 */
export const handler = httpDoor({ scope: sweep.scope, body: 'json' }, (call) => askedByHttp(door(), sweep, call));
