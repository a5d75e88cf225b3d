import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ServerlessFileError, textOf } from './errors.ts';
import { type FunctionDefinition, mergeEnvironments, readFunctions } from './template/functions.ts';
import { type ResourceNames, type Resources, readResources } from './template/resources.ts';
import { Variables } from './template/variables.ts';
import { parseYaml } from './template/yaml.ts';

/** What the file is read with. */
export interface ReadOptions {
  /** Path of `serverless.yml`. */
  path: string;
  stage?: string | undefined;
  region: string;
  /** As `--param name=value`. */
  parameters?: Readonly<Record<string, string>> | undefined;
  /** Environment variables that win over the file. */
  environment?: Readonly<Record<string, string>> | undefined;
  queueUrl: ResourceNames['queueUrl'];
  secretArn: ResourceNames['secretArn'];
}

/** What `serverless.yml` comes to on this machine. */
export interface ServerlessFile extends Omit<Resources, 'intrinsics'> {
  service: string;
  stage: string;
  /** The folder of the file, which handlers are relative to. */
  folder: string;
  functions: FunctionDefinition[];
  /** The environment all functions share. */
  environment: Record<string, string>;
}

/**
 * Reads the parts of `serverless.yml` that say what runs: functions, their events and environment, tables, queues and
 * secrets. Roles, alarms and packaging are left alone. What it reads it understands, or it throws a
 * `ServerlessFileError` with the path of the place.
 */
export function readServerlessFile(options: ReadOptions): ServerlessFile {
  const path = resolve(options.path);
  const document = readDocument(path);
  const stage = options.stage ?? fileStage(document) ?? 'dev';
  const variables = new Variables({
    document,
    folder: dirname(path),
    stage,
    region: options.region,
    cliOptions: options.stage === undefined ? {} : { stage: options.stage },
    parameters: options.parameters ?? {},
    environment: process.env,
  });
  const service = variables.get('service');
  if (typeof service !== 'string') throw new ServerlessFileError('service', 'must be a string');
  const names = { service, stage, region: options.region, queueUrl: options.queueUrl, secretArn: options.secretArn };
  const { intrinsics, ...resources } = readResources(variables, names);
  const given = options.environment ?? {};
  const functions = readFunctions(variables, intrinsics, names, given);
  checkVisibility(functions, resources);
  const environment = { ...mergeEnvironments(functions), ...given };
  return { service, stage, folder: dirname(path), functions, environment, ...resources };
}

function readDocument(path: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ServerlessFileError('', textOf(error), { cause: error });
  }
  const document = parseYaml(text, path);
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new ServerlessFileError('', 'must be a mapping');
  }
  return document as Record<string, unknown>;
}

/** The stage the file gives itself, when it is plain text; `${opt:stage, 'dev'}` is resolved by its default. */
function fileStage(document: Record<string, unknown>): string | undefined {
  const provider = document['provider'];
  const stage = typeof provider === 'object' && provider !== null && 'stage' in provider ? provider.stage : undefined;
  if (typeof stage !== 'string') return undefined;
  const fallback = /^\$\{opt:stage,\s*'([^']+)'\s*\}$/.exec(stage.trim());
  if (fallback) return fallback[1];
  if (stage.includes('${')) throw new ServerlessFileError('provider.stage', `cannot be "${stage}": give a stage`);
  return stage;
}

/** AWS refuses such a trigger: the message would come back while the function still works on it. */
function checkVisibility(functions: readonly FunctionDefinition[], { queues }: Pick<Resources, 'queues'>): void {
  for (const { timeoutMs, queues: triggers } of functions) {
    for (const { arn, at } of triggers) {
      const queue = queues.find((candidate) => candidate.arn === arn);
      if (!queue) throw new ServerlessFileError(at, `${arn} is no queue of this file`);
      const visibilitySeconds = queue.VisibilityTimeout ?? 30;
      if (visibilitySeconds * 1000 < timeoutMs) {
        throw new ServerlessFileError(
          at,
          `the queue's visibility timeout (${visibilitySeconds} s) is shorter than the function's timeout (${timeoutMs / 1000} s)`,
        );
      }
    }
  }
}
