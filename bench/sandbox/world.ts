import { generateKeyPairSync, sign } from 'node:crypto';
import { requestBytes } from './load.ts';
import type { Server } from './processes.ts';

/** A company on the sandbox, with two keys to it: one that signs, and one that need not. */
export interface BenchWorld {
  readonly companyId: string;
  readonly fundId: string;
  /** Transfers ready to be sent, each with a `partner_txID` of its own. */
  transfers(count: number, options: { signed: boolean }): Buffer[];
  /** The body of one such transfer. */
  body(): string;
  /** `GET …/ledger?limit=100`. */
  ledgerPage(): Buffer;
}

const timestampWindowSeconds = 86_400;

/** Makes a company with a fund of two wallets; money leaves by the vote of one approver. */
export async function makeWorld(server: Server, kind: 'live' | 'sandbox'): Promise<BenchWorld> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' });
  const post = async (url: string, body: object, headers: Record<string, string> = {}) => {
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    if (answer.status !== 200) throw new Error(`${url}: ${await answer.text()}`);
    return (await answer.json()) as Record<string, string>;
  };
  const control = (path: string, body: object) => post(`${server.controlUrl}${path}`, body);
  const signed = (url: string, body: string) => {
    const stamp = String(Math.floor((performance.timeOrigin + performance.now()) / 1000));
    const signature = sign('RSA-SHA256', Buffer.from(stamp + url + body), privateKey).toString('base64url');
    return { 'x-api-key': apiKey as string, 'x-timestamp': stamp, 'x-sign': signature };
  };
  const call = (path: string, body: object) => {
    const url = `${server.baseUrl}${path}`;
    return post(url, body, signed(url, JSON.stringify(body)));
  };

  const { apiKey } = await control('/keys', { kind, publicKeyPem });
  const email = `${apiKey}@bench.example`;
  const { userId } = await control('/users', { email, firstName: 'B', lastName: 'V', autoAccept: true });
  const { company_id: companyId = '' } = await call('/company', { name: 'Bench' });
  await call(`/company/${companyId}/trustedparty`, { address: email });
  const { fund_id: fundId = '' } = await call(`/company/${companyId}/fund`, {
    name: 'Bench fund',
    custodygroup_tx: { threshold: 1, members: [userId] },
  });
  const wallets = ['from', 'to'].map((name) => ({ name, asset: 'BTC-TESTNET' }));
  const made = await call(`/company/${companyId}/fund/${fundId}/wallet`, { wallets });
  const [from, to] = made['wallets'] as unknown as string[];
  await control('/deposits', { walletId: from, amount: '9000000000000000' });

  const transferUrl = `${server.baseUrl}/company/${companyId}/transfer`;
  let made_ = 0;
  const body = () =>
    JSON.stringify({
      wallet_id: from,
      counterparty_wallet_address: to,
      expires: Math.floor(performance.timeOrigin / 1000) + timestampWindowSeconds,
      benefit_of: 'Mira Solberg',
      account_no: 'HV-77',
      reference: 'invoice 2041',
      partner_txID: `bench-${companyId}-${++made_}`,
      send: { symbol: 'BTC-TESTNET', amount: 250_000 },
    });
  return {
    companyId,
    fundId,
    body,
    transfers: (count, options) =>
      Array.from({ length: count }, () => {
        const text = body();
        const headers = options.signed ? signed(transferUrl, text) : { 'x-api-key': apiKey as string };
        return requestBytes('POST', transferUrl, { ...headers, 'content-type': 'application/json' }, text);
      }),
    ledgerPage() {
      const url = `${server.baseUrl}/company/${companyId}/fund/${fundId}/ledger?limit=100`;
      return requestBytes('GET', url, signed(url, ''));
    },
  };
}
