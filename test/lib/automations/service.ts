import type { Approver } from '../../../lib/approvals/approver.ts';
import type { Worker } from '../../../lib/instructions/outside.ts';
import type { Reporter } from '../../../lib/instructions/ports.ts';
import { createPartnerApi, type PartnerApi } from '../../../lib/partner-api/index.ts';
import { Sandbox } from '../../../sandbox/partner-api/sandbox.ts';
import { memoryHints } from '../../support/memory-hints.ts';
import { memoryStore } from '../../support/memory-store.ts';

const startMs = Date.UTC(2026, 0, 7, 10);

/** The process is gone. */
export class Crash extends Error {}

/** What breaks one outside call; they are counted over all processes. */
export interface Fault {
  readonly call: number;
  readonly kind: (typeof faultKinds)[number];
}

export const faultKinds = ['fails', 'fails after its effect', 'dies before', 'dies after'] as const;

/** Makes a call to the outside, or breaks it. */
type Call = <T>(effect: () => Promise<T>) => Promise<T>;

/**
 * The real sandbox in virtual time, entered below HTTP, with two API keys: one that initiates, and the approver's own, which
 * has the core client that is in the policies of the company.
 */
export class Service {
  nowMs = startMs;
  readonly sandbox = new Sandbox({ seed: 5, clock: () => this.nowMs });
  readonly initiator = this.#key();
  readonly approverKey = this.#key();
  readonly alarms: string[] = [];
  #ids = 0;
  readonly #random = { id: () => `w${this.#ids++}`, fraction: () => 0 };
  readonly table = memoryStore(this.#random);
  readonly hints = memoryHints({ nowMs: () => this.nowMs });

  calls = 0;
  fault: Fault | undefined;

  /** The calls of one process: once it died, it makes none. */
  #process(): Call {
    let dead = false;
    return async (effect) => {
      if (dead) throw new Crash();
      const fault = this.fault?.call === this.calls++ ? this.fault : undefined;
      if (fault?.kind === 'fails') throw new Error('planted');
      dead = fault?.kind === 'dies before';
      if (dead) throw new Crash();
      const result = await effect();
      if (fault?.kind === 'fails after its effect') throw new Error('planted');
      dead = fault?.kind === 'dies after';
      if (dead) throw new Crash();
      return result;
    };
  }

  #key(): { keyId: string; api: PartnerApi } {
    const { keyId } = this.control<{ keyId: string }>('POST', '/keys', { kind: 'sandbox' });
    return { keyId, api: this.#apiAs(keyId, (effect) => effect()) };
  }

  #apiAs(keyId: string, call: Call): PartnerApi {
    return createPartnerApi({
      baseUrl: 'https://sandbox.example/api/v1/p',
      credentials: {
        current: async () => ({ apiKey: keyId, signer: { keyId, sign: () => 'not checked below HTTP' } }),
      },
      clock: () => this.nowMs,
      random: () => 0,
      sleep: async () => {},
      maxClockCorrectionMs: 0,
      readAttempts: 1,
      transport: ({ method, url, body }) =>
        call(async () => {
          const { pathname, search } = new URL(url);
          const target = pathname.slice('/api/v1/p'.length) + search;
          const request = { apiKeyId: keyId, method, target, ...(body === undefined ? {} : { body }) };
          const { status, headers, body: answer } = this.sandbox.call(request);
          return { status, headers: { ...headers }, body: answer };
        }),
    });
  }

  control<T>(method: string, target: string, body?: object): T {
    const { status, body: answer } = this.sandbox.control({
      method,
      target,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (status >= 300) throw new Error(`${method} ${target}: ${status} ${answer}`);
    return JSON.parse(answer) as T;
  }

  readonly report: Reporter = {
    info: () => {},
    warn: () => {},
    count: () => {},
    duration: () => {},
    alarm: (reason) => this.alarms.push(reason),
  };

  /** A process of the functions that initiate, poll, watch and reconcile. */
  worker(call: Call = this.#process()): Worker {
    const { table } = this;
    return {
      stage: 'test',
      store: {
        get: (id) => call(() => table.get(id)),
        create: (draft) => call(() => table.create(draft)),
        replace: (current, draft) => call(() => table.replace(current, draft)),
        due: (beforeMs, limit) => call(() => table.due(beforeMs, limit)),
        list: (listIn, options) => call(() => table.list(listIn, options)),
        open: (openIn, options) => call(() => table.open(openIn, options)),
      },
      hints: this.hints,
      clock: { nowMs: () => this.nowMs },
      random: this.#random,
      report: this.report,
      api: this.#apiAs(this.initiator.keyId, call),
    };
  }

  /** A process of the approver, with its own key unless another is given. */
  approver(keyId = this.approverKey.keyId): Approver {
    const call = this.#process();
    return { ...this.worker(call), api: this.#apiAs(keyId, call) };
  }

  /** A company with a Bitcoin and an Ether wallet, and the core client alone, or with people, in its policies. */
  async company(options: { people?: readonly string[]; threshold?: number } = {}) {
    const { people = [], threshold = 1 } = options;
    const { api } = this.initiator;
    const { coreClientId } = await this.approverKey.api.coreClients.create('night desk');
    const { companyId } = await api.companies.create({ name: 'Heron', city: 'Lisbon' });
    await api.trustedParties.add(companyId, coreClientId);
    const members = [coreClientId];
    for (const email of people) {
      const { userId } = this.control<{ userId: string }>('POST', '/users', {
        email,
        firstName: 'Nina',
        lastName: 'Okafor',
        autoAccept: true,
        autoApprove: { delayMs: 1_000 },
      });
      await api.trustedParties.add(companyId, email);
      members.push(userId);
    }
    const policy = { threshold, members };
    const { fundId } = await api.funds.create(companyId, {
      name: 'Operating',
      transferPolicy: policy,
      withdrawPolicy: policy,
      wallets: [
        { name: 'one', asset: 'BTC-TESTNET' },
        { name: 'two', asset: 'BTC-TESTNET' },
        { name: 'three', asset: 'ETH-TESTNET' },
      ],
    });
    const { wallets } = await api.funds.get(companyId, fundId);
    const bindings = wallets.map(({ walletId, asset }) => ({ companyId, fundId, walletId, asset }));
    const [one, two, eth] = bindings as [Binding, Binding, Binding];
    this.control('POST', '/deposits', { walletId: one.walletId, amount: '5000000' });
    this.control('POST', '/deposits', { walletId: eth.walletId, amount: '900000000' });
    return { coreClientId, companyId, fundId, one, two, eth, bindings };
  }
}

interface Binding {
  readonly companyId: string;
  readonly fundId: string;
  readonly walletId: string;
  readonly asset: string;
}
