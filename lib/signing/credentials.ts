import type { Signer } from './signer.ts';

/** What one call is signed with: the API key, verbatim, and the holder of its private key. */
export interface Credentials {
  readonly apiKey: string;
  readonly signer: Signer;
}

/** Where a client takes its credentials from; asked before each call, so that a rotated key is picked up. */
export interface CredentialsSource {
  /** The credentials to sign with now. */
  current(): Promise<Credentials>;
  /**
   * After the API refused `refused`: what else may be tried, each once and in this order. The current version freshly
   * read comes first, then the pending one; what is the same as `refused` is left out.
   */
  alternatives?(refused: Credentials): AsyncIterable<Credentials>;
  /** Tells the source that the API took these, so that the next call begins with them. */
  accepted?(credentials: Credentials): void;
}

/** Credentials that never change: for tools that were given a key file. */
export function staticCredentials(credentials: Credentials): CredentialsSource {
  return { current: async () => credentials };
}

/** Whether two credentials would sign alike. */
export function sameCredentials(one: Credentials, other: Credentials): boolean {
  return one.apiKey === other.apiKey && one.signer.keyId === other.signer.keyId;
}
