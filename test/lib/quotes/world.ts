import { dispatchDue } from '../../../lib/instructions/dispatch.ts';
import { poll } from '../../../lib/instructions/poll.ts';
import type { Reporter, Route } from '../../../lib/instructions/ports.ts';
import type { Instruction } from '../../../lib/instructions/record.ts';
import type { Subject } from '../../../lib/instructions/subject.ts';
import { submitInstruction } from '../../../lib/instructions/submit.ts';
import {
  BadRequestError,
  ConnectionLostError,
  NotConnectedError,
  NotFoundError,
  TooLateError,
} from '../../../lib/partner-api/errors.ts';
import type { HubQuote, NewQuote, PartnerApi, Transaction } from '../../../lib/partner-api/index.ts';
import type { DeskClient, QuoteDesk } from '../../../lib/quotes/desk.ts';
import { manageQuote } from '../../../lib/quotes/manage.ts';
import { publishQuotes } from '../../../lib/quotes/run.ts';
import type { Offer, Strategy } from '../../../lib/quotes/strategy.ts';
import { render } from '../../../lib/webhooks/events.ts';
import { type MemoryHints, memoryHints } from '../../support/memory-hints.ts';
import { type MemoryStore, memoryStore } from '../../support/memory-store.ts';

export const startMs = 1_800_000_000_000;

/** A strategy that sells a hundredth of a bitcoin for ether at 15.3125 and half a percent. */
export const strategy: Strategy = {
  name: 'btc-eth',
  client: 'desk',
  companyId: 'company',
  sendWalletId: 'btc',
  receiveWalletId: 'eth',
  sizes: ['1000000', '500000'],
  sendScale: '100000000',
  receiveScale: '1000000000',
  spreadBasisPoints: 50,
  repriceBasisPoints: 20,
  bounds: { min: '10', max: '20' },
  lifetimeSeconds: 3600,
  renewBeforeSeconds: 600,
  price: { from: 'pushed', name: 'btc-eth', maxAgeSeconds: 120 },
};

export const desk: DeskClient = {
  id: 'desk',
  bindings: [
    { companyId: 'company', fundId: 'fund', walletId: 'btc', asset: 'BTC' },
    { companyId: 'company', fundId: 'fund', walletId: 'eth', asset: 'ETH' },
  ],
  followedPairs: [],
};

interface FakeQuote {
  readonly txId: string;
  readonly companyId: string;
  readonly asked: NewQuote;
  status: string;
  onHub: boolean;
  openTake: boolean;
  readonly approvedAtMs: number;
}

/** The part of the Partner API that market making sees, with the reference's rules (6.4). It counts what it is asked. */
export class FakePartnerApi {
  readonly quotes: FakeQuote[] = [];
  readonly requests: string[] = [];
  readonly published: string[] = [];
  othersQuotes: HubQuote[] = [];
  balance = 5_000_000n;
  held = 0n;
  approveAfterMs = 1_000;
  /** Names an operation that fails, and how. */
  fault: { operation: string; effect: 'before' | 'after' | 'notConnected'; times: number } | undefined;
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  settle(): void {
    for (const quote of this.quotes) {
      if (quote.status === 'pending' && this.#nowMs() >= quote.approvedAtMs) quote.status = 'taker_pending';
      const isOpen = quote.status === 'pending' || quote.status === 'taker_pending';
      if (isOpen && this.#nowMs() >= quote.asked.expiresAtSeconds * 1000) this.#end(quote, 'expired');
    }
  }

  take(txId: string): void {
    this.#end(this.#find(txId), 'approved');
  }

  #end(quote: FakeQuote, status: string): void {
    quote.status = status;
    quote.onHub = false;
  }

  #find(txId: string): FakeQuote {
    const quote = this.quotes.find((each) => each.txId === txId);
    if (quote === undefined) throw new NotFoundError('no such quote', { status: 404, reason: 'transaction' });
    return quote;
  }

