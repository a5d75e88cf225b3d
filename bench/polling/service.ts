import type { Worker } from '../../lib/instructions/outside.ts';
import type { Place } from '../../lib/instructions/record.ts';
import { createPartnerApi, type PartnerApi } from '../../lib/partner-api/index.ts';
import type { RequestCounts } from '../../sandbox/partner-api/request-counter.ts';
import { Sandbox } from '../../sandbox/partner-api/sandbox.ts';
import { type MemoryHints, memoryHints } from '../../test/support/memory-hints.ts';
import { type MemoryStore, memoryStore } from '../../test/support/memory-store.ts';

/** What every wallet that pays starts with; more than all of its transfers together. */
const startingBalance = '100000000000';

/**
 * A Partner API in virtual time, entered below HTTP: a company with some funds that pay, one that is paid, and an approver
 * who decides when it is told to. It counts every request.
 */
export class Service {
  nowMs = Date.UTC(2026, 0, 7, 10);
  readonly api: PartnerApi;
  readonly payers: readonly Place[];
  readonly payeeWalletId: string;
  readonly #sandbox = new Sandbox({ seed: 11, clock: () => this.nowMs });
  readonly #keyId: string;
  readonly #approverId: string;

  constructor(funds: number) {
    this.#keyId = this.#control<{ keyId: string }>('POST', '/keys', { kind: 'sandbox' }).keyId;
    const approver = { email: 'nina@heronvale.example', firstName: 'Nina', lastName: 'Okafor', autoAccept: true };
    this.#approverId = this.#control<{ userId: string }>('POST', '/users', approver).userId;
    const companyId = this.#call('POST', '/company', { name: 'Heron & Vale' })['company_id'] as string;
    this.#call('POST', `/company/${companyId}/trustedparty`, { address: approver.email });
    const [payee, ...payers] = Array.from({ length: funds + 1 }, (_, place) => this.#fund(companyId, `fund ${place}`));
    this.payeeWalletId = (payee as Place).walletId;
    this.payers = payers;
    for (const { walletId } of payers) this.#control('POST', '/deposits', { walletId, amount: startingBalance });
    this.#sandbox.requests.reset();
    this.api = this.#client();
  }

  /** What was asked of it so far. */
  requests(): RequestCounts {
    return this.#sandbox.requests.read();
  }

  /** The approver says yes to the oldest `count` of what waits. @returns how many there were */
  approve(count: number): number {
    const { actions } = this.#control<{ actions: { id: string }[] }>('GET', `/voters/${this.#approverId}/actions`);
    const decided = actions.slice(0, count);
    for (const { id } of decided) this.#control('PUT', `/actions/${id}`, {});
    return decided.length;
  }

  /** What a worker touches, all of it in memory but this service. */
  worker(): Worker & { readonly store: MemoryStore; readonly hints: MemoryHints } {
    let ids = 0;
    const random = { id: () => `write-${ids++}`, fraction: () => 0 };
    const clock = { nowMs: () => this.nowMs };
    return {
      stage: 'bench',
      store: memoryStore(random),
      hints: memoryHints(clock),
      clock,
      random,
      report: {
        info: () => {},
        warn: (message, facts) => console.error(message, facts),
        alarm: (reason, facts) => {
          throw new Error(`alarm: ${reason} ${JSON.stringify(facts)}`);
        },
        count: () => {},
        duration: () => {},
      },
      api: this.api,
    };
  }

  #fund(companyId: string, name: string): Place {
    const policy = { threshold: 1, members: [this.#approverId] };
    const { fund_id: fundId } = this.#call('POST', `/company/${companyId}/fund`, {
      name,
      custodygroup_tx: policy,
      custodygroup_withdraw: policy,
      wallets: [{ name, asset: 'BTC-TESTNET' }],
    }) as { fund_id: string };
    const { wallets } = this.#call('GET', `/company/${companyId}/fund/${fundId}`) as {
      wallets: { wallet_id: string }[];
    };
    return { companyId, fundId, walletId: wallets[0]?.wallet_id as string, asset: 'BTC-TESTNET' };
  }

  #client(): PartnerApi {
    return createPartnerApi({
      baseUrl: 'https://bench.example/api/v1/p',
      credentials: { current: async () => ({ apiKey: 'bench', signer: { keyId: 'bench', sign: () => 'unsigned' } }) },
      clock: () => this.nowMs,
      random: () => 0,
      sleep: async () => {},
      maxClockCorrectionMs: 0,
      transport: async ({ method, url, body }) => {
        const { pathname, search } = new URL(url);
        const target = pathname.slice('/api/v1/p'.length) + search;
        const { status, headers, body: answer } = this.#sandbox.call({ apiKeyId: this.#keyId, method, target, body });
        return { status, headers: { ...headers }, body: answer };
      },
    });
  }

  #call(method: string, target: string, body?: object): Record<string, unknown> {
    const request = { apiKeyId: this.#keyId, method, target, body: body && JSON.stringify(body) };
    return answered(`${method} ${target}`, this.#sandbox.call(request));
  }

  #control<T>(method: string, target: string, body?: object): T {
    return answered(
      `${method} /_sandbox${target}`,
      this.#sandbox.control({ method, target, body: body && JSON.stringify(body) }),
    );
  }
}

function answered<T>(what: string, { status, body }: { status: number; body: string }): T {
  if (status >= 300) throw new Error(`${what} was answered ${status}: ${body}`);
  return JSON.parse(body) as T;
}
