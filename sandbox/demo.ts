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
  /** An address outside the network that the operating fund may withdraw Bitcoin to. */
  readonly withdrawalAddress: string;
  /** The core client that decides by rules, with an API key of its own: whoever initiates must not be able to approve. */
  readonly deskBot: { readonly apiKey: string; readonly keyId: string; readonly coreClientId: string };
  /** The fund of a second company, under the same API key, so that the two can swap; the desk bot is one of its members. */
  readonly trading: { readonly btc: DemoWallet; readonly eth: DemoWallet };
  /** An exchange of the same API key, and the second company's dedicated wallet that is connected to it. */
  readonly exchange: { readonly coreClientId: string; readonly connected: DemoWallet };
}

/** How the demonstration behaves. */
export interface DemoOptions {
  /** PEM of the public key that belongs to the functions' signing key; without it requests need no signature. */
  readonly publicKeyPem?: string;
  /** The same for the desk bot's own API key. */
  readonly deskBotPublicKeyPem?: string;
  /** The approver and the exchange say yes by themselves so long after they were asked, in milliseconds; `null`: never. */
  readonly approveAfterMs: number | null;
}

/** What every wallet starts with, in base units. */
const startingBalances: Readonly<Record<string, string>> = { 'BTC-TESTNET': '500000000', 'ETH-TESTNET': '50000000000' };

const withdrawalAddress = 'n4pnKjRXWjXg6rfJyJmjgPhcvMdikV6Fr6';

/**
 * Fills an empty sandbox with two companies, their funds and balances, an approver, a core client that decides by rules,
 * and an exchange with a connected wallet. It asks the API and the control surface for everything, as a partner and the
 * network's staff would. What comes later is added at the end: the ids of a seeded sandbox follow the order of asking, and
 * stand in `config/` and `events/`.
 */
export function seedDemo(sandbox: Sandbox, options: DemoOptions): Demo {
  const { apiKey, keyId } = seedKey(sandbox, options.publicKeyPem);
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
  const seeder = { sandbox, keyId, companyId, members: [userId] };
  const operating = seedFund(seeder, 'Operating');
  const settlement = seedFund(seeder, 'Settlement');
  const { fundId } = operating.btc;
  const entry = { name: 'Cold store', asset: 'BTC-TESTNET', address: withdrawalAddress };
  call(sandbox, keyId, 'POST', `/company/${companyId}/fund/${fundId}/whitelist`, entry);
  const deskBot = seedDeskBot(sandbox, options);
  call(sandbox, keyId, 'POST', `/company/${companyId}/trustedparty`, { address: deskBot.coreClientId });
  const trading = seedSecondCompany(seeder, deskBot.coreClientId);
  const exchange = seedExchange(seeder, trading.btc, options);
  return { apiKey, keyId, approverId: userId, operating, settlement, withdrawalAddress, deskBot, trading, exchange };
}

/** A key that must sign if there is something to sign with, else one that need not. */
function seedKey(sandbox: Sandbox, publicKeyPem: string | undefined): { apiKey: string; keyId: string } {
  return control(sandbox, 'POST', '/keys', {
    kind: publicKeyPem === undefined ? 'sandbox' : 'live',
    ...(publicKeyPem === undefined ? {} : { publicKeyPem }),
  });
}

interface Seeder {
  readonly sandbox: Sandbox;
  readonly keyId: string;
  readonly companyId: string;
  /** Any one of them decides. */
  readonly members: readonly string[];
}

function seedDeskBot(sandbox: Sandbox, options: DemoOptions): Demo['deskBot'] {
  const { apiKey, keyId } = seedKey(sandbox, options.deskBotPublicKeyPem);
  const { id: coreClientId } = call<{ id: string }>(sandbox, keyId, 'POST', '/coreclient', { name: 'night-desk-bot' });
  return { apiKey, keyId, coreClientId };
}

/** Its fund is decided on by the approver or the desk bot, whoever is first. */
function seedSecondCompany({ sandbox, keyId, members }: Seeder, deskBotId: string): Demo['trading'] {
  const company = {
    name: 'Copper Finch Trading',
    city: 'Vienna',
    country: 'AT',
    domain: 'copperfinch.example',
    ref: 'cf-0001',
  };
  const { company_id: companyId } = call<{ company_id: string }>(sandbox, keyId, 'POST', '/company', company);
  for (const address of ['nina@heronvale.example', deskBotId]) {
    call(sandbox, keyId, 'POST', `/company/${companyId}/trustedparty`, { address });
  }
  return seedFund({ sandbox, keyId, companyId, members: [...members, deskBotId] }, 'Trading');
}

/** A dedicated wallet beside the one given, accepted by the exchange before that is left to answer by itself. */
function seedExchange({ sandbox, keyId }: Seeder, beside: DemoWallet, options: DemoOptions): Demo['exchange'] {
  const { id: coreClientId } = call<{ id: string }>(sandbox, keyId, 'POST', '/coreclient', { name: 'tern-exchange' });
  const about = { coreClientId, name: 'Tern Exchange', url: 'tern.example', logoUrl: 'https://tern.example/logo.svg' };
  control(sandbox, 'POST', '/exchanges', about);
  const { companyId, fundId, asset } = beside;
  const connect = [{ counterparty_id: coreClientId, client_id: 'C-4471' }];
  const { wallets } = call<{ wallets: string[] }>(
    sandbox,
    keyId,
    'POST',
    `/company/${companyId}/fund/${fundId}/wallet`,
    {
      wallets: [{ name: 'Tern trading', asset, type: 1, connect }],
    },
  );
  const [walletId] = wallets;
  if (walletId === undefined) throw new Error('the connected wallet was not made');
  const { actions } = call<{ actions: { id: string }[] }>(sandbox, keyId, 'GET', `/coreclient/${coreClientId}/actions`);
  for (const { id } of actions) call(sandbox, keyId, 'PUT', `/coreclient/${coreClientId}/action/${id}`);
  control(sandbox, 'POST', '/deposits', { walletId, amount: startingBalances[asset] });
  if (options.approveAfterMs !== null) {
    const autoApprove = { delayMs: options.approveAfterMs };
    control(sandbox, 'PUT', `/voters/${coreClientId}`, { autoApprove });
  }
  return { coreClientId, connected: { companyId, fundId, walletId, asset } };
}

function seedFund({ sandbox, keyId, companyId, members }: Seeder, name: string): { btc: DemoWallet; eth: DemoWallet } {
  const policy = { threshold: 1, members };
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
