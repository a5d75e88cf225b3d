import { acceptInstruction } from '../../lib/instructions/accept.ts';
import type { Bindings } from '../../lib/instructions/bindings.ts';
import { cancelInstruction } from '../../lib/instructions/cancel.ts';
import { setControl } from '../../lib/instructions/control.ts';
import { dispatchDue } from '../../lib/instructions/dispatch.ts';
import type { Kind } from '../../lib/instructions/kinds/kind.ts';
import type { Worker } from '../../lib/instructions/outside.ts';
import { poll } from '../../lib/instructions/poll.ts';
import type { Clock, Draft, Hints, Item, ItemStore, Random, Reporter, Route } from '../../lib/instructions/ports.ts';
import { type Instruction, isTerminal, type Place } from '../../lib/instructions/record.ts';
import { submitInstruction } from '../../lib/instructions/submit.ts';
import { createPartnerApi, NotConnectedError, type TransportRequest } from '../../lib/partner-api/index.ts';
import { InvalidRequest } from '../../lib/platform/http/errors.ts';
import { deliverWebhooks, type Teller } from '../../lib/webhooks/deliver.ts';
import { verify, WebhookVerificationError } from '../../lib/webhooks/signature.ts';
import { type MemoryStore, memoryStore } from '../support/memory-store.ts';
import { type CallSort, Crash, Lost, NoConnection, Outside, type Plan, type Process } from './faults.ts';
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
  /** Breaks condition B: every conditional write succeeds. */
  readonly brokenConditions?: boolean;
}

const webhookSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const minuteMs = 60_000;

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
  readonly #api: SimulatedApi;
  readonly #random: Random;
  readonly #settings: RunSettings;
  #ids = 0;
  #lateEffects = 0;

  constructor(api: SimulatedApi, timeline: Timeline, settings: RunSettings) {
    const fraction = seededFraction(settings.seed);
    this.#api = api;
    this.#settings = settings;
    this.timeline = timeline;
    this.#random = { id: () => `w${this.#ids++}`, fraction };
    this.table = memoryStore(this.#random);
    this.outside = new Outside(
      settings.plans,
      (delayMs, effect) => this.#later(delayMs, effect),
      async () => {
        for (let turns = Math.floor(fraction() * 6); turns > 0; turns--) await null;
      },
    );
    this.timeline.after(minuteMs, () => this.#everyMinute());
  }

  /** A partner asks for something and asks again under the same key until it is answered. */
  partnerAsks(
    kind: Kind,
    client: string,
    may: Place | Bindings,
    key: string,
    body: Record<string, unknown>,
    tries = 40,
  ): void {
    this.timeline.after(0, async () => {
      const process = { crashed: false };
      try {
        const request = {
          kind,
          source: 'http',
          client: { id: client, ...('walletId' in may ? { bindings: [may] } : may) },
          idempotencyKey: key,
          body,
        } as const;
        const { instruction } = await acceptInstruction(this.#worker(process), request);
        this.answers.push({ instruction });
      } catch (error) {
        if (error instanceof InvalidRequest) this.answers.push({ refused: error });
        else if (tries > 1)
          this.timeline.after(5_000, async () => this.partnerAsks(kind, client, may, key, body, tries - 1));
      }
    });
  }

  /** The partner wants it called off from a moment on, as soon as it is known. */
  partnerCancels(client: string, id: string, delayMs: number, tries = 50): void {
    this.timeline.after(delayMs, async () => {
      try {
        this.answers.push({ instruction: await cancelInstruction(this.#worker({ crashed: false }), client, id) });
      } catch (error) {
        if (!(error instanceof InvalidRequest)) return;
        if (error.status === 404 && tries > 1) this.partnerCancels(client, id, 0, tries - 1);
        else this.answers.push({ refused: error });
      }
    });
  }

  /** The operator stops everything, or lets it go on. */
  operatorStops(stopAll: boolean, delayMs: number, tries = 50): void {
    this.timeline.after(delayMs, async () => {
      try {
        await setControl(this.#worker({ crashed: false }), { stopAll }, 'operator');
      } catch {
        if (tries > 1) this.operatorStops(stopAll, 1_000, tries - 1);
      }
    });
  }

  instructions(): Instruction[] {
    return this.table.all<Instruction>().filter((item) => item.subject === 'instruction');
  }

  /** Runs until everything has ended and everybody knows, and then as long again as a late effect could take. */
  async runToTheEnd(limitMs: number): Promise<void> {
    const untilMs = this.timeline.nowMs() + limitMs;
    await this.timeline.runUntil(untilMs, () => this.#isOver());
    await this.timeline.runUntil(Math.min(untilMs, this.timeline.nowMs() + 15 * minuteMs), () => false);
  }

  #isOver(): boolean {
    const instructions = this.instructions();
    const ended =
      instructions.length > 0 &&
      instructions.every(({ state, tellAtMs }) => isTerminal(state) && tellAtMs === undefined);
    return ended && this.answers.length > 0 && this.#lateEffects === 0;
  }

  #later(delayMs: number, effect: () => Promise<unknown>): void {
    this.#lateEffects++;
    this.timeline.after(delayMs, async () => {
      this.#lateEffects--;
      await effect();
    });
  }

  async #everyMinute(): Promise<void> {
    this.timeline.after(minuteMs, () => this.#everyMinute());
    await this.#invoke((process) => dispatchDue(this.#worker(process)));
  }

  #receive(route: Route, id: string): Promise<void> {
    return this.#invoke(async (process) => {
      if (route === 'submit') await submitInstruction(this.#worker(process), id);
      else if (route === 'poll') await poll(this.#worker(process), id);
      else await deliverWebhooks(this.#teller(process), id);
    });
  }

  /** One invocation: it may fail or die, and nobody repeats it. */
  async #invoke(flow: (process: Process) => Promise<unknown>): Promise<void> {
    try {
      await flow({ crashed: false });
    } catch (error) {
      if (!(error instanceof Crash || error instanceof Lost)) throw error;
    }
  }

  #clock(): Clock {
    return { nowMs: this.timeline.nowMs };
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

  #worker(process: Process): Worker {
    return {
      stage: 'simulation',
      store: this.#store(process),
      hints: this.#hints(process),
      clock: this.#clock(),
      random: this.#random,
      report: this.#report(),
      api: createPartnerApi({
        baseUrl: 'https://api.simulation.example/api/v1/p',
        credentials: {
          current: () => this.outside.call(process, 'secret.signingKey', 'secret', async () => this.#api.credentials),
        },
        transport: (request) => this.#transport(process, request),
        clock: this.timeline.nowMs,
        random: this.#random.fraction,
        sleep: async () => {},
        maxClockCorrectionMs: 0,
      }),
    };
  }

  #teller(process: Process): Teller {
    const { store, hints, clock, random, report } = this.#worker(process);
    return {
      store,
      hints,
      clock,
      random,
      report,
      endpointsOf: () => [{ name: 'main', url: 'https://partner.example/hooks' }],
      secretsOf: () => this.outside.call(process, 'secret.webhook', 'secret', async () => [webhookSecret]),
      post: (request) =>
        this.outside.call(process, 'webhook.post', 'webhook', async () => ({
          status: this.#partnerReceives(request.headers, request.body),
        })),
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

  async #transport(process: Process, request: TransportRequest) {
    const sort: CallSort = request.method === 'GET' ? 'read' : 'api';
    const name = `api ${request.method} ${new URL(request.url).pathname.split('/').at(-1)}`;
    try {
      return await this.outside.call(process, name, sort, async () => this.#api.answer(request));
    } catch (error) {
      if (error instanceof NoConnection) throw new NotConnectedError('nobody listens');
      throw error;
    }
  }

  #hints(process: Process): Hints {
    return {
      send: async (route, hints, options) => {
        try {
          await this.outside.call(process, `hint.${route}`, 'message', async () => {
            for (const { id } of hints) {
              // SQS counts delays in whole seconds.
              const delayMs = Math.ceil((options?.delayMs ?? 0) / 1000) * 1000;
              this.timeline.after(delayMs, () => this.#receive(route, id));
            }
          });
        } catch (error) {
          if (!(error instanceof Lost)) throw error;
        }
      },
    };
  }

  #store(process: Process): ItemStore {
    const { table, outside } = this;
    const read = <T>(name: string, effect: () => Promise<T>) => outside.call(process, name, 'read', effect);
    const conflict = () => undefined;
    return {
      get: (id) => read('table.get', () => table.get(id)),
      due: (beforeMs, limit) => read('table.due', () => table.due(beforeMs, limit)),
      list: (listIn, options) => read('table.list', () => table.list(listIn, options)),
      open: (openIn, options) => read('table.open', () => table.open(openIn, options)),
      create: <T extends Item>(draft: Draft<T>) =>
        outside.call<T | undefined>(process, 'table.create', 'write', () => table.create<T>(draft), conflict),
      replace: <T extends Item>(current: T, draft: Draft<T>) =>
        outside.call<T | undefined>(process, 'table.replace', 'write', () => this.#replace(current, draft), conflict),
    };
  }

  async #replace<T extends Item>(current: T, draft: Draft<T>): Promise<T | undefined> {
    if (this.#settings.brokenConditions !== true) return await this.table.replace(current, draft);
    const stored = (await this.table.get<T>(current.id)) ?? current;
    return await this.table.replace(stored, draft);
  }
}
