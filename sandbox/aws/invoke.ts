import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Context } from 'aws-lambda';
import { localArn } from './account.ts';
import { HandlerImportError, textOf } from './errors.ts';
import type { FunctionDefinition } from './template/functions.ts';

/** What made a function run. */
export type Trigger = 'http' | 'schedule' | 'sqs' | 'direct';

/** How a run ended. `throttled` means the reserved concurrency was used up and the handler was not called. */
export type Outcome = 'ok' | 'error' | 'timeout' | 'throttled';

/** One run of a function. */
export interface Invocation {
  function: string;
  trigger: Trigger;
  requestId: string;
  ms: number;
  outcome: Outcome;
  /** What the handler returned, when the outcome is `ok`. */
  result: unknown;
  /** What it threw, when the outcome is `error`. */
  error: unknown;
}

/** A handler in promise style, the only one `nodejs24.x` knows. */
export type Handler = (event: unknown, context: Context) => unknown;

/** A function with its code. */
export interface LoadedFunction {
  definition: FunctionDefinition;
  handler: Handler;
}

/** A line about what the runner did, for people. `error` comes with failures. */
export type OnLog = (line: { level: 'info' | 'warn' | 'error'; message: string; error?: unknown }) => void;

/** Loads a module; the default is `import()`. */
export type ImportModule = (url: string) => Promise<Record<string, unknown>>;

/** The endings a handler's file may have, source first. */
const extensions = ['.ts', '.mts', '.js', '.mjs', '.cjs'];

/**
 * Loads the code of every function at once, from source: `functions/http/create-transfer.handler` is the export
 * `handler` of `functions/http/create-transfer.ts`. Throws a `HandlerImportError`.
 *
 * The environment must be complete before, since modules read it when they load. A module is loaded once per process, so
 * a process should start one embedded AWS for its functions.
 */
export async function loadFunctions(
  definitions: readonly FunctionDefinition[],
  folder: string,
  importModule: ImportModule = (url) => import(url) as Promise<Record<string, unknown>>,
): Promise<Map<string, LoadedFunction>> {
  const loaded = await Promise.all(
    definitions.map(async (definition): Promise<[string, LoadedFunction]> => {
      return [definition.key, { definition, handler: await loadHandler(definition, folder, importModule) }];
    }),
  );
  return new Map(loaded);
}

async function loadHandler({ key, handler }: FunctionDefinition, folder: string, importModule: ImportModule) {
  const dot = handler.lastIndexOf('.');
  const base = join(folder, handler.slice(0, dot));
  const exported = handler.slice(dot + 1);
  const file = extensions.map((extension) => base + extension).find((candidate) => existsSync(candidate));
  if (!file) throw new HandlerImportError(key, `there is no ${base}.ts`);
  let module: Record<string, unknown>;
  try {
    module = await importModule(pathToFileURL(file).href);
  } catch (error) {
    throw new HandlerImportError(key, `${file} does not load: ${textOf(error)}`, { cause: error });
  }
  const found = module[exported];
  if (typeof found !== 'function') throw new HandlerImportError(key, `${file} does not export a function ${exported}`);
  return found as Handler;
}

/** Runs functions as Lambda does: with a context, a time-out and the reserved concurrency. */
export class Invoker {
  readonly #region: string;
  readonly #onInvoke: (invocation: Invocation) => void;
  readonly #onLog: OnLog;
  readonly #running = new Map<string, number>();
  readonly #pending = new Set<Promise<Invocation>>();

  constructor(options: { region: string; onInvoke?: ((invocation: Invocation) => void) | undefined; onLog: OnLog }) {
    this.#region = options.region;
    this.#onInvoke = options.onInvoke ?? (() => {});
    this.#onLog = options.onLog;
  }

  /** Runs the function once. Never rejects: how it went is in the answer. */
  async invoke(target: LoadedFunction, trigger: Trigger, event: unknown): Promise<Invocation> {
    const run = this.#run(target, trigger, event);
    this.#pending.add(run);
    try {
      return await run;
    } finally {
      this.#pending.delete(run);
    }
  }

