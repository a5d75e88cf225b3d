import type { JsonObject } from '../json.ts';
import type { Answer } from '../operation.ts';
import type { Sandbox } from '../sandbox.ts';
import type { World } from '../world.ts';

/** What a control handler gets to know. */
export interface ControlContext {
  readonly sandbox: Sandbox;
  readonly world: World;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: JsonObject;
}

/** One operation of the control surface: what happened outside the API at the vendor's (Appendix B). */
export interface ControlOperation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path below `/_sandbox`. */
  readonly path: string;
  readonly takesBody: boolean;
  /** Whether it is journalled, and so repeated after a restart. */
  readonly changesWorld: boolean;
  readonly handle: (context: ControlContext) => Answer;
}

/** A control operation that only reads, or touches what does not survive a restart. */
export function passing(
  method: ControlOperation['method'],
  path: string,
  handle: ControlOperation['handle'],
): ControlOperation {
  return { method, path, takesBody: true, changesWorld: false, handle };
}

/** A control operation that changes the world. */
export function lasting(
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  handle: ControlOperation['handle'],
): ControlOperation {
  return { method, path, takesBody: true, changesWorld: true, handle };
}
