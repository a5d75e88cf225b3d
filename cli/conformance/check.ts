import type { Api } from './api.ts';
import type { OperationNumber } from './operations.ts';

/** One promise of the API, and the code that tries whether a server keeps it. */
export interface Check {
  readonly operation: OperationNumber;
  readonly promise: string;
  readonly run: (api: Api) => Promise<void>;
}

/**
 * Declares a check. It fails when `run` throws, and is skipped when it asks for the control surface of a server that
 * has none (`Api.control`).
 *
 * @example check('1', 'lists assets', async (api) => matches(ok(await api.client.get('/assets')), { assets: list }))
 */
export function check(operation: OperationNumber, promise: string, run: Check['run']): Check {
  return { operation, promise, run };
}
