import { readControl, setControl, viewOfControl } from '../../lib/instructions/control.ts';
import { answer, operatorDoor } from '../../lib/platform/http/door.ts';
import { door } from '../../lib/platform/outside/door.ts';

/**
 * `GET` and `PUT /control`: the stop button. What it stops is read before every claim, so a stop that was answered holds
 * for everything not yet sent; what was sent goes on to its end, and requests are still taken in and kept.
 */
export const handler = operatorDoor({ scope: 'operate', body: 'optional' }, async ({ method, body, subject }) => {
  const control = method === 'PUT' ? await setControl(door(), body, subject) : await readControl(door().store);
  return answer(200, viewOfControl(control));
});
