import type { Approver } from '../../../lib/approvals/approver.ts';
import type { Facts } from '../../../lib/approvals/facts.ts';
import { approveActions } from '../../../lib/approvals/run.ts';
import { setControl } from '../../../lib/instructions/control.ts';
import type { Clock, Draft, Item, ItemStore } from '../../../lib/instructions/ports.ts';
import type { Instruction } from '../../../lib/instructions/record.ts';
import { noteTransaction } from '../../../lib/instructions/transactions.ts';
import { TooLateError } from '../../../lib/partner-api/errors.ts';
import {
  type ActionDetails,
  type ActionSubject,
  BadRequestError,
  type CallOptions,
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
  /** When each action was voted on. */
  readonly votedAtMs = new Map<string, number>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

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
    this.votedAtMs.set(actionId, this.#clock.nowMs());
    this.put({ ...action, status: vote });
  }

  readonly api = {
    actions: async () => [...this.actions.values()].filter(({ status }) => status === 'pending'),
    action: async (_core: string, actionId: string) => this.#get(actionId),
    approve: async (_core: string, actionId: string, options?: CallOptions) =>
      this.#sign(actionId, 'approved', options),
    reject: async (_core: string, actionId: string, options?: CallOptions) => this.#sign(actionId, 'rejected', options),
  };

  #sign(actionId: string, vote: 'approved' | 'rejected', { signBeforeMs = 0 }: CallOptions = {}): void {
    if (this.#clock.nowMs() >= signBeforeMs) throw new TooLateError('the time to sign had passed');
    this.vote(actionId, vote);
  }
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
  readonly custody = new FakeCustody({ nowMs: () => this.nowMs });
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

/** One run, as the schedule starts it. A process that dies, and a planted fault, end it and nothing more. */
export async function run(world: ApprovalWorld, rules = rulesOf(matching), turn?: () => Promise<void>): Promise<void> {
  try {
    await approveActions(world.approver(turn), rules, world.nowMs + 55_000);
  } catch (error) {
    if (!(error instanceof Crash || (error as Error).message === 'planted')) throw error;
  }
}

/** Runs as the schedule does, once a minute. */
export async function runEveryMinute(world: ApprovalWorld, minutes: number, rules = rulesOf(matching)): Promise<void> {
  for (let minute = 0; minute < minutes; minute++) {
    await run(world, rules);
    world.nowMs += 60_000;
  }
}

/** Presses the stop button, or lets go of it. */
export async function stop(world: ApprovalWorld, body: object): Promise<void> {
  await setControl({ ...world.approver(), store: world.table }, body, 'op');
}
