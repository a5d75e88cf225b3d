import { ApiError, notFound } from './errors.ts';
import type { Router } from './router.ts';

/** A request below HTTP. `target` is the path below the base with its query; the body is JSON text as sent. */
export interface CallRequest {
  readonly method: string;
  readonly target: string;
  readonly body?: string | Uint8Array | undefined;
}

/** Handlers only read it. */
const noQuery = new URLSearchParams();

/** Finds the operation, or throws 404 or 405 with `Allow` (Appendix A). */
export function route<Target extends { method: string; path: string }>(router: Router<Target>, request: CallRequest) {
  const mark = request.target.indexOf('?');
  const path = mark < 0 ? request.target : request.target.slice(0, mark);
  const match = router.match(request.method, path);
  if (match === null) throw notFound('url');
  if ('allow' in match) throw new ApiError(405, undefined, { headers: { allow: match.allow.join(', ') } });
  const query = mark < 0 ? noQuery : new URLSearchParams(request.target.slice(mark + 1));
  return { operation: match.target, params: match.params, path, query };
}

/** The text of a body, as the journal keeps it. */
export function textOf(body: string | Uint8Array | undefined): string {
  return typeof body === 'string' ? body : Buffer.from(body ?? []).toString('utf8');
}
