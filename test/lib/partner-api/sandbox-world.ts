import { generateKeyPairSync } from 'node:crypto';
import { createPartnerApi, createUndiciTransport, type PartnerApiOptions } from '../../../lib/partner-api/index.ts';
import { createKeySigner, staticCredentials } from '../../../lib/signing/index.ts';
import { startPartnerApi } from '../../../sandbox/partner-api/server.ts';

/** A new key pair as the two PEMs it is handled in. */
export function keyPair(): { privateKeyPem: string; publicKeyPem: string } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }) as string,
  };
}

/** A sandbox with a live-type key, which must sign, and a client with that key. */
export async function sandboxWorld(options: Partial<PartnerApiOptions> = {}) {
  const server = await startPartnerApi({ seed: 11 });
  const control = async (method: string, path: string, body?: object) => {
    const response = await fetch(server.controlUrl + path, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
    // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every control
    const answer = (await response.json()) as any;
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  };
  const keys = keyPair();
  const { apiKey } = await control('POST', '/keys', { kind: 'live', publicKeyPem: keys.publicKeyPem });
  const transport = createUndiciTransport();
  const credentials = staticCredentials({ apiKey, signer: createKeySigner(keys.privateKeyPem) });
  const client = createPartnerApi({ baseUrl: server.baseUrl, credentials, transport: transport.send, ...options });
  const close = async () => {
    await transport.close();
    await server.close();
  };
  return { server, control, keys, apiKey, credentials, transport, client, close };
}

/** A running sandbox and what a test needs of it. */
export type SandboxWorld = Awaited<ReturnType<typeof sandboxWorld>>;

/** A company with a fund of two funded Bitcoin wallets whose policies want the core client alone. */
export async function tradingCompany({ client, control }: SandboxWorld, name = 'Heron') {
  const { companyId } = await client.companies.create({ name, city: 'Lisbon', ref: 'hv-1' });
  const { coreClientId } = await client.coreClients.create(`${name}-bot`);
  await client.trustedParties.add(companyId, coreClientId);
  const policy = { threshold: 1, members: [coreClientId] };
  const { fundId } = await client.funds.create(companyId, {
    name: 'Operating',
    transferPolicy: policy,
    withdrawPolicy: policy,
    wallets: [
      { name: 'BTC one', asset: 'BTC-TESTNET' },
      { name: 'BTC two', asset: 'BTC-TESTNET' },
      { name: 'ETH', asset: 'ETH-TESTNET' },
    ],
  });
  const [one, two, eth] = (await client.funds.get(companyId, fundId)).wallets.map(({ walletId }) => walletId);
  await control('POST', '/deposits', { walletId: one, amount: 5_000_000 });
  await control('POST', '/deposits', { walletId: eth, amount: 900_000_000 });
  return { companyId, coreClientId, fundId, one: one as string, two: two as string, eth: eth as string };
}

/** In one hour of the machine's clock, which the sandbox follows. */
export const inAnHour = (): number => Math.floor(Date.now() / 1000) + 3600;
