/** What an {@link InvalidRequest} may carry besides its reason. */
export interface InvalidRequestOptions extends ErrorOptions {
  /** Further headers of the answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the answer's `detail`. */
  readonly detail?: Readonly<Record<string, string>>;
}

/**
 * A request that is answered with a 4xx (or a 503) in the frame `{code, msg, detail: {reason, field?}}`. The reason is
 * shown to the caller: a few stable words, never a value that was sent.
 */
export class InvalidRequest extends Error {
  readonly code: string = 'invalid_request';
  /** The HTTP status of the answer. */
  readonly status: number;
  readonly reason: string;
  /** The field that is wrong, as the caller knows it: `amount`, `webhooks[0].url`, `Idempotency-Key`. */
  readonly field: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly detail: Readonly<Record<string, string>>;

  constructor(status: number, reason: string, field?: string, options: InvalidRequestOptions = {}) {
    super(field === undefined ? reason : `${reason} (${field})`, options);
    this.name = 'InvalidRequest';
    this.status = status;
    this.reason = reason;
    this.field = field;
    this.headers = options.headers ?? {};
    this.detail = { ...options.detail, ...(field === undefined ? {} : { field }) };
  }
}
