import type { TransportAnswer, TransportRequest } from '../../lib/partner-api/index.ts';
import type { Credentials } from '../../lib/signing/credentials.ts';
import { type Demo, seedDemo } from '../../sandbox/demo.ts';
import { Sandbox } from '../../sandbox/partner-api/sandbox.ts';

/** How the simulated service behaves. */
export interface ApiSettings {
  readonly nowMs: () => number;
  readonly approveAfterMs: number | null;
  /** Breaks condition A: the service forgets `partner_txID`. */
  readonly forgetsPartnerTxId?: boolean;
  /** Breaks condition C: the service acts on a signed request however old it is. */
  readonly noWindow?: boolean;
}

/** The Partner API in virtual time, entered below HTTP and signatures; only the window of the timestamp is kept. */
export class SimulatedApi {
  readonly sandbox: Sandbox;
  readonly demo: Demo;
  /** A signature is not needed below HTTP. */
  readonly credentials: Credentials = { apiKey: 'simulated', signer: { keyId: 'simulated', sign: () => 'simulated' } };
  readonly #settings: ApiSettings;

  constructor(settings: ApiSettings) {
    this.#settings = settings;
    this.sandbox = new Sandbox({ seed: 7, clock: settings.nowMs });
    this.demo = seedDemo(this.sandbox, { approveAfterMs: settings.approveAfterMs });
  }

  /** What the service answers to a request that arrives now. */
  answer(request: TransportRequest): TransportAnswer {
    const ageMs = this.#settings.nowMs() - Number(request.headers['x-timestamp']) * 1000;
    if (ageMs > 300_000 && this.#settings.noWindow !== true) {
      return { status: 401, headers: {}, body: '{"code":401,"msg":"errPartnerAuth","detail":{"reason":"timestamp"}}' };
    }
    const { pathname, search } = new URL(request.url);
    const body = this.#settings.forgetsPartnerTxId
      ? request.body?.replace('"partner_txID"', '"forgotten"')
      : request.body;
    const target = `${pathname.slice('/api/v1/p'.length)}${search}`;
    const {
      status,
      headers,
      body: answer,
    } = this.sandbox.call({
      apiKeyId: this.demo.keyId,
      method: request.method,
      target,
      ...(body === undefined ? {} : { body }),
    });
    return { status, headers: { ...headers }, body: answer };
  }

  /** The transactions that carry a `partner_txID`, whatever became of them. */
  transactions(): { id: string; partnerTxId: string; status: string }[] {
    this.sandbox.tick();
    return [...this.sandbox.world.transactions.values()].map(({ id, partnerTxId, status }) => ({
      id,
      partnerTxId,
      status,
    }));
  }

  /** Whether the double entry holds. */
  isBalanced(): boolean {
    return this.sandbox.world.ledger.proof().balanced;
  }

  /** The settled balance of a wallet, base units. */
  balanceOf(walletId: string): bigint {
    const { body } = this.sandbox.call({ apiKeyId: this.demo.keyId, method: 'GET', target: `/wallet/${walletId}` });
    return BigInt((JSON.parse(body) as { balance: number }).balance);
  }
}
