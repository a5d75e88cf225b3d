import type { Approver } from '../../../lib/approvals/approver.ts';
import type { Facts } from '../../../lib/approvals/facts.ts';
import type { Draft, Item, ItemStore } from '../../../lib/instructions/ports.ts';
import type { Instruction } from '../../../lib/instructions/record.ts';
import { noteTransaction } from '../../../lib/instructions/transactions.ts';
import {
  type ActionDetails,
  type ActionSubject,
  BadRequestError,
  NotFoundError,
} from '../../../lib/partner-api/index.ts';
import type { ApprovalRule, ApproverConfig } from '../../../lib/platform/config/approvals.ts';
import { memoryHints } from '../../support/memory-hints.ts';
import { type MemoryStore, memoryStore } from '../../support/memory-store.ts';

export const startMs = Date.UTC(2026, 0, 7, 10, 0, 0);
export const coreClientId = 'night-desk';

/** A pending transfer of 800 with a fee of 1, as reference 8.4 shows one. */
export function transferAction(
  actionId: string,
  details: Partial<ActionSubject> = {},
  rest: Partial<ActionDetails> = {},
): ActionDetails {
  return {
    actionId,
    type: 'ApproveTransfer',
    status: 'pending',
    timestampSeconds: startMs / 1000 - 5,
    expiresAtSeconds: startMs / 1000 + 86_400,
    coreClientId,
    ...rest,
    details: {
      txType: 'transferOut',
      txId: `tx-${actionId}`,
      walletId: 'wallet-btc',
      asset: 'BTC-TESTNET',
      amountBaseUnits: 801n,
      feesBaseUnits: 1n,
      netAmountBaseUnits: 800n,
      reference: 'inv-1',
      companyId: 'company',
      fundId: 'fund',
      recipientId: 'wallet-out',
      raw: {},
      ...details,
    },
  };
}

/** The details without some of their members, as an API leaves them out. */
export function without(action: ActionDetails, ...members: (keyof ActionSubject)[]): ActionDetails {
  const details = Object.fromEntries(
    Object.entries(action.details).filter(([name]) => !members.includes(name as never)),
  );
  return { ...action, details: details as unknown as ActionSubject };
}

/** The record of a transfer of ours with just the fields of `transferAction`. */
export function transferInstruction(id: string, txId: string | undefined, changes: Partial<Instruction> = {}) {
  const instruction: Draft<Instruction> = {
    id,
    index: {},
    subject: 'instruction',
    kind: 'transfer',
    source: 'http',
    client: 'treasury-desk',
    key: id,
    bodyHash: '',
    place: { companyId: 'company', fundId: 'fund', walletId: 'wallet-btc', asset: 'BTC-TESTNET' },
    request: { counterpartyWalletId: 'wallet-out', amount: '800', reference: 'inv-1' },
    state: 'pending',
    createdAtMs: startMs,
    updatedAtMs: startMs,
    history: [],
    telling: {},
    attempts: { count: 1, last: [] },
    ...(txId === undefined ? {} : { txId }),
    ...changes,
  };
  return instruction;
}

/** Custody of one core client in memory: votes are final, and a second one is refused. */
export class FakeCustody {
  readonly actions = new Map<string, ActionDetails>();
  readonly votes: { actionId: string; vote: 'approved' | 'rejected' }[] = [];

  put(...actions: ActionDetails[]): void {
    for (const action of actions) this.actions.set(action.actionId, action);
  }

  #get(actionId: string): ActionDetails {
    const action = this.actions.get(actionId);
    if (action === undefined) throw new NotFoundError('no such action', { status: 404 });
    return action;
  }

  vote(actionId: string, vote: 'approved' | 'rejected'): void {
    const action = this.#get(actionId);
    if (action.status !== 'pending') throw new BadRequestError('no', { status: 400, reason: 'action not pending' });
    this.votes.push({ actionId, vote });
    this.put({ ...action, status: vote });
  }

  readonly api = {
    actions: async () => [...this.actions.values()].filter(({ status }) => status === 'pending'),
    action: async (_core: string, actionId: string) => this.#get(actionId),
    approve: async (_core: string, actionId: string) => this.vote(actionId, 'approved'),
    reject: async (_core: string, actionId: string) => this.vote(actionId, 'rejected'),
  };
}

export class Crash extends Error {}

/** Stands in front of every call to the outside: an outside call is numbered, and a plan may break it. */
export interface Fault {
  readonly call: number;
  readonly kind: 'fails' | 'fails after its effect' | 'dies before' | 'dies after';
}

/** Custody, a table, a clock, and any number of runs on them. */
export class ApprovalWorld {
  nowMs = startMs;
  readonly custody = new FakeCustody();
  readonly table: MemoryStore;
  readonly hints = memoryHints({ nowMs: () => this.nowMs });
  readonly alarms: string[] = [];
  calls = 0;
  fault: Fault | undefined;
  #ids = 0;

  constructor() {
    this.table = memoryStore({ id: () => `w${this.#ids++}` });
  }

  /** The approver of one process. `turn` lets other processes in between before each outside call. */
  approver(turn: () => Promise<void> = async () => {}): Approver {
    const process = { dead: false };
    const call = async <T>(effect: () => Promise<T>): Promise<T> => {
      if (process.dead) throw new Crash();
      await turn();
      const fault = this.fault?.call === this.calls++ ? this.fault : undefined;
      if (fault?.kind === 'fails') throw new Error('planted');
      if (fault?.kind === 'dies before') process.dead = true;
      if (process.dead) throw new Crash();
      const result = await effect();
      if (fault?.kind === 'fails after its effect') throw new Error('planted');
      if (fault?.kind === 'dies after') process.dead = true;
      if (process.dead) throw new Crash();
      return result;
    };
    const wrapped = <T extends object>(target: T) =>
      new Proxy(target, {
        get: (of, name) => {
          const member = Reflect.get(of, name) as (...given: unknown[]) => Promise<unknown>;
          return (...given: unknown[]) => call(() => member.apply(of, given));
        },
      });
    return {
      store: wrapped<ItemStore>(this.table),
      hints: this.hints,
      clock: { nowMs: () => this.nowMs },
      random: { id: () => `r${this.#ids++}`, fraction: () => 0 },
      report: {
        info: () => {},
        warn: () => {},
        count: () => {},
        duration: () => {},
        alarm: (reason) => this.alarms.push(reason),
      },
      api: { coreClients: wrapped(this.custody.api) as never },
    };
  }

  async add(instruction: Draft<Instruction>): Promise<void> {
    await this.table.create<Instruction>(instruction);
    if (instruction.txId !== undefined) await noteTransaction(this.table, instruction.txId, instruction.id);
  }

  stored<T extends Item>(prefix: string): T[] {
    return this.table.all<T>().filter(({ id }) => id.startsWith(prefix));
  }
}

export const matching: ApprovalRule = {
  name: 'ours',
  decide: 'approve',
  when: { actionTypes: ['ApproveTransfer'], matchesInstruction: true },
};

export function rulesOf(...rules: ApprovalRule[]): ApproverConfig {
  return { coreClientId, client: 'treasury-desk', rules };
}

/** Facts that say nothing but this. */
export function facts(some: Partial<Facts>): Facts {
  return { actionType: 'ApproveTransfer', recipients: [], ...some };
}
