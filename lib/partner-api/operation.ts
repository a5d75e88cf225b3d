import type { PartnerApiError } from './errors.ts';
import type { JsonObject } from './json.ts';
import type { TransportAnswer, TransportRequest } from './transport.ts';
import type { Query } from './urls.ts';

/** What a caller may say about one call. */
export interface CallOptions {
  /**
   * The moment, in milliseconds of the client's own clock, before which this call must be signed. It is checked right
   * before each signature; from then on the call ends with a `TooLateError`. A worker that was stopped for longer than its
   * lease can thus never sign.
   */
  signBeforeMs?: number | undefined;
  /** For one attempt, connecting included. */
  timeoutMs?: number | undefined;
  /** Ends the call early; what was sent already stays sent. */
  signal?: AbortSignal | undefined;
}

/** One operation of the API, before it is signed. */
export interface Operation {
  /** As the client names it, e.g. `transfers.create`; for errors and metrics. */
  name: string;
  method: TransportRequest['method'];
  path: string;
  query?: Query;
  /** Sent as compact JSON, or as it is when it is a text. */
  body?: object | string;
  /** Whether it may be sent twice without harm; reads only. `GET` is one by default. */
  repeatable?: boolean;
  /** A fresh `x-api-zkp` header in place of key and signature (reference 10.5). */
  zkpToken?: ZkpTokenSource;
}

/** Makes a new zero-knowledge token; asked once per attempt, since a token is for one call. */
export type ZkpTokenSource = () => string | Promise<string>;

/** What became of one attempt; for metrics. */
export interface CallReport {
  operation: string;
  method: string;
  /** HTTP status, when there was an answer. */
  status: number | undefined;
  durationMs: number;
  error: PartnerApiError | undefined;
}

/** Sends one operation and reads its answer; every resource is made of this. */
export type Call = <T>(
  operation: Operation,
  read: (answer: JsonObject) => T,
  options?: CallOptions | undefined,
) => Promise<T>;

/** Like {@link Call}, for answers whose body is not documented or does not matter: any 2xx will do. */
export type CallForStatus = (operation: Operation, options?: CallOptions | undefined) => Promise<void>;

/** Sends one operation and resolves with the answer of a 2xx as it came; throws the typed error of any other. */
export type CallRaw = (operation: Operation, options?: CallOptions | undefined) => Promise<TransportAnswer>;

/** The three ways to send an operation, as every resource gets them. */
export interface Calls {
  call: Call;
  callForStatus: CallForStatus;
  callRaw: CallRaw;
}
