import { ServerlessFileError } from '../errors.ts';
import { type HttpTrigger, type QueueTrigger, readEvents, type ScheduleTrigger } from './events.ts';
import type { Intrinsics } from './intrinsics.ts';
import { check, functionProperties } from './schemas.ts';
import type { Variables } from './variables.ts';

/** One entry of `functions:`. */
export interface FunctionDefinition {
  /** Its key in the file, such as `create-transfer`. */
  key: string;
  /** Its name in AWS: `name:`, or service, stage and key. */
  name: string;
  /** `path/to/file.export`. */
  handler: string;
  timeoutMs: number;
  memoryMb: number;
  /** How many may run at once; no limit when undefined. */
  reservedConcurrency: number | undefined;
  /** The environment, resolved, without the variables that were given from outside. */
  environment: Readonly<Record<string, string>>;
  http: HttpTrigger[];
  schedules: ScheduleTrigger[];
  queues: QueueTrigger[];
}

/** Lambda's own defaults in the framework. */
const defaultTimeoutSeconds = 6;
const defaultMemoryMb = 1024;

/** Reads every function. `given` are variables set from outside: their expressions in the file are not looked at. */
export function readFunctions(
  variables: Variables,
  intrinsics: Intrinsics,
  names: { service: string; stage: string },
  given: Readonly<Record<string, string>>,
): FunctionDefinition[] {
  const providerDefault = (key: string) => variables.get(`provider.${key}`);
  const shared = environmentOf(variables, variables.document['provider'], 'provider');
  return functionEntries(variables).map(([key, raw, at]) => {
    const own = environmentOf(variables, raw, at);
    const plain = Object.fromEntries(Object.entries(raw).filter(([name]) => Object.hasOwn(readKeys, name)));
    const read = check(functionProperties, intrinsics.resolve(variables.resolve(plain, at), at), at);
    const timeoutSeconds = read.timeout ?? (providerDefault('timeout') as number | undefined) ?? defaultTimeoutSeconds;
    const events = variables.shallow(raw['events'], `${at}.events`) ?? [];
    if (!Array.isArray(events)) throw new ServerlessFileError(`${at}.events`, 'must be a list');
    return {
      key,
      name: read.name ?? `${names.service}-${names.stage}-${key}`,
      handler: read.handler,
      timeoutMs: timeoutSeconds * 1000,
      memoryMb: read.memorySize ?? (providerDefault('memorySize') as number | undefined) ?? defaultMemoryMb,
      reservedConcurrency: read.reservedConcurrency,
      environment: resolveEnvironment({ ...shared, ...own }, variables, intrinsics, given),
      ...readEvents(events, `${at}.events`, variables, intrinsics),
    };
  });
}

const readKeys = { name: 1, handler: 1, timeout: 1, memorySize: 1, reservedConcurrency: 1 };

/** `functions` is one object or a list of them; each may come from a file. */
function functionEntries(variables: Variables): [string, Record<string, unknown>, string][] {
  const functions = variables.shallow(variables.document['functions'], 'functions');
  const parts = Array.isArray(functions) ? functions : [functions];
  return parts.flatMap((item, index) => {
    const prefix = Array.isArray(functions) ? `functions[${index}]` : 'functions';
    const part = (variables.shallow(item, prefix) ?? {}) as Record<string, unknown>;
    return Object.entries(part).map(([key, raw]): [string, Record<string, unknown>, string] => {
      const entry = variables.shallow(raw, `${prefix}.${key}`);
      if (typeof entry !== 'object' || entry === null) {
        throw new ServerlessFileError(`${prefix}.${key}`, 'a function needs a handler');
      }
      return [key, entry as Record<string, unknown>, `${prefix}.${key}`];
    });
  });
}

type UnresolvedEnvironment = Record<string, { value: unknown; at: string }>;

function environmentOf(variables: Variables, owner: unknown, at: string): UnresolvedEnvironment {
  const section = (variables.shallow(owner, at) as { environment?: unknown } | undefined)?.environment;
  const environment = (variables.shallow(section, `${at}.environment`) ?? {}) as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, { value, at: `${at}.environment.${name}` }]),
  );
}

function resolveEnvironment(
  environment: UnresolvedEnvironment,
  variables: Variables,
  intrinsics: Intrinsics,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const resolved: Record<string, string> = {};
  for (const [name, { value, at }] of Object.entries(environment)) {
    if (Object.hasOwn(given, name)) continue;
    const plain = intrinsics.resolve(variables.resolve(value, at), at);
    // The framework leaves a variable out whose value is null.
    if (plain === null || plain === undefined) continue;
    if (typeof plain === 'object') throw new ServerlessFileError(at, 'an environment variable must be a scalar');
    resolved[name] = String(plain);
  }
  return resolved;
}

/**
 * The one environment all functions share, since they run in one process. Two functions that give one variable different
 * values are a `ServerlessFileError`: locally one of them would read the other's.
 */
export function mergeEnvironments(functions: readonly FunctionDefinition[]): Record<string, string> {
  const merged: Record<string, string> = {};
  const givenBy = new Map<string, string>();
  for (const { key, environment } of functions) {
    for (const [name, value] of Object.entries(environment)) {
      if (Object.hasOwn(merged, name) && merged[name] !== value) {
        const first = givenBy.get(name);
        throw new ServerlessFileError(
          `functions.${key}.environment.${name}`,
          `has another value than for ${first}: locally all functions share one environment`,
        );
      }
      merged[name] = value;
      if (!givenBy.has(name)) givenBy.set(name, key);
    }
  }
  return merged;
}
