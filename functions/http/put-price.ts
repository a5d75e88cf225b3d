import { ownConcern } from '../../lib/platform/config/load-concern.ts';
import { strategies } from '../../lib/platform/config/strategies.ts';
import { answer, httpDoor } from '../../lib/platform/http/door.ts';
import { door } from '../../lib/platform/outside/door.ts';
import { putPrice } from '../../lib/quotes/prices.ts';

/**
 * `POST /prices`: takes a price from a client's pricing engine, under the name its strategies call it. Answers 200 with the
 * price that stands; one that is older than it changes nothing. `queue/manage-quote` looks at the strategies at once.
 */
export const handler = httpDoor({ scope: 'prices:write', body: 'json' }, async ({ client, body }) => {
  const { name, price, atMs } = await putPrice(door(), ownConcern('strategies', strategies), client.id, body);
  return answer(200, { name, price, at: new Date(atMs).toISOString() });
});
