/** How often each operation was asked for, and by which key; since the start or the last reset. */
export interface RequestCounts {
  total: number;
  byOperation: Record<string, number>;
  byAccount: Record<string, { total: number; byOperation: Record<string, number> }>;
}

/** A request that found its operation (`"GET /assets"`), with the query it carried. */
export interface CountedRequest {
  readonly operation: string;
  readonly query: URLSearchParams;
}

/** Counts requests, refused and failed ones included. Refused credentials count under no account. */
export class RequestCounter {
  #counts: RequestCounts = { total: 0, byOperation: {}, byAccount: {} };
  /** Each hears of every request as it is counted. */
  readonly listeners = new Set<(request: CountedRequest) => void>();

  /** Counts a request. */
  countOperation(request: CountedRequest): void {
    const { operation: label } = request;
    for (const listener of this.listeners) listener(request);
    this.#counts.total += 1;
    this.#counts.byOperation[label] = (this.#counts.byOperation[label] ?? 0) + 1;
  }

  /** Counts it for an account, once its credentials were accepted. */
  countAccount(keyId: string, label: string): void {
    this.#counts.byAccount[keyId] ??= { total: 0, byOperation: {} };
    const account = this.#counts.byAccount[keyId];
    account.total += 1;
    account.byOperation[label] = (account.byOperation[label] ?? 0) + 1;
  }

  /** A copy of the counts. */
  read(): RequestCounts {
    return structuredClone(this.#counts);
  }

  /** Starts again at zero. */
  reset(): void {
    this.#counts = { total: 0, byOperation: {}, byAccount: {} };
  }
}