  async #answer<T>(operation: string, effect: () => T): Promise<T> {
    this.requests.push(operation);
    this.settle();
    const fault = this.fault?.operation === operation && this.fault.times-- > 0 ? this.fault : undefined;
    if (fault?.effect === 'notConnected') throw new NotConnectedError('nobody listens');
    if (fault?.effect === 'before') throw new ConnectionLostError('lost');
    const result = effect();
    if (fault?.effect === 'after') throw new ConnectionLostError('lost');
    return result;
  }

  api(): PartnerApi {
    const api = {
      swaps: {
        make: (companyId: string, asked: NewQuote) =>
          this.#answer('make', () => {
            if (asked.addToLiquidityHub === true) throw new Error('put on the hub by being made');
            const known = this.quotes.find((each) => each.asked.partnerTxId === asked.partnerTxId);
            if (known !== undefined) return { txId: known.txId, status: 'existing', txUrl: '' };
            const txId = `tx-${this.quotes.length + 1}`;
            const approvedAtMs = this.#nowMs() + this.approveAfterMs;
            this.quotes.push({
              txId,
              companyId,
              asked,
              status: 'pending',
              onHub: false,
              openTake: false,
              approvedAtMs,
            });
            return { txId, status: 'new', txUrl: '' };
          }),
        get: (_companyId: string, txId: string) => this.#answer('get', () => asTransaction(this.#find(txId))),
        cancel: (_companyId: string, txId: string) =>
          this.#answer('cancel', () => {
            const quote = this.#find(txId);
            const isOpen = quote.status === 'pending' || quote.status === 'taker_pending';
            if (!isOpen || quote.openTake)
              throw new BadRequestError('no', { status: 400, reason: 'swap not available' });
            this.#end(quote, 'initiate_rejected');
          }),
      },
      hub: {
        list: (companyId: string) =>
          this.#answer('list', () => [
            ...this.quotes
              .filter((quote) => quote.onHub)
              .map((quote) => asHubQuote(quote, quote.companyId === companyId)),
            ...this.othersQuotes,
          ]),
        publish: (_companyId: string, txId: string, { signBeforeMs = 0 } = {}) =>
          this.#answer('publish', () => {
            if (this.#nowMs() >= signBeforeMs) throw new TooLateError('not signed');
            const quote = this.#find(txId);
            if (quote.status !== 'taker_pending') throw new BadRequestError('no', { status: 400, reason: 'not open' });
            quote.onHub = true;
            this.published.push(txId);
          }),
      },
      wallets: {
        max: (_walletId: string, { afterPending = false } = {}) =>
          this.#answer('max', () => {
            const netAmountBaseUnits = afterPending ? this.balance - this.held : this.balance;
            return { netAmountBaseUnits, feesBaseUnits: 0n, amountToSendBaseUnits: netAmountBaseUnits };
          }),
      },
      ledger: {
        page: () =>
          this.#answer('ledger', () => ({
            total: undefined,
            entries: this.quotes.map((quote) => ({
              txId: quote.txId,
              status: quote.status,
              asset: quote.asked.send.asset,
              netAmountBaseUnits: quote.asked.send.amountBaseUnits,
            })),
          })),
      },
    };
    return api as unknown as PartnerApi;
  }
}

function asTransaction({ txId, status, asked }: FakeQuote): Transaction {
  const [sendAsset, sendAmountBaseUnits] = [asked.send.asset, asked.send.amountBaseUnits];
  const [receiveAsset, receiveAmountBaseUnits] = [asked.receive.asset, asked.receive.amountBaseUnits];
  const swap = { sendAsset, sendAmountBaseUnits, receiveAsset, receiveAmountBaseUnits };
  return { txId, status, details: {}, swap } as unknown as Transaction;
}

function asHubQuote({ txId, asked }: FakeQuote, owner: boolean): HubQuote {
  return {
    txId,
    sendAsset: asked.send.asset,
    sendAmountBaseUnits: asked.send.amountBaseUnits,
    receiveAsset: asked.receive.asset,
    receiveAmountBaseUnits: asked.receive.amountBaseUnits,
    owner,
    addedAtSeconds: 0,
    expiresAtSeconds: asked.expiresAtSeconds,
  };
}

/** The process is gone. */
class Died extends Error {}

/** Which call to the outside is the last of its process, and whether it has its effect; or what happens before it. */
export interface Plan {
  readonly call: number;
  readonly after: boolean;
  /** The process does not die: it stands still before the call while this happens. */
  readonly meanwhile?: () => Promise<void>;
}

/** Market making over the real instructions, a table and queues in memory, and the fake Partner API. */
export class QuoteWorld {
  nowMs = startMs;
  readonly clock = { nowMs: () => this.nowMs };
  readonly partnerApi = new FakePartnerApi(() => this.nowMs);
  readonly store: MemoryStore;
  readonly hints: MemoryHints = memoryHints(this.clock);
  readonly alarms: string[] = [];
  strategies: Strategy[] = [strategy];
  clients: DeskClient[] = [desk];
  documents = new Map<string, string>();
  plan: Plan | undefined;
  calls = 0;
  readonly #random: { id(): string; fraction(): number };

