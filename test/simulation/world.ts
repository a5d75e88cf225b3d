import { acceptInstruction, type Request } from '../../lib/instructions/accept.ts';
import type { Bindings } from '../../lib/instructions/bindings.ts';
import { cancelInstruction } from '../../lib/instructions/cancel.ts';
import { setControl } from '../../lib/instructions/control.ts';
import { dispatchDue } from '../../lib/instructions/dispatch.ts';
import type { Kind } from '../../lib/instructions/kinds/kind.ts';
import { poll } from '../../lib/instructions/poll.ts';
import type { Reporter, Route } from '../../lib/instructions/ports.ts';
import { type Instruction, isTerminal, type Place } from '../../lib/instructions/record.ts';
import { submitInstruction } from '../../lib/instructions/submit.ts';
import { InvalidRequest } from '../../lib/platform/http/errors.ts';
import { deliverWebhooks } from '../../lib/webhooks/deliver.ts';
import { verify, WebhookVerificationError } from '../../lib/webhooks/signature.ts';
import { type MemoryStore, memoryStore } from '../support/memory-store.ts';
import { Outside, type Plan } from './faults.ts';
import { Functions } from './functions.ts';
import type { SimulatedApi } from './sandbox.ts';
import { seededFraction, type Timeline } from './timeline.ts';

/** What the partner's endpoint received. */
export interface Received {
  readonly webhookId: string;
  readonly body: string;
  readonly event: { type: string; data: { id: string; sequence: number; state: string; txId?: string } };
}

/** What makes one run differ from another. */
export interface RunSettings {
  readonly plans: readonly Plan[];
  readonly seed: number;
  /** Just before this call the partner calls an instruction off. */
  readonly calledOff?: { readonly atCall: number; readonly client: string; readonly id: string };
  /** Breaks condition B: every conditional write succeeds. */
  readonly brokenConditions?: boolean;
}

const webhookSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const minuteMs = 60_000;
/** No run that ends needs a third of it; one that cannot end would look at its transactions for days. */
const maxCalls = 4_000;
/** A cancellation that nothing holds up needs fewer turns; one that stands still holds nobody else up for longer. */
const turnsOfCallingOff = 400;

/**
 * The whole system in virtual time: the real use cases, a table and queues in memory, the sandbox's use cases entered
 * below HTTP, a partner that asks and is told. Every outside call goes through `outside`, where a plan may break it.
 */
export class SimulatedWorld {
  readonly timeline: Timeline;
  readonly outside: Outside;
  readonly table: MemoryStore;
  readonly received: Received[] = [];
  readonly alarms: string[] = [];
  readonly answers: { instruction?: Instruction; refused?: InvalidRequest }[] = [];
  readonly #functions: Functions;
  readonly #calledOff: RunSettings['calledOff'];
  #ids = 0;
  #lateEffects = 0;
  /** What the partner waits for an answer to. */
  #unanswered = 0;
  readonly #askedKeys: string[] = [];

