import type { Sandbox } from './partner-api/sandbox.ts';

/** One wallet of the demonstration, as a client's binding names it. */
export interface DemoWallet {
  readonly companyId: string;
  readonly fundId: string;
  readonly walletId: string;
  readonly asset: string;
}

/** What the demonstration consists of. With a seeded sandbox the ids are the same on every run. */
export interface Demo {
  readonly apiKey: string;
  readonly keyId: string;
  readonly approverId: string;
  /** Two funds of one company: the one the sample transfer pays from, and the one it pays to. */
  readonly operating: { readonly btc: DemoWallet; readonly eth: DemoWallet };
  readonly settlement: { readonly btc: DemoWallet; readonly eth: DemoWallet };
}

/** How the demonstration behaves. */
export interface DemoOptions {
  /** PEM of the public key that belongs to the functions' signing key; without it requests need no signature. */
  readonly publicKeyPem?: string;
  /** The approver says yes by itself so long after it was asked, in milliseconds; `null`: it waits for somebody. */
  readonly approveAfterMs: number | null;
}

/** What every wallet starts with, in base units. */
const startingBalances: Readonly<Record<string, string>> = { 'BTC-TESTNET': '500000000', 'ETH-TESTNET': '50000000000' };

/**
 * Fills an empty sandbox with a company, two funds with two wallets each, balances, and an approver. It asks the API and
 * the control surface for everything, as a partner and the network's staff would.
 */
export function seedDemo(sandbox: Sandbox, options: DemoOptions): Demo {
  const { apiKey, keyId } = control<{ apiKey: string; keyId: string }>(sandbox, 'POST', '/keys', {
    kind: options.publicKeyPem === undefined ? 'sandbox' : 'live',
    ...(options.publicKeyPem === undefined ? {} : { publicKeyPem: options.publicKeyPem }),
  });
  const { userId } = control<{ userId: string }>(sandbox, 'POST', '/users', {
    email: 'nina@heronvale.example',
    firstName: 'Nina',
    lastName: 'Okafor',
    autoAccept: true,
    autoApprove: options.approveAfterMs === null ? null : { delayMs: options.approveAfterMs },
  });
  const company = {
    name: 'Heron & Vale Treasury',
    city: 'Lisbon',
    country: 'PT',
    domain: 'heronvale.example',
    ref: 'hv-0001',
  };
  const { company_id: companyId } = call<{ company_id: string }>(sandbox, keyId, 'POST', '/company', company);
  call(sandbox, keyId, 'POST', `/company/${companyId}/trustedparty`, { address: 'nina@heronvale.example' });
  const seeder = { sandbox, keyId, companyId, approverId: userId };
  const operating = seedFund(seeder, 'Operating');
  const settlement = seedFund(seeder, 'Settlement');
  return { apiKey, keyId, approverId: userId, operating, settlement };
}

interface Seeder {
  readonly sandbox: Sandbox;
  readonly keyId: string;
  readonly companyId: string;
  readonly approverId: string;
}

function seedFund(
  { sandbox, keyId, companyId, approverId }: Seeder,
  name: string,
): { btc: DemoWallet; eth: DemoWallet } {
  const policy = { threshold: 1, members: [approverId] };
  const { fund_id: fundId } = call<{ fund_id: string }>(sandbox, keyId, 'POST', `/company/${companyId}/fund`, {
    name: `${name} fund`,
    description: `${name} wallets of the demonstration`,
    custodygroup_tx: policy,
    custodygroup_withdraw: policy,
    wallets: Object.keys(startingBalances).map((asset) => ({ name: `${name} ${asset}`, asset })),
  });
  const fund = call<{ wallets: { wallet_id: string; asset: string }[] }>(
    sandbox,
    keyId,
    'GET',
    `/company/${companyId}/fund/${fundId}`,
  );
  const wallets = fund.wallets.map(({ wallet_id: walletId, asset }) => ({ companyId, fundId, walletId, asset }));
  for (const { walletId, asset } of wallets)
    control(sandbox, 'POST', '/deposits', { walletId, amount: startingBalances[asset] });
  const [btc, eth] = wallets;
  if (btc === undefined || eth === undefined) throw new Error(`the ${name} fund has no wallets`);
  return { btc, eth };
}

function call<T>(sandbox: Sandbox, apiKeyId: string, method: string, target: string, body?: object): T {
  return answered(
    `${method} ${target}`,
    sandbox.call({ apiKeyId, method, target, ...(body ? { body: JSON.stringify(body) } : {}) }),
  );
}

function control<T>(sandbox: Sandbox, method: string, target: string, body: object): T {
  return answered(`${method} /_sandbox${target}`, sandbox.control({ method, target, body: JSON.stringify(body) }));
}

function answered<T>(what: string, { status, body }: { status: number; body: string }): T {
  if (status >= 300) throw new Error(`${what} was answered ${status}: ${body}`);
  return JSON.parse(body) as T;
}
