import { readControl, setControl, viewOfControl } from '../../lib/instructions/control.ts';
import { clients } from '../../lib/platform/config/clients.ts';
import { ownConcern } from '../../lib/platform/config/load-concern.ts';
import { strategies } from '../../lib/platform/config/strategies.ts';
import { answer, operatorDoor } from '../../lib/platform/http/door.ts';
import { door } from '../../lib/platform/outside/door.ts';

/**
 * `GET` and `PUT /control`: the stop button. What it stops is read before every claim, so a stop that was answered holds
 * for everything not yet sent; what was sent goes on to its end, and requests are still taken in and kept. The answer says
 * which of the names are `unknown` to the configuration.
 */
export const handler = operatorDoor({ scope: 'operate', body: 'optional' }, async ({ method, body, subject }) => {
  const control = method === 'PUT' ? await setControl(door(), body, subject) : await readControl(door().store);
  const known = {
    clients: ownConcern('clients', clients).map(({ id }) => id),
    strategies: ownConcern('strategies', strategies).map(({ name }) => name),
  };
  return answer(200, viewOfControl(control, known));
});
