import type { Door, Worker } from '../../lib/instructions/outside.ts';
import type { Draft, Hints, Item, ItemStore, Random, Reporter, Route } from '../../lib/instructions/ports.ts';
import {
  createPartnerApi,
  NotConnectedError,
  type PartnerApi,
  type TransportAnswer,
  type TransportRequest,
} from '../../lib/partner-api/index.ts';
import { longestWaitMs, readAttempts } from '../../lib/platform/patience.ts';
import type { Teller } from '../../lib/webhooks/deliver.ts';
import type { MemoryStore } from '../support/memory-store.ts';
import { Crash, Lost, NoConnection, type Outside, type Process } from './faults.ts';
import { answerOfFault, type SimulatedApi } from './sandbox.ts';
import type { Timeline } from './timeline.ts';

/** As in production (`lib/platform/outside/partner-api.ts`). */
const maxClockCorrectionMs = 300_000;

/** What the functions are run with. */
export interface FunctionsSettings {
  readonly api: SimulatedApi;
  readonly timeline: Timeline;
  readonly outside: Outside;
  readonly table: MemoryStore;
  readonly random: Random;
  readonly report: Reporter;
  readonly webhookSecret: string;
  /** Breaks condition B: every conditional write succeeds. */
  readonly brokenConditions: boolean;
  /** The queues deliver. */
  receive(route: Route, id: string): Promise<void>;
  /** The partner's endpoint. @returns the status it answers */
  post(headers: Record<string, string>, body: string): number;
}

/** A warm process: it serves one invocation at a time, and what its client has learned of the service's clock stays. */
interface Warm {
  process: Process;
  readonly api: PartnerApi;
}

/** What the functions touch, as the use cases want it: every call to the outside goes through `outside`, which may break it. */
export class Functions {
  readonly #settings: FunctionsSettings;
  readonly #idle: Warm[] = [];

  constructor(settings: FunctionsSettings) {
    this.#settings = settings;
  }

  /** One invocation of a worker: it may fail or die, and nobody repeats it. Who dies is never warm again. */
  async invoke(name: string, flow: (worker: Worker, teller: Teller) => Promise<unknown>): Promise<void> {
    const warm = this.#idle.pop() ?? this.#started();
    const process = { name, crashed: false };
    warm.process = process;
    const door = this.door(process);
    try {
      await flow({ ...door, api: warm.api }, this.#teller(process, door));
    } catch (error) {
      if (!(error instanceof Crash || error instanceof Lost)) throw error;
    }
    if (!process.crashed) this.#idle.push(warm);
  }

  /** What a door touches. */
  door(process: Process): Door {
    const { timeline, random, report } = this.#settings;
    return {
      stage: 'simulation',
      store: this.#store(process),
      hints: this.#hints(process),
      clock: { nowMs: timeline.nowMs },
      random,
      report,
    };
  }

  #started(): Warm {
    const { api, timeline, outside, random } = this.#settings;
    const warm: Warm = {
      process: { name: 'none', crashed: false },
      api: createPartnerApi({
        baseUrl: 'https://api.simulation.example/api/v1/p',
        credentials: {
          current: () => outside.call(warm.process, 'secret.signingKey', 'secret', async () => api.credentials),
        },
        transport: (request) => this.#transport(warm.process, request),
        clock: timeline.nowMs,
        random: random.fraction,
        sleep: (ms) => new Promise<void>((resolve) => timeline.after(ms, async () => resolve())),
        readAttempts,
        longestWaitMs,
        maxClockCorrectionMs,
      }),
    };
    return warm;
  }

  #teller(process: Process, { store, hints, clock, random, report }: Door): Teller {
    const { outside, webhookSecret, post } = this.#settings;
    return {
      store,
      hints,
      clock,
      random,
      report,
      endpointsOf: () => [{ name: 'main', url: 'https://partner.example/hooks' }],
      secretsOf: () => outside.call(process, 'secret.webhook', 'secret', async () => [webhookSecret]),
      post: ({ headers, body }) =>
        outside.call(process, 'webhook.post', 'webhook', async () => ({ status: post(headers, body) })),
    };
  }

  async #transport(process: Process, request: TransportRequest): Promise<TransportAnswer> {
    const { api, outside } = this.#settings;
    const name = `api ${request.method} ${resourceOf(request.url)}`;
    try {
      return await outside.call(
        process,
        name,
        request.method === 'GET' ? 'look' : 'api',
        async () => api.answer(request),
        { answer: answerOfFault },
      );
    } catch (error) {
      if (error instanceof NoConnection) throw new NotConnectedError('nobody listens');
      throw error;
    }
  }

  #hints(process: Process): Hints {
    const { outside, timeline, receive } = this.#settings;
    return {
      send: async (route, hints, options) => {
        try {
          await outside.call(process, `hint.${route}`, 'message', async () => {
            for (const { id } of hints) {
              // SQS counts delays in whole seconds.
              const delayMs = Math.ceil((options?.delayMs ?? 0) / 1000) * 1000;
              timeline.after(delayMs, () => receive(route, id));
            }
          });
        } catch (error) {
          if (!(error instanceof Lost)) throw error;
        }
      },
    };
  }

  #store(process: Process): ItemStore {
    const { table, outside } = this.#settings;
    const read = <T>(name: string, effect: () => Promise<T>) => outside.call(process, name, 'read', effect);
    const write = <T>(name: string, effect: () => Promise<T | undefined>) =>
      outside.call<T | undefined>(process, name, 'write', effect, { conflict: () => undefined });
    return {
      get: (id) => read('table.get', () => table.get(id)),
      due: (beforeMs, limit) => read('table.due', () => table.due(beforeMs, limit)),
      list: (listIn, options) => read('table.list', () => table.list(listIn, options)),
      open: (openIn, options) => read('table.open', () => table.open(openIn, options)),
      create: <T extends Item>(draft: Draft<T>) => write('table.create', () => table.create<T>(draft)),
      replace: <T extends Item>(current: T, draft: Draft<T>) =>
        write('table.replace', () => this.#replace(current, draft)),
    };
  }

  async #replace<T extends Item>(current: T, draft: Draft<T>): Promise<T | undefined> {
    const { table, brokenConditions } = this.#settings;
    if (!brokenConditions) return await table.replace(current, draft);
    const stored = (await table.get<T>(current.id)) ?? current;
    return await table.replace(stored, draft);
  }
}

/** The last word of a path that is not an id: what is asked for, whichever it is. */
function resourceOf(url: string): string {
  const words = new URL(url).pathname.split('/').filter((word) => /^[a-z]+$/.test(word));
  return words.at(-1) ?? '';
}
