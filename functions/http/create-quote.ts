import { quote } from '../../lib/instructions/kinds/quote.ts';
import { askedByHttp } from '../../lib/platform/http/asked.ts';
import { httpDoor } from '../../lib/platform/http/door.ts';
import { door } from '../../lib/platform/outside/door.ts';

/**
 * `POST /quotes`: stores a quote, due now, and answers 202 with it at once. `queue/submit-instruction` makes it at the
 * Partner API; it is `open` once the maker's custody approved it, and nobody but a strategy puts it on the liquidity hub.
 */
export const handler = httpDoor({ scope: quote.scope, body: 'json' }, (call) => askedByHttp(door(), quote, call));
