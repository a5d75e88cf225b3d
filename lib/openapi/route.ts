import type * as z from 'zod/mini';
import type { Refusal } from './refusals.ts';

/** One answer that is not a refusal. */
export interface RouteAnswer {
  readonly description: string;
  /** A named schema; without, any JSON object. */
  readonly schema?: z.ZodMiniType;
  /** Whether the answer says where the instruction is to be found. */
  readonly hasLocation?: boolean;
}

/** A door of ours, as its callers need to know it. */
export interface HttpRoute {
  readonly method: 'get' | 'put' | 'post' | 'delete';
  /** With its parameters in braces, as in serverless.yml. */
  readonly path: string;
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  /** The scope a token needs. Without one, no token is asked for. */
  readonly scope?: string;
  /** Whether the token's subject must be a client of the configuration. Default: whenever a token is needed. */
  readonly forOperators?: boolean;
  /** What the query string may hold: an object of optional members. */
  readonly query?: z.ZodMiniObject;
  /** The body that must come: a named schema. */
  readonly body?: z.ZodMiniType;
  /** Whether an `Idempotency-Key` must come. */
  readonly needsKey?: boolean;
  readonly answers: Readonly<Record<number, RouteAnswer>>;
  /** The refusals of this door beside those that any door may answer. */
  readonly refusals: readonly Refusal[];
}
