import type { JsonObject } from './json.ts';
import type { Account } from './model.ts';
import type { World } from './world.ts';

/** What a handler gets to know about a request. */
export interface Context {
  readonly world: World;
  /** The calling API key. */
  readonly account: Account;
  /** Path parameters, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The JSON body; an empty object where the operation takes none. */
  readonly body: JsonObject;
}

/** What a handler answers: the body goes out as compact JSON. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * One operation of reference 4.1, declared as data. A handler is synchronous: it checks first and throws ApiError,
 * then changes the world; so an operation is atomic without any lock, and a refused one leaves no trace.
 */
export interface Operation {
  /** The number (or W1, D1) of reference 4.1. */
  readonly number: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path below the base, with `{parameters}`. */
  readonly path: string;
  /** Whether the body is read as JSON (1.4): other operations ignore it. */
  readonly takesBody: boolean;
  /** Whether a success changes the world, and so is journalled. */
  readonly changesWorld: boolean;
  readonly handle: (context: Context) => Answer;
}

/** An operation that only reads. */
export function readOperation(number: string, path: string, handle: Operation['handle']): Operation {
  return { number, method: 'GET', path, takesBody: false, changesWorld: false, handle };
}

/** An operation that changes the world; it takes a JSON body unless told otherwise. */
export function writeOperation(
  number: string,
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  handle: Operation['handle'],
  takesBody = true,
): Operation {
  return { number, method, path, takesBody, changesWorld: true, handle };
}

/** 200 with a body. */
export const answer = (body: unknown, status = 200): Answer => ({ status, body });
