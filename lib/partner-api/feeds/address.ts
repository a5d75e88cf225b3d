import type { CredentialsSource } from '../../signing/credentials.ts';
import { signedHeaders } from '../../signing/headers.ts';
import type { PartnerApi } from '../client.ts';
import { feedUrl } from '../urls.ts';

/** What a signed feed is opened with: the client for its base URL, its clock and the catch-up, and the same credentials. */
export interface SignedFeedOptions {
  client: PartnerApi;
  credentials: CredentialsSource;
}

/**
 * The address of a feed with freshly signed headers; the URL is signed with its `wss` scheme (reference 2.2). A key that
 * was rotated, or a clock that is wrong, is mended by the catch-up: it goes through the client, which shares both.
 */
export async function signedAddress({ client, credentials }: SignedFeedOptions, path: string) {
  const url = feedUrl(client.baseUrl, path);
  const timestampSeconds = Math.floor(client.serverTimeMs() / 1000);
  return { url, headers: await signedHeaders({ credentials: await credentials.current(), url, timestampSeconds }) };
}
