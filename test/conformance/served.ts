import { generateKeyPairSync } from 'node:crypto';
import { type PartnerApiOptions, startPartnerApi } from '../../sandbox/partner-api/server.ts';

/** A sandbox with one live key that must sign, as the suite wants its target. */
export async function startTarget(options: PartnerApiOptions = {}) {
  const server = await startPartnerApi(options);
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const body = JSON.stringify({ kind: 'live', publicKeyPem });
  const { apiKey } = JSON.parse(server.sandbox.control({ method: 'POST', target: '/keys', body }).body);
  const { baseUrl, controlUrl } = server;
  return { server, target: { baseUrl, controlUrl, apiKey: apiKey as string, privateKey } };
}