  /** Waits until nothing runs any more, at most `timeoutMs`. False when something still does. */
  async drain(timeoutMs: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<boolean>((resolve) => {
      timer = setTimeout(resolve, timeoutMs, false);
    });
    // A run may end by starting nothing new, so one look at those that are pending is enough.
    const done = Promise.allSettled(this.#pending).then(() => true);
    const drained = await Promise.race([done, tooLate]);
    clearTimeout(timer);
    return drained;
  }

  async #run({ definition, handler }: LoadedFunction, trigger: Trigger, event: unknown): Promise<Invocation> {
    const startedMs = performance.now();
    const requestId = randomUUID();
    const running = this.#running.get(definition.key) ?? 0;
    const ended = (outcome: Outcome, result?: unknown, error?: unknown): Invocation => {
      const ms = performance.now() - startedMs;
      const invocation = { function: definition.key, trigger, requestId, ms, outcome, result, error };
      this.#report(invocation);
      return invocation;
    };
    if (running >= (definition.reservedConcurrency ?? Number.POSITIVE_INFINITY)) return ended('throttled');
    this.#running.set(definition.key, running + 1);
    const context = contextFor(definition, requestId, this.#region);
    // The event crosses a process border in AWS: a handler that changes it must not change the sender's copy.
    const run = Promise.resolve().then(() => handler(structuredCopy(event), context));
    // A slot is taken until the code has really ended, also when nobody waits for it any more.
    const release = () => this.#running.set(definition.key, (this.#running.get(definition.key) ?? 1) - 1);
    run.then(release, release);
    return withinTime(run, definition.timeoutMs, ended);
  }

  #report(invocation: Invocation): void {
    if (invocation.outcome !== 'ok') {
      const reason = invocation.error === undefined ? '' : `: ${textOf(invocation.error)}`;
      const message = `${invocation.function} (${invocation.trigger}) ended in ${invocation.outcome}${reason}`;
      this.#onLog({ level: 'error', message, ...(invocation.error === undefined ? {} : { error: invocation.error }) });
    }
    try {
      this.#onInvoke(invocation);
    } catch (error) {
      // Whoever watches must not be able to change how a run ended.
      this.#onLog({ level: 'warn', message: `onInvoke threw: ${textOf(error)}`, error });
    }
  }
}

/** What JSON leaves of a value, as on the way into and out of Lambda. */
function structuredCopy(value: unknown): unknown {
  return value === undefined ? null : (JSON.parse(JSON.stringify(value) ?? 'null') as unknown);
}

/**
 * The outcome of a run, at the latest after `timeoutMs`. Lambda ends the process of a function that is out of time; code
 * in this process cannot be ended, so it goes on, but what it returns or throws is discarded and the run has failed.
 */
function withinTime(
  run: Promise<unknown>,
  timeoutMs: number,
  ended: (outcome: Outcome, result?: unknown, error?: unknown) => Invocation,
): Promise<Invocation> {
  return new Promise((resolve) => {
    let open = true;
    const end = (outcome: Outcome, result?: unknown, error?: unknown) => {
      if (!open) return;
      open = false;
      clearTimeout(timer);
      resolve(ended(outcome, result, error));
    };
    const timer = setTimeout(end, timeoutMs, 'timeout');
    run.then(
      (result) => {
        let copy: unknown;
        try {
          copy = structuredCopy(result);
        } catch (error) {
          // A result that is no JSON (a bigint, a circle) fails in Lambda too.
          return end('error', undefined, error);
        }
        end('ok', copy);
      },
      (error: unknown) => end('error', undefined, error ?? new Error('the handler threw nothing')),
    );
  });
}

/**
 * The context of one run. The name of the function is here only: `AWS_LAMBDA_FUNCTION_NAME` cannot differ between
 * functions that share a process.
 */
function contextFor(definition: FunctionDefinition, requestId: string, region: string): Context {
  const deadlineMs = performance.now() + definition.timeoutMs;
  const unsupported = () => {
    throw new Error('callbacks do not exist in nodejs24.x: return a promise');
  };
  return {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: definition.name,
    functionVersion: '$LATEST',
    invokedFunctionArn: localArn('lambda', region, `function:${definition.name}`),
    memoryLimitInMB: String(definition.memoryMb),
    logGroupName: `/aws/lambda/${definition.name}`,
    logStreamName: `local/[$LATEST]${requestId}`,
    getRemainingTimeInMillis: () => Math.max(0, Math.floor(deadlineMs - performance.now())),
    done: unsupported,
    fail: unsupported,
    succeed: unsupported,
  };
}
