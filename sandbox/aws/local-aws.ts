import type { SQSClient } from '@aws-sdk/client-sqs';
import { UnknownNameError } from './errors.ts';
import type { Invocation, Invoker, LoadedFunction, OnLog } from './invoke.ts';
import type { ServerlessFile } from './serverless-file.ts';
import { type LocalSqs, purgeQueues } from './sqs.ts';
import type { HttpApi } from './triggers/http.ts';
import { fireSchedule, type ScheduledFunction, type Schedules } from './triggers/schedule.ts';
import type { QueueTriggers } from './triggers/sqs.ts';

/** How long `stop` waits for functions that are still running. */
const drainMs = 5000;

/** How long their last answers may take to reach the callers. */
const lastAnswersMs = 500;

interface Parts {
  region: string;
  file: ServerlessFile;
  functions: Map<string, LoadedFunction>;
  environment: Record<string, string>;
  servers: { sqs: LocalSqs; client: SQSClient };
  http: HttpApi;
  queues: QueueTriggers;
  schedules: Schedules;
  scheduled: readonly ScheduledFunction[];
  invoker: Invoker;
  onLog: OnLog;
  endUndo: () => Promise<void>;
}

/** The running embedded AWS. */
export class LocalAws {
  /** The HTTP API, such as `http://127.0.0.1:8080`. */
  readonly httpUrl: string;
  readonly httpPort: number;
  /** The wished port was taken, so `httpPort` is another one. */
  readonly portWasBusy: boolean;
  /** What was set in `process.env`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Resources of the file that have no local counterpart, such as `SigningKey (AWS::KMS::Key)`. */
  readonly notEmulated: readonly string[];
  /** The keys of all functions. */
  readonly functionNames: readonly string[];
  readonly tableNames: readonly string[];
  readonly queueNames: readonly string[];
  readonly #parts: Parts;
  #stopping: Promise<void> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.httpPort = parts.http.port;
    this.httpUrl = `http://127.0.0.1:${parts.http.port}`;
    this.portWasBusy = parts.http.portWasBusy;
    this.environment = parts.environment;
    this.notEmulated = parts.file.notEmulated;
    this.functionNames = [...parts.functions.keys()];
    this.tableNames = parts.file.tables.map(({ name }) => name);
    this.queueNames = parts.file.queues.map(({ name }) => name);
  }

  /** The URL of a queue of the file, by its name. Throws an `UnknownNameError`. */
  queueUrl(name: string): string {
    if (!this.queueNames.includes(name)) throw new UnknownNameError('queue', name, this.queueNames);
    return this.#parts.servers.sqs.queueUrl(name);
  }

  /** Runs a scheduled function now, whether its schedule is enabled or not. Never rejects for what the function does. */
  async fire(functionName: string): Promise<Invocation> {
    const { scheduled, invoker, region, onLog } = this.#parts;
    const found = scheduled.find(({ target }) => target.definition.key === functionName);
    if (!found) {
      const names = new Set(scheduled.map(({ target }) => target.definition.key));
      throw new UnknownNameError('scheduled function', functionName, names);
    }
    return fireSchedule(found, { invoker, region, onLog });
  }

  /** Runs any function on an event, as a synchronous call of Lambda does. */
  async invoke(functionName: string, event: unknown): Promise<Invocation> {
    const target = this.#parts.functions.get(functionName);
    if (!target) throw new UnknownNameError('function', functionName, this.functionNames);
    return this.#parts.invoker.invoke(target, 'direct', event);
  }

  /** Empties every queue, dead letter queues included: waiting, delayed and in-flight messages are gone. */
  async purgeQueues(): Promise<void> {
    const { client, sqs } = this.#parts.servers;
    await purgeQueues(
      client,
      this.queueNames.map((name) => sqs.queueUrl(name)),
    );
  }

  /**
   * Starts nothing new, waits up to five seconds for what runs, then ends the servers and puts the environment of the
   * process back. May be called more than once.
   */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    const { schedules, queues, http, invoker, endUndo, onLog } = this.#parts;
    schedules.stop();
    // It ends with its last answer, which waits for a function; so the functions get their time first.
    const httpEnded = http.stop().catch((error: unknown) => onLog({ level: 'warn', message: 'http', error }));
    await queues.stop();
    const drained = await invoker.drain(drainMs);
    if (!drained) onLog({ level: 'warn', message: `functions still run after ${drainMs} ms; left to themselves` });
    const cutting = setTimeout(() => http.cut(), drained ? lastAnswersMs : 0);
    await httpEnded;
    clearTimeout(cutting);
    await endUndo();
  }
}
