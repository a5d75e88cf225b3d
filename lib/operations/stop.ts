import { type Control, type ControlDoor, changeControl } from '../instructions/control.ts';
import { InvalidRequest } from '../platform/http/errors.ts';

/** What a stop is about: everything, one client's instructions, or one strategy's quotes. */
export type StopScope = { readonly all: true } | { readonly client: string } | { readonly strategy: string };

const maxTries = 8;

/**
 * Stops something, beside whatever is stopped already. It holds for every claim, publication and vote from the moment it
 * is answered; what was sent before goes on to its end.
 *
 * @param reason why, for whoever finds it stopped: up to 255 characters
 * @throws InvalidRequest 400 naming the field
 */
export async function stop(door: ControlDoor, scope: StopScope, reason: string, by: string): Promise<Control> {
  return await insist(door, (current) => ({ ...bodyOf(current, scope, true), reason }), by);
}

/**
 * Lets something go on that was stopped in just this scope; other stops stay.
 * @throws InvalidRequest 404 when it is not stopped in this scope, 400 naming the field
 */
export async function resume(
  door: ControlDoor,
  scope: StopScope,
  reason: string | undefined,
  by: string,
): Promise<Control> {
  const bodyFrom = (current: Control) => {
    if (!isStopped(current, scope)) throw new InvalidRequest(404, 'not stopped', Object.keys(scope)[0]);
    const body = bodyOf(current, scope, false);
    // Why something is stopped says nothing any more once nothing is.
    const isOver = !body.stopAll && body.stoppedClients.length === 0 && body.stoppedStrategies.length === 0;
    return { ...body, reason: reason ?? (isOver ? '' : current.reason) };
  };
  return await insist(door, bodyFrom, by);
}

/** Whoever changes it at the same moment keeps what they changed: the change is worked out anew on top of theirs. */
async function insist(door: ControlDoor, bodyFrom: (current: Control) => unknown, by: string): Promise<Control> {
  for (let tries = 1; ; tries++) {
    try {
      return await changeControl(door, bodyFrom, by);
    } catch (error) {
      const othersWereFirst = error instanceof InvalidRequest && error.status === 409;
      if (!othersWereFirst || tries === maxTries) throw error;
    }
  }
}

function isStopped({ stopAll, stoppedClients, stoppedStrategies }: Control, scope: StopScope): boolean {
  if ('all' in scope) return stopAll;
  return 'client' in scope ? stoppedClients.includes(scope.client) : stoppedStrategies.includes(scope.strategy);
}

/** The body of `PUT /control` with this scope stopped or not, and everything else as it is. */
function bodyOf({ stopAll, stoppedClients, stoppedStrategies }: Control, scope: StopScope, stopped: boolean) {
  const change = (names: readonly string[], name: string) => [
    ...names.filter((each) => each !== name),
    ...(stopped ? [name] : []),
  ];
  return {
    stopAll: 'all' in scope ? stopped : stopAll,
    stoppedClients: 'client' in scope ? change(stoppedClients, scope.client) : stoppedClients,
    stoppedStrategies: 'strategy' in scope ? change(stoppedStrategies, scope.strategy) : stoppedStrategies,
  };
}
