import type * as z from 'zod/mini';
import { errorFrame, gatewayError } from './answers.ts';

/** The statuses a door refuses with. */
export type Refusal = 400 | 401 | 403 | 404 | 409 | 413 | 422 | 429 | 500 | 503;

/** What a refusal means, in general. */
export interface RefusalWords {
  /** Its name among the responses of the description. */
  readonly name: string;
  readonly description: string;
  readonly schema: z.ZodMiniType;
  readonly example: unknown;
  /** Headers that come with it, beside the usual ones. */
  readonly headers?: readonly ('www-authenticate' | 'retry-after')[];
}

/** What any door may answer. 429 and some of the 5xx come from API Gateway and not in our frame. */
export const refusalsOfAll: readonly Refusal[] = [413, 429, 500, 503];

/** What a door that asks for a token may answer besides. */
export const refusalsOfTokens: readonly Refusal[] = [401, 403];

const frame = (code: number, msg: string, detail: Record<string, string>) => ({ code, msg, detail });

/** The refusals, in one place: whoever handles them once can handle every door. */
export const refusals: Readonly<Record<Refusal, RefusalWords>> = {
  400: {
    name: 'BadRequest',
    description:
      'The body is not a JSON object (`invalid json`), or `missing field`, `unknown field`, `invalid field` or `duplicate field` and its name; `detail.field` is that name. Nothing was stored.',
    schema: errorFrame,
    example: frame(400, 'Bad Request', { reason: 'invalid field: amount', field: 'amount' }),
  },
  401: {
    name: 'Unauthorized',
    description: '`missing token`, `invalid token` or `token expired`.',
    schema: errorFrame,
    example: frame(401, 'Unauthorized', { reason: 'token expired' }),
    headers: ['www-authenticate'],
  },
  403: {
    name: 'Forbidden',
    description:
      '`scope`: the token lacks the scope in `detail.scope`. `unknown client`: the subject of the token is not in the configuration.',
    schema: errorFrame,
    example: frame(403, 'Forbidden', { reason: 'scope', scope: 'transfers:write' }),
    headers: ['www-authenticate'],
  },
  404: {
    name: 'NotFound',
    description:
      'There is no such thing for this client; `detail.reason` says what: `instruction`, `company`, `wallet`, `core client`, `price`, `reconciliation`. What a client is not bound to does not exist for it.',
    schema: errorFrame,
    example: frame(404, 'Not Found', { reason: 'wallet', field: 'walletId' }),
  },
  409: {
    name: 'Conflict',
    description: 'It is too late for that, or somebody else was first; `detail.reason` says which.',
    schema: errorFrame,
    example: frame(409, 'Conflict', { reason: 'not cancellable: pending', field: 'state' }),
  },
  413: {
    name: 'TooLarge',
    description: 'The body is larger than 16 KB.',
    schema: errorFrame,
    example: frame(413, 'Payload Too Large', { reason: 'body too large', field: 'body' }),
  },
  422: {
    name: 'Unprocessable',
    description:
      'This `Idempotency-Key` was used for another request, or a limit of the client has no room for it. Nothing was changed.',
    schema: errorFrame,
    example: frame(422, 'Unprocessable Entity', {
      reason: 'this key was used for another request',
      field: 'Idempotency-Key',
    }),
  },
  429: {
    name: 'TooManyRequests',
    description: 'All clients together ask too often. Try again later, with the same key.',
    schema: gatewayError,
    example: { message: 'Too Many Requests' },
  },
  500: {
    name: 'Failed',
    description:
      'A defect of ours, or the table did not answer. Whether a request was stored is not known: ask again with the same key.',
    schema: errorFrame,
    example: frame(500, 'Internal Server Error', { reason: 'internal' }),
  },
  503: {
    name: 'Unavailable',
    description:
      '`tokens cannot be checked`: the keys of the issuer cannot be had. `timeout`: it took too long; ask again with the same key.',
    schema: errorFrame,
    example: frame(503, 'Service Unavailable', { reason: 'tokens cannot be checked' }),
    headers: ['retry-after'],
  },
};
