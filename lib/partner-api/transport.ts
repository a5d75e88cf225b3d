/** One HTTP request, ready to go: `url` and `body` are the very strings that were signed. */
export interface TransportRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  url: string;
  headers: Record<string, string>;
  body: string | undefined;
  /** For the whole exchange, connecting included. */
  timeoutMs: number;
  signal?: AbortSignal;
}

/** The answer, read to its end; header names are lower case. */
export interface TransportAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/**
 * The seam to the network. It resolves with any complete answer. It rejects with a `NotConnectedError` only when it is
 * certain that nothing was sent; every other rejection is taken for an unknown effect.
 */
export type Transport = (request: TransportRequest) => Promise<TransportAnswer>;
