import { answer } from '../operation.ts';
import { type ControlContext, type ControlOperation, passing } from './operation.ts';

function resetRequests({ sandbox }: ControlContext) {
  sandbox.requests.reset();
  return answer(sandbox.requests.read());
}

function reset({ sandbox }: ControlContext) {
  sandbox.reset();
  return answer({ reset: true });
}

/** Counters of what was asked, and the way back to an empty world (API keys stay). */
export const stateControls: readonly ControlOperation[] = [
  passing('GET', '/requests', ({ sandbox }) => answer(sandbox.requests.read())),
  passing('DELETE', '/requests', resetRequests),
  passing('POST', '/reset', reset),
];
