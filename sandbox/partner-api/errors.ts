/** The text of each HTTP status this API answers with; it is the `msg` of the error frame (reference 3.1). */
const statusTexts: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
  417: 'Expectation Failed',
  426: 'Upgrade Required',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** The status text of an HTTP status, as the error frame's `msg` carries it. */
export function statusText(status: number): string {
  return statusTexts[status] ?? (status >= 500 ? 'Internal Server Error' : 'Bad Request');
}

/** The error frame of reference 3.1. `detail` is left out when there is no reason to give (a 405). */
export function errorFrame(status: number, reason?: string, msg: string = statusText(status)): object {
  return reason === undefined ? { code: status, msg } : { code: status, msg, detail: { reason } };
}

/** The success confirmation of reference 3.1 (`OkResponse`, K5). */
export const okBody = { code: 200, msg: 'OK' } as const;

/**
 * A refusal the caller is told about in the error frame. A handler throws it before it has changed anything:
 * the sandbox relies on that to leave refused requests out of its journal.
 */
export class ApiError extends Error {
  readonly code = 'SANDBOX_API_ERROR';
  readonly status: number;
  readonly reason: string | undefined;
  readonly headers: Record<string, string>;
  readonly frameMessage: string;

  constructor(status: number, reason?: string, options: { msg?: string; headers?: Record<string, string> } = {}) {
    super(`${status} ${reason ?? statusText(status)}`);
    this.name = 'ApiError';
    this.status = status;
    this.reason = reason;
    this.headers = options.headers ?? {};
    this.frameMessage = options.msg ?? statusText(status);
  }

  /** The body to answer with. */
  get body(): object {
    return errorFrame(this.status, this.reason, this.frameMessage);
  }
}

/**
 * A step has happened that could not be told or written down. What is in memory is not what a restart would bring back, so
 * no call is answered any more.
 */
export class BrokenSandboxError extends Error {
  readonly code = 'SANDBOX_BROKEN';
  override readonly name = 'BrokenSandboxError';

  constructor(options: ErrorOptions) {
    super('a step could not be told or written down: nothing is answered until the sandbox is restarted', options);
  }
}

/** 400 with one of the reasons of reference 3.4. */
export const badRequest = (reason: string): ApiError => new ApiError(400, reason);
/** 400 for a member that must be there. */
export const missingField = (name: string): ApiError => badRequest(`missing field: ${name}`);
/** 400 for a member of the wrong type or range. */
export const invalidField = (name: string): ApiError => badRequest(`invalid field: ${name}`);
/** 403 with a reason of reference 3.4. */
export const forbidden = (reason?: string): ApiError => new ApiError(403, reason);
/** 404 naming the kind of thing that was looked up; things of another API key are not found either (Appendix A). */
export const notFound = (thing: string): ApiError => new ApiError(404, thing);
/** 409 with a reason of reference 3.4. */
export const conflict = (reason: string): ApiError => new ApiError(409, reason);
