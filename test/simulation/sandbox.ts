import type { TransportAnswer, TransportRequest } from '../../lib/partner-api/index.ts';
import type { Credentials } from '../../lib/signing/credentials.ts';
import { type Demo, seedDemo } from '../../sandbox/demo.ts';
import { Sandbox } from '../../sandbox/partner-api/sandbox.ts';
import type { FaultKind } from './faults.ts';

/** How the simulated service behaves. */
export interface ApiSettings {
  readonly nowMs: () => number;
  readonly approveAfterMs: number | null;
  /** How far the service's clock is ahead of everybody else's. */
  readonly aheadMs?: number;
  /** Breaks condition A: the service forgets `partner_txID`. */
  readonly forgetsPartnerTxId?: boolean;
  /** Breaks condition C: the service acts on a signed request however old it is. */
  readonly noWindow?: boolean;
}

const windowMs = 300_000;

/** The Partner API in virtual time, entered below HTTP and signatures; only the window of the timestamp is kept. */
export class SimulatedApi {
  readonly sandbox: Sandbox;
  readonly demo: Demo;
  /** A signature is not needed below HTTP. */
  readonly credentials: Credentials = { apiKey: 'simulated', signer: { keyId: 'simulated', sign: () => 'simulated' } };
  readonly #settings: ApiSettings;
  /** By the service's own clock. */
  readonly #nowMs = (): number => this.#settings.nowMs() + (this.#settings.aheadMs ?? 0);

  constructor(settings: ApiSettings) {
    this.#settings = settings;
    this.sandbox = new Sandbox({ seed: 7, clock: this.#nowMs });
    this.demo = seedDemo(this.sandbox, { approveAfterMs: settings.approveAfterMs });
  }

  /** What the service answers to a request that arrives now. */
  answer(request: TransportRequest): TransportAnswer {
    const date = new Date(this.#nowMs()).toUTCString();
    const ageMs = this.#nowMs() - Number(request.headers['x-timestamp']) * 1000;
    if (Math.abs(ageMs) > windowMs && this.#settings.noWindow !== true) {
      return { ...framed(401, 'errPartnerAuth', 'timestamp'), headers: { date } };
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
    return { status, headers: { ...headers, date }, body: answer };
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

/** What somebody on the way answers, or the service without looking; what it is told has had its effect or none by then. */
export function answerOfFault(kind: FaultKind): TransportAnswer {
  if (kind === 'tooMany') return { ...framed(429, 'too many requests', 'rate limit'), headers: { 'retry-after': '7' } };
  const status = { pageOf502: 502, pageOf200: 200, pageOf401: 401 }[kind as string];
  if (status === undefined) throw new TypeError(`${kind} is not an answer`);
  return { status, headers: { 'content-type': 'text/html' }, body: '<html><title>proxy</title></html>' };
}

function framed(status: number, msg: string, reason: string): Omit<TransportAnswer, 'headers'> {
  return { status, body: JSON.stringify({ code: status, msg, detail: { reason } }) };
}