  constructor(api: SimulatedApi, timeline: Timeline, settings: RunSettings) {
    const fraction = seededFraction(settings.seed);
    const random = { id: () => `w${this.#ids++}`, fraction };
    this.timeline = timeline;
    this.table = memoryStore(random);
    this.#calledOff = settings.calledOff;
    this.outside = new Outside(settings.plans, {
      later: (delayMs, effect) => this.#later(delayMs, effect),
      interleave: () => turns(Math.floor(fraction() * 6)),
      onCall: (number) => this.#onCall(number),
    });
    this.#functions = new Functions({
      api,
      timeline,
      outside: this.outside,
      table: this.table,
      random,
      report: this.#report(),
      webhookSecret,
      brokenConditions: settings.brokenConditions === true,
      receive: (route, id) => this.#receive(route, id),
      post: (headers, body) => this.#partnerReceives(headers, body),
    });
    this.timeline.after(minuteMs, () => this.#everyMinute());
  }

  /** A partner asks for something and asks again under the same key until it is answered. */
  partnerAsks(kind: Kind, client: string, may: Place | Bindings, key: string, body: Record<string, unknown>): void {
    this.#unanswered++;
    this.#askedKeys.push(key);
    this.#ask({
      kind,
      source: 'http',
      client: { id: client, ...('walletId' in may ? { bindings: [may] } : may) },
      idempotencyKey: key,
      body,
    });
  }

  #ask(request: Request, delayMs = 0, tries = 40): void {
    this.timeline.after(delayMs, async () => {
      try {
        const door = this.#functions.door({ name: 'accept', crashed: false });
        this.answers.push({ instruction: (await acceptInstruction(door, request)).instruction });
        this.#unanswered--;
      } catch (error) {
        if (error instanceof InvalidRequest) {
          this.answers.push({ refused: error });
          this.#unanswered--;
        } else if (tries > 1) this.#ask(request, 5_000, tries - 1);
      }
    });
  }

  /** The partner wants it called off from a moment on, as soon as it is known. */
  partnerCancels(client: string, id: string, delayMs: number, tries = 50): void {
    this.timeline.after(delayMs, async () => {
      if ((await this.#cancel(client, id)) === 404 && tries > 1) this.partnerCancels(client, id, 0, tries - 1);
    });
  }

  /** One request to call it off. @returns the status it was refused with, if it was; nobody asks again after a failure */
  async #cancel(client: string, id: string): Promise<number | undefined> {
    try {
      const door = this.#functions.door({ name: 'cancel', crashed: false });
      this.answers.push({ instruction: await cancelInstruction(door, client, id) });
    } catch (error) {
      if (!(error instanceof InvalidRequest)) return undefined;
      if (error.status !== 404) this.answers.push({ refused: error });
      return error.status;
    }
    return undefined;
  }

  /** The operator stops everything; once that was answered, and so much later, it may go on. */
  operatorStops(forMs: number): void {
    this.#operatorSets(true, () => this.timeline.after(forMs, async () => this.#operatorSets(false, () => {})));
  }

  #operatorSets(stopAll: boolean, then: () => void, delayMs = 0, tries = 50): void {
    this.timeline.after(delayMs, async () => {
      try {
        await setControl(this.#functions.door({ name: 'stop', crashed: false }), { stopAll }, 'operator');
      } catch {
        if (tries > 1) this.#operatorSets(stopAll, then, 1_000, tries - 1);
        return;
      }
      then();
    });
  }

  /** In the order in which they were asked for: which of two requests is first in the table depends on the seed. */
  instructions(): Instruction[] {
    const all = this.table.all<Instruction>().filter((item) => item.subject === 'instruction');
    return all.sort((one, other) => this.#askedKeys.indexOf(one.key) - this.#askedKeys.indexOf(other.key));
  }

  /** Whether the partner was answered whatever it asked for. */
  get isAnswered(): boolean {
    return this.answers.length > 0 && this.#unanswered === 0;
  }

  /** Runs until everything has ended and everybody knows, or never will, and then as long as a late effect could take. */
  async runToTheEnd(limitMs: number): Promise<void> {
    const untilMs = this.timeline.nowMs() + limitMs;
    await this.timeline.runUntil(untilMs, () => this.#isOver());
    await this.timeline.runUntil(Math.min(untilMs, this.timeline.nowMs() + 15 * minuteMs), () => false);
  }

  #isOver(): boolean {
    if (this.outside.calls.length > maxCalls) return true;
    if (!this.isAnswered || this.#lateEffects > 0) return false;
    const instructions = this.instructions();
    return instructions.every(({ state, tellAtMs }) => isTerminal(state) && tellAtMs === undefined);
  }

  #later(delayMs: number, effect: () => Promise<unknown>): void {
    this.#lateEffects++;
    this.timeline.after(delayMs, async () => {
      this.#lateEffects--;
      await effect();
    });
  }

  async #onCall(number: number): Promise<void> {
    if (this.#calledOff?.atCall !== number) return;
    const { client, id } = this.#calledOff;
    let isOver = false;
    void this.#cancel(client, id).finally(() => {
      isOver = true;
    });
    await turns(turnsOfCallingOff, () => isOver);
  }

  async #everyMinute(): Promise<void> {
    this.timeline.after(minuteMs, () => this.#everyMinute());
    await this.#functions.invoke('dispatch', (worker) => dispatchDue(worker));
  }

  #receive(route: Route, id: string): Promise<void> {
    return this.#functions.invoke(route, async (worker, teller) => {
      if (route === 'submit') await submitInstruction(worker, id);
      else if (route === 'poll') await poll(worker, id);
      else await deliverWebhooks(teller, id);
    });
  }

  #report(): Reporter {
    return {
      info: () => {},
      warn: () => {},
      count: () => {},
      duration: () => {},
      alarm: (reason) => this.alarms.push(reason),
    };
  }

  /** The partner believes what is signed and fresh. A delivery that comes too late it refuses, as the standard asks. */
  #partnerReceives(headers: Record<string, string>, body: string): number {
    try {
      verify({ headers, body, secrets: [webhookSecret], nowSeconds: Math.floor(this.timeline.nowMs() / 1000) });
    } catch (error) {
      if (error instanceof WebhookVerificationError && error.reason === 'too old') return 400;
      throw error;
    }
    this.received.push({ webhookId: headers['webhook-id'] ?? '', body, event: JSON.parse(body) as Received['event'] });
    return 200;
  }
}

/** Lets whoever can go on go on, so many times, or until it is over. */
async function turns(count: number, isOver = () => false): Promise<void> {
  for (let turn = 0; turn < count && !isOver(); turn++) await null;
}
