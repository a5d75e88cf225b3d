import { connect } from 'node:net';
import { type PartnerApi, type PartnerApiOptions, startPartnerApi } from '../../../sandbox/partner-api/server.ts';

/** A server with a sandbox-type key, two funded wallets and calls over HTTP. */
export async function startServer(options: PartnerApiOptions = {}) {
  const api = await startPartnerApi({ seed: 3, ...options });
  const control = async (method: string, path: string, body?: object) =>
    read(await send(`${api.controlUrl}${path}`, method, body));
  const { apiKey, keyId } = (await control('POST', '/keys', { kind: 'sandbox' })).body;
  const call = async (method: string, path: string, body?: object) =>
    read(await send(`${api.baseUrl}${path}`, method, body, apiKey));
  const companyId = (await call('POST', '/company', { name: 'A' })).body.company_id;
  const wallets = ['a', 'b'].map((name) => ({ name, asset: 'BTC-TESTNET' }));
  const fundId = (await call('POST', `/company/${companyId}/fund`, { name: 'F', wallets })).body.fund_id;
  const fund = (await call('GET', `/company/${companyId}/fund/${fundId}`)).body;
  const walletIds: string[] = fund.wallets.map((wallet: { wallet_id: string }) => wallet.wallet_id);
  await control('POST', '/deposits', { walletId: walletIds[0], amount: 5_000_000 });
  const transferBody = {
    wallet_id: walletIds[0],
    counterparty_wallet_address: walletIds[1],
    expires: Math.floor(api.sandbox.clock.nowMs() / 1000) + 3600,
    send: { symbol: 'BTC-TESTNET', amount: 1000 },
  };
  return { api, apiKey, keyId, control, call, companyId, fundId, walletIds, transferBody };
}

/** A running server with its set-up. */
export type Served = Awaited<ReturnType<typeof startServer>>;

function send(url: string, method: string, body?: object, apiKey?: string): Promise<Response> {
  const headers: Record<string, string> = apiKey === undefined ? {} : { 'x-api-key': apiKey };
  return fetch(url, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
}

async function read(response: Response) {
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every operation
  return { status: response.status, headers: response.headers, body: (await response.json()) as any };
}

/** Sends raw bytes and gives back all that comes until the connection ends; with `halfClose` our side ends first. */
export function rawExchange(
  api: PartnerApi,
  bytes: string | Buffer,
  { halfClose } = { halfClose: true },
): Promise<string> {
  const waitMs = 60_000;
  const { hostname, port } = new URL(api.baseUrl);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => (halfClose ? socket.end(bytes) : socket.write(bytes)));
    const chunks: Buffer[] = [];
    const timer = setTimeout(() => {
      socket.destroy();
      reject(
        new Error(`no end of the connection within ${waitMs} ms; got ${Buffer.concat(chunks).toString('latin1')}`),
      );
    }, waitMs);
    const done = () => {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks).toString('latin1'));
    };
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', done);
    socket.on('close', done);
  });
}
