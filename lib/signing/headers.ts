import type { Credentials } from './credentials.ts';
import { signingString } from './signing-string.ts';

/** What is signed: exactly one of `timestampSeconds` and `nonce` (reference 2.1: never both). */
export type SignedRequest = {
  credentials: Credentials;
  /** The URL as it is called, feeds with their `wss` scheme; give the same string to the HTTP client. */
  url: string;
  /** The body as it is sent; none for GET, DELETE and feeds. */
  body?: string | Uint8Array | undefined;
} & ({ timestampSeconds: number; nonce?: never } | { nonce: bigint | number; timestampSeconds?: never });

/**
 * The three headers of a signed request (reference 2.1), lower case. The HTTP method is not signed, so whoever sees
 * them may call the same URL with another method for as long as the timestamp is fresh: never log or echo them.
 *
 * ```ts
 * const credentials = { apiKey, signer: createKeySigner(privateKeyPem) };
 * const headers = await signedHeaders({ credentials, url, body, timestampSeconds: Math.floor(nowMs / 1000) });
 * ```
 *
 * @throws {RangeError} when the timestamp or the nonce is not a non-negative integer.
 */
export async function signedHeaders(request: SignedRequest): Promise<Record<string, string>> {
  const { credentials, url, body } = request;
  const byNonce = request.nonce !== undefined;
  const stamp = integerText(byNonce ? request.nonce : request.timestampSeconds, byNonce ? 'nonce' : 'timestampSeconds');
  const signature = await credentials.signer.sign(signingString(stamp, url, body));
  return {
    'x-api-key': credentials.apiKey,
    [byNonce ? 'x-nonce' : 'x-timestamp']: stamp,
    'x-sign': signature,
  };
}

function integerText(value: bigint | number, name: string): string {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw new RangeError(`${name} is not an integer`);
  if (value < 0) throw new RangeError(`${name} is negative`);
  return value.toString();
}
