import { Sandbox } from '../../../sandbox/partner-api/sandbox.ts';
import type { SandboxOptions } from '../../../sandbox/partner-api/sandbox-options.ts';

/** An answer with its body read. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every operation
export type Reply = { status: number; body: any; headers: Readonly<Record<string, string>>; dropped: boolean };

/** A sandbox on a clock of its own, entered directly, with the calls tests make most. */
export class Bench {
  nowMs: number;
  readonly sandbox: Sandbox;
  apiKeyId = '';

  constructor(options: SandboxOptions = {}, nowMs = 1_700_000_000_000) {
    this.nowMs = nowMs;
    this.sandbox = new Sandbox({ seed: 1, clock: () => this.nowMs, ...options });
  }

  control(method: string, target: string, body?: object): Reply {
    return reply(this.sandbox.control({ method, target, body: body === undefined ? '' : JSON.stringify(body) }));
  }

  call(method: string, target: string, body?: object | string, apiKeyId = this.apiKeyId): Reply {
    const text = typeof body === 'object' ? JSON.stringify(body) : (body ?? '');
    return reply(this.sandbox.call({ apiKeyId, method, target, body: text }));
  }

  /** A new sandbox-type key; the first one is used from then on. */
  newKey(): string {
    const { keyId } = this.control('POST', '/keys', { kind: 'sandbox' }).body;
    this.apiKeyId ||= keyId;
    return keyId;
  }

  /** A company whose fund has wallets with the given balances, held by people of whom `threshold` must agree. */
  setUp(options: { voters?: number; threshold?: number; balances?: (number | string)[]; asset?: string } = {}) {
    if (this.apiKeyId === '') this.newKey();
    const asset = options.asset ?? 'BTC-TESTNET';
    const companyId: string = this.call('POST', '/company', { name: 'Heron & Vale' }).body.company_id;
    const users: string[] = [];
    for (let index = 0; index < (options.voters ?? 1); index++) {
      const email = `${companyId}-${index}@heron.example`;
      const person = { email, firstName: 'Nina', lastName: `Okafor${index}`, autoAccept: true };
      users.push(this.control('POST', '/users', person).body.userId);
      this.call('POST', `/company/${companyId}/trustedparty`, { address: email });
    }
    const group = { threshold: options.threshold ?? 1, members: users };
    const balances = options.balances ?? [5_000_000, 0];
    const fund = this.call('POST', `/company/${companyId}/fund`, {
      name: 'Operating fund',
      custodygroup_tx: users.length === 0 ? null : group,
      custodygroup_withdraw: users.length === 0 ? null : group,
      wallets: balances.map((_, index) => ({ name: `W${index}`, asset })),
    }).body;
    const { wallets } = this.call('GET', `/company/${companyId}/fund/${fund.fund_id}`).body;
    const walletIds: string[] = wallets.map((wallet: { wallet_id: string }) => wallet.wallet_id);
    for (const [index, amount] of balances.entries()) {
      if (amount !== 0) this.control('POST', '/deposits', { walletId: walletIds[index], amount });
    }
    const shortCodes: string[] = wallets.map((wallet: { short_code: string }) => wallet.short_code);
    return { companyId, fundId: fund.fund_id as string, users, walletIds, shortCodes, asset };
  }

  /** A core client that was upgraded to an exchange; of the first key unless another is named. */
  newExchange(apiKeyId = this.apiKeyId): string {
    const { id } = this.call('POST', '/coreclient', { name: 'Tern' }, apiKeyId).body;
    this.control('POST', '/exchanges', { coreClientId: id, name: 'Tern Exchange', url: 'tern.example' });
    return id;
  }

  /** A further wallet of a set-up that asks to be connected to an exchange; dedicated unless another type is named. */
  connectedWallet(at: ReturnType<Bench['setUp']>, exchangeId: string, type = 1): string {
    const connect = [{ counterparty_id: exchangeId, client_id: 'C-4471' }];
    const wallets = [{ name: 'Tern trading', asset: at.asset, type, connect }];
    return this.call('POST', `/company/${at.companyId}/fund/${at.fundId}/wallet`, { wallets }).body.wallets[0];
  }

  /** A transfer request between the first two wallets of a set-up. */
  transferBody(at: ReturnType<Bench['setUp']>, more: object = {}): object {
    return {
      wallet_id: at.walletIds[0],
      counterparty_wallet_address: at.walletIds[1],
      expires: this.nowMs / 1000 + 3600,
      send: { symbol: at.asset, amount: 250_000 },
      ...more,
    };
  }

  transfer(at: ReturnType<Bench['setUp']>, more: object = {}): Reply {
    return this.call('POST', `/company/${at.companyId}/transfer`, this.transferBody(at, more));
  }

  /** The pending actions of a voter. */
  actionsOf(voterId: string): { id: string }[] {
    return this.control('GET', `/voters/${voterId}/actions`).body.actions;
  }

  approve(voterId: string): void {
    for (const action of this.actionsOf(voterId)) this.control('PUT', `/actions/${action.id}`);
  }

  reject(voterId: string): void {
    for (const action of this.actionsOf(voterId)) this.control('DELETE', `/actions/${action.id}`);
  }

  status(at: ReturnType<Bench['setUp']>, txId: string): string {
    return this.call('GET', `/company/${at.companyId}/transfer/${txId}`).body.txStatus;
  }

  balance(walletId: string | undefined): number {
    return this.call('GET', `/wallet/${walletId}`).body.balance;
  }

  /** What is not held; read from the books, as `max` rounds down to what a fee can go with. */
  available(walletId: string | undefined): number {
    return Number(this.sandbox.world.findWallet(walletId ?? '')?.available.balance);
  }

  isBalanced(): boolean {
    return this.control('GET', '/ledger').body.balanced;
  }
}

function reply(outcome: { status: number; body: string; headers: Readonly<Record<string, string>>; dropped: boolean }) {
  const { status, headers, dropped } = outcome;
  return { status, headers, dropped, body: outcome.body === '' ? undefined : JSON.parse(outcome.body) };
}
