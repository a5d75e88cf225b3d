import type { Page } from './ports.ts';
import { dueAtOf, listKeyOf, type Subject } from './subject.ts';

/** Our own state of an instruction. `status` is always the Partner API's word. */
export type State =
  | 'accepted'
  | 'submitting'
  | 'pending'
  | 'open'
  | 'completed'
  | 'rejected'
  | 'expired'
  | 'failed'
  | 'cancelled';

/** Which states may follow which. A state with none is terminal and never changes. */
export const successors: Readonly<Record<State, readonly State[]>> = {
  accepted: ['submitting', 'cancelled', 'expired', 'failed'],
  submitting: ['accepted', 'pending', 'failed', 'cancelled', 'expired'],
  pending: ['open', 'completed', 'rejected', 'expired', 'failed', 'cancelled'],
  open: ['pending', 'completed', 'rejected', 'expired', 'failed', 'cancelled'],
  completed: [],
  rejected: [],
  expired: [],
  failed: [],
  cancelled: [],
};

/** Every state, in the order of an instruction's life. */
export const states = Object.keys(successors) as State[];

/** Whether nothing can follow. */
export function isTerminal(state: State): boolean {
  return successors[state].length === 0;
}

/** Where an instruction takes its assets from: one row of its client's bindings. */
export interface Place {
  readonly companyId: string;
  readonly fundId: string;
  readonly walletId: string;
  readonly asset: string;
}

/**
 * Where an instruction takes its assets from. The company and the fund of a wallet that is swept are its owner's and
 * unknown to us: such an instruction names the core client instead.
 */
export interface Origin {
  readonly walletId: string;
  readonly asset: string;
  readonly companyId?: string;
  readonly fundId?: string;
  readonly coreClientId?: string;
}

/** The place of an instruction that pays from a fund of ours. @throws for a sweep: a defect of its kind */
export function placeOf({ id, place }: Pick<Instruction, 'id' | 'place'>): Place {
  const { companyId, fundId, walletId, asset } = place;
  if (companyId === undefined || fundId === undefined) throw new Error(`${id}: does not pay from a fund`);
  return { companyId, fundId, walletId, asset };
}

/** What an attempt came to. `design`: the retry policy reads only this word. */
export type Effect = 'created' | 'refused' | 'notSent' | 'unknown';

/** One request that asks the Partner API for the transaction. It is recorded before it is sent. */
export interface Attempt {
  /** From 1. */
  readonly number: number;
  readonly startedAtMs: number;
  /** The request is not signed after this moment, so it cannot act later than this plus the API's window. */
  readonly signBeforeMs: number;
  /** Absent while it is under way; an attempt that never got one is `unknown`. */
  readonly effect?: Effect;
  readonly reason?: string;
}

/** The attempts so far: a counter, the last five, and until when an `unknown` one may still act. */
export interface Attempts {
  readonly count: number;
  readonly last: readonly Attempt[];
  /** Set once an attempt was `unknown`: until then (epoch milliseconds) it may still create the transaction. */
  readonly mayActUntilMs?: number;
}

/** At most this many attempts are kept in the record. */
export const keptAttempts = 5;

/** The durable record of what a client asked for. Amounts are decimal text in base units. */
export interface Instruction extends Subject {
  readonly subject: 'instruction';
  readonly kind: string;
  /** The door it came through. */
  readonly source: 'http' | 'queue' | 'schedule';
  /** The strategy that asked for it, if one did: stopping that holds it. */
  readonly strategy?: string;
  /** The client's idempotency key. */
  readonly key: string;
  /** SHA-256 of kind and body as they came, before defaults. */
  readonly bodyHash: string;
  readonly place: Origin;
  /** What the kind's schema made of the body. */
  readonly request: Readonly<Record<string, unknown>>;
  readonly state: State;
  readonly updatedAtMs: number;
  /** Not submitted, and not approved, at or after this moment. Absent for kinds that have none of their own. */
  readonly expiresAtSeconds?: number;
  readonly attempts: Attempts;
  readonly txId?: string;
  /** The Partner API's last word on the transaction. */
  readonly status?: string;
  /** Why it ended, or why it waits. */
  readonly reason?: string;
  /** The transaction was found under our key, not made by the attempt that reports it: compare it before believing it. */
  readonly toVerify?: boolean;
  /** In what the transaction differs from what was asked for. Never settles while this stands. */
  readonly differences?: readonly string[];
  /**
   * Since when its client wants it called off at the Partner API. An instruction that carries this is never published or
   * approved any more; it ends `cancelled`, unless the transaction ended otherwise before.
   */
  readonly cancelAskedAtMs?: number;
  /** Why it is to be called off: stored with the wish. */
  readonly cancelReason?: string;
}

/** A page of instructions. */
export type InstructionPage = Page<Instruction>;

/** The list a client's instructions stand in. */
export function listOf(client: string): string {
  return `instructions/${client}`;
}

/** The open group of a fund, polled with one ledger page. */
export function fundGroup(place: Pick<Place, 'companyId' | 'fundId'>): string {
  return `fund:${place.companyId}/${place.fundId}`;
}

/** The company and fund an open group names, or `undefined` for an id of something else. */
export function fundOfGroup(group: string): { companyId: string; fundId: string } | undefined {
  const [, companyId, fundId] = /^fund:([^/]+)\/([^/]+)$/.exec(group) ?? [];
  return companyId !== undefined && fundId !== undefined ? { companyId, fundId } : undefined;
}

/** The same instruction with its index entries worked out anew. Every write goes through here. */
export function indexed(instruction: Omit<Instruction, 'index'>, lookedAtWithFund: boolean): Instruction {
  const hasTransaction = instruction.state === 'pending' || instruction.state === 'open';
  return {
    ...instruction,
    index: {
      ...dueAtOf(instruction),
      listIn: listOf(instruction.client),
      listKey: listKeyOf(instruction.createdAtMs, instruction.id),
      ...(hasTransaction && lookedAtWithFund ? { openIn: fundGroup(placeOf(instruction)) } : {}),
    },
  };
}
