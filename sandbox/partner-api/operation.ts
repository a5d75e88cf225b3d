import type { Feed } from './feeds/feed.ts';
import type { JsonObject } from './json.ts';
import type { Account, CoreClient } from './model.ts';
import type { World } from './world.ts';

/** What a handler gets to know about a request. */
export interface Context {
  readonly world: World;
  /** The calling API key; of an agent's call the one it was registered with. */
  readonly account: Account;
  /** The calling Signing Agent, in operations that only agents call. */
  readonly agent: CoreClient | undefined;
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
  /** Who is let in: an API key (2.6), a Signing Agent by `x-api-zkp` (10.5), or whichever of them calls (9.1). */
  readonly admits: 'partner' | 'agent' | 'either';
  /** Whether the body is read as JSON (1.4): other operations ignore it. */
  readonly takesBody: boolean;
  /** Whether a success changes the world, and so is journalled. */
  readonly changesWorld: boolean;
  readonly handle: (context: Context) => Answer;
  /** Of a web socket: what its connection is told. */
  readonly openFeed?: (context: Context) => Feed;
}

/** An operation that only reads. */
export function readOperation(number: string, path: string, handle: Operation['handle']): Operation {
  return { number, method: 'GET', path, admits: 'partner', takesBody: false, changesWorld: false, handle };
}

/** An operation that changes the world; it takes a JSON body unless told otherwise. */
export function writeOperation(
  number: string,
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  handle: Operation['handle'],
  takesBody = true,
): Operation {
  return { number, method, path, admits: 'partner', takesBody, changesWorld: true, handle };
}

/** An operation that is asked for by `POST` but changes nothing. */
export function askOperation(number: string, path: string, handle: Operation['handle']): Operation {
  return { number, method: 'POST', path, admits: 'partner', takesBody: true, changesWorld: false, handle };
}

/** The same operation for Signing Agents instead of API keys. */
export function forAgents(operation: Operation): Operation {
  return { ...operation, admits: 'agent' };
}

/** 200 with a body. */
export const answer = (body: unknown, status = 200): Answer => ({ status, body });
