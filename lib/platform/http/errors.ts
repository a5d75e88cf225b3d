/**
 * A request that is answered with a 4xx (or a 503) in the frame `{code, msg, detail: {reason, field?}}`. The reason is
 * shown to the caller: a few stable words, never a value that was sent.
 */
export class InvalidRequest extends Error {
  readonly code: string = 'invalid_request';
  /** The HTTP status of the answer. */
  readonly status: number;
  readonly reason: string;
  /** The field that is wrong, as the caller knows it: `amount`, `bindings[0].asset`, `Idempotency-Key`. */
  readonly field: string | undefined;
  /** Further headers of the answer. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    reason: string,
    field?: string,
    options?: ErrorOptions & { headers?: Readonly<Record<string, string>> },
  ) {
    super(field === undefined ? reason : `${reason} (${field})`, options);
    this.name = 'InvalidRequest';
    this.status = status;
    this.reason = reason;
    this.field = field;
    this.headers = options?.headers ?? {};
  }
}
