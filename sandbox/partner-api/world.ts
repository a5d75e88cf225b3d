import type { FeeRates } from './fee-schedule.ts';
import type { IdMaker } from './ids.ts';
import { Ledger } from './ledger.ts';
import type {
  Account,
  Action,
  Company,
  CoreClient,
  Fund,
  Invitation,
  LedgerRow,
  NetworkUser,
  Proposal,
  Transaction,
  Voter,
  Wallet,
} from './model.ts';
import { Statement } from './statement.ts';
import { TimerQueue } from './timers.ts';

/** What the world tells whoever listens (feeds). Nothing is told during replay. */
export type WorldEvent =
  | { kind: 'actionPending'; action: Action }
  | { kind: 'actionVoted'; action: Action }
  | { kind: 'movement'; row: LedgerRow; isSweep: boolean }
  | { kind: 'hub'; proposal: Proposal }
  | { kind: 'keyRevoked'; account: Account }
  | { kind: 'reset' }
  | { kind: 'warning'; message: string };

/** A planted refusal by the chain (6.2): hits settlements until `remaining` is used up. */
export interface ChainFault {
  remaining: number;
  share: number;
  /** Only this wallet's transactions; undefined for all. */
  walletId: string | undefined;
}

/** Settings that change what happens, not who is let in. */
export interface WorldSettings {
  feesBps: FeeRates;
  /** Where feed URLs point (`wss://…/api/v1/p`); set once the server listens. */
  feedBaseUrl: string;
  /** Every invited user joins at once. */
  autoAcceptInvitations: boolean;
  /** Whether W3 tells of multi-counterparty wallets too (9.2). */
  feedsTellMultiCounterparty: boolean;
  /** Whether signatures of agents are verified, and not only their form (10.5). */
  strictAgents: boolean;
}

/**
 * All the sandbox's state with its indexes. Time and randomness reach it from outside: `nowMs` is set before every
 * step and every timer, ids come from the maker, so the same steps give the same world.
 */
export class World {
  readonly ids: IdMaker;
  readonly settings: WorldSettings;
  readonly ledger = new Ledger();
  readonly statement = new Statement();
  readonly timers = new TimerQueue();
  readonly accounts = new Map<string, Account>();
  readonly users = new Map<string, NetworkUser>();
  readonly usersByEmail = new Map<string, NetworkUser>();
  readonly invitations = new Map<string, Invitation>();
  readonly companies = new Map<string, Company>();
  readonly funds = new Map<string, Fund>();
  readonly wallets = new Map<string, Wallet>();
  readonly walletsByShortCode = new Map<string, Wallet>();
  readonly walletsByAddress = new Map<string, Wallet>();
  readonly coreClients = new Map<string, CoreClient>();
  /** Signing Agents from the first half of their registration on; among the core clients only after the second. */
  readonly agents = new Map<string, CoreClient>();
  readonly transactions = new Map<string, Transaction>();
  readonly actions = new Map<string, Action>();
  /** The quotes on the liquidity hub, in the order they came. */
  readonly hub = new Map<string, Transaction>();
  readonly chainFaults: ChainFault[] = [];
  /** Who is told what happens; replaced by the sandbox once replay is over. */
  listeners: Set<(event: WorldEvent) => void> = new Set();
  /** The moment of the step or timer being carried out, in Unix milliseconds. */
  nowMs = 0;

  constructor(ids: IdMaker, settings: WorldSettings) {
    this.ids = ids;
    this.settings = settings;
  }

  /** The moment in whole Unix seconds, as every payload has it (1.5). */
  get nowSeconds(): number {
    return Math.floor(this.nowMs / 1000);
  }

  /** Brings the world to `nowMs`: everything due before happens at its own moment, in order. */
  advance(nowMs: number): void {
    for (;;) {
      const timer = this.timers.takeDue(nowMs);
      if (timer === undefined) break;
      this.nowMs = timer.dueAtMs;
      timer.fire(this);
    }
    this.nowMs = nowMs;
  }

  /** A new id for a company, fund, policy, transaction or action. */
  newId(): string {
    return this.ids.ksuid(this.nowSeconds);
  }

  /** A wallet by id or short code (Appendix A), whoever owns it. */
  findWallet(idOrShortCode: string): Wallet | undefined {
    return this.wallets.get(idOrShortCode) ?? this.walletsByShortCode.get(idOrShortCode);
  }

  /** A user or core client by id. */
  findVoter(id: string): Voter | undefined {
    return this.users.get(id) ?? this.coreClients.get(id);
  }

  /** Tells the listeners. */
  emit(event: WorldEvent): void {
    for (const listener of this.listeners) listener(event);
  }
}