  constructor() {
    let ids = 0;
    this.#random = { id: () => `w${ids++}`, fraction: () => 0 };
    this.store = memoryStore(this.#random);
  }

  desk(): QuoteDesk {
    const report: Reporter = {
      info: () => {},
      warn: () => {},
      count: () => {},
      duration: () => {},
      alarm: (reason) => this.alarms.push(reason),
    };
    return {
      stage: 'test',
      store: this.store,
      hints: this.hints,
      clock: this.clock,
      random: this.#random,
      report,
      api: this.partnerApi.api(),
      strategies: this.strategies,
      clients: this.clients,
      readDocument: async (url) => {
        const document = this.documents.get(url);
        if (document === undefined) throw new Error('the price source is away');
        return document;
      },
    };
  }

  /** Works off every hint that is visible, and what they lead to at once. */
  async drain(): Promise<void> {
    for (let round = 0; round < 100; round++) {
      const routes: Route[] = ['submit', 'poll', 'quote', 'tell'];
      const received = routes.flatMap((route) => this.hints.receive(route, 1000).map(({ id }) => ({ route, id })));
      if (received.length === 0) return;
      for (const { route, id } of received) await this.work(route, id);
    }
    throw new Error('never comes to rest');
  }

  async work(route: Route, id: string): Promise<void> {
    await this.#invoke(async (desk) => {
      if (route === 'submit') await submitInstruction(desk, id);
      if (route === 'poll') await poll(desk, id);
      if (route === 'quote') await manageQuote(desk, id);
    });
  }

  /** One run of the minute's schedules, and everything that follows from it at once. */
  async minute(): Promise<void> {
    await this.#invoke(dispatchDue);
    await this.#invoke(publishQuotes);
    await this.drain();
  }

  /** One invocation, which may die at one of its calls to the outside; nobody repeats it. */
  async #invoke(flow: (desk: QuoteDesk) => Promise<unknown>): Promise<void> {
    const { plan } = this;
    if (plan === undefined) {
      await flow(this.desk());
      return;
    }
    try {
      await flow(this.#mortal(this.desk(), plan));
    } catch (error) {
      if (!(error instanceof Died)) throw error;
    }
  }

  /** A desk whose process dies before or after the call the plan names; what it does after that has no effect. */
  #mortal(desk: QuoteDesk, plan: Plan): QuoteDesk {
    const life = { isOver: false };
    const wrap = <T extends object>(target: T): T =>
      new Proxy(target, {
        get: (from, name) => {
          const member = Reflect.get(from, name) as unknown;
          if (typeof member === 'object' && member !== null) return wrap(member);
          if (typeof member !== 'function') return member;
          return async (...args: unknown[]) => {
            if (life.isOver) throw new Died();
            const isCalled = this.calls++ === plan.call;
            if (isCalled) await plan.meanwhile?.();
            const isHit = isCalled && plan.meanwhile === undefined;
            if (isHit) life.isOver = true;
            if (isHit && !plan.after) throw new Died();
            const result = await (member as (...args: unknown[]) => unknown).apply(from, args);
            if (life.isOver) throw new Died();
            return result;
          };
        },
      });
    return { ...desk, store: wrap(desk.store), hints: wrap(desk.hints), api: wrap(desk.api) };
  }

  /** Lets time pass, second by second, with the schedules every minute. */
  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      this.nowMs += 1_000;
      if ((this.nowMs - startMs) % 60_000 === 0) await this.minute();
      else await this.drain();
    }
  }

  offers(): Offer[] {
    return this.store.all<Offer>().filter((item) => item.subject === 'offer');
  }

  instructions(): Instruction[] {
    return this.store.all<Instruction>().filter((item) => item.subject === 'instruction');
  }

  onHub(): string[] {
    this.partnerApi.settle();
    return this.partnerApi.quotes.filter((quote) => quote.onHub).map((quote) => quote.txId);
  }

  /** Every event of market making, in the order of its subject. */
  events(): { type: string; data: Readonly<Record<string, unknown>> }[] {
    return this.store
      .all<Subject>()
      .filter((item) => item.subject === 'offer' || item.subject === 'hub-quote')
      .flatMap((subject) => subject.history.map((_, sequence) => render(subject, sequence)));
  }
}
