import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileOf, invalidConfig } from './check-concern.ts';
import { isError, membersTwice, type Problem, type ProblemInFile } from './concern.ts';
import type { Config } from './concerns.ts';
import { type Checked, checkDocument } from './parse.ts';

/**
 * One document out of the files of a configuration folder, checked and with its defaults filled in: what the build puts
 * beside each bundle as `config.json`. A `ConfigurationError` tells every problem with its file and path.
 */
export function assembleConfig(directory: string, nowMs = Date.now()): Config {
  const { config, problems } = checkFolder(directory, nowMs);
  if (config) return config;
  throw invalidConfig(problems);
}

/** Every problem of a configuration folder, warnings included. */
export function checkConfig(directory: string, nowMs = Date.now()): Problem[] {
  return checkFolder(directory, nowMs).problems;
}

function checkFolder(directory: string, nowMs: number): Checked {
  const problems: Problem[] = [];
  const document: Record<string, unknown> = {};
  const unreadable: string[] = [];
  for (const file of jsonFilesOf(directory, problems)) {
    const name = file.slice(0, -'.json'.length);
    const { value, problem, twice = [] } = readConcern(join(directory, file), name);
    problems.push(...twice.map((one) => ({ file: fileOf(name), ...one })));
    if (problem) {
      problems.push({ file: fileOf(name), path: '', message: problem, severity: 'error' });
      unreadable.push(name);
    } else document[name] = value;
  }
  const { config, problems: found } = checkDocument(document, unreadable, nowMs);
  problems.push(...found);
  return { config: problems.some(isError) ? undefined : config, problems };
}

function jsonFilesOf(directory: string, problems: Problem[]): string[] {
  try {
    return readdirSync(directory)
      .filter((file) => file.endsWith('.json'))
      .sort();
  } catch (error) {
    problems.push({ file: directory, path: '', message: `cannot be read (${codeOf(error)})`, severity: 'error' });
    return [];
  }
}

/** What is read from a file: the value, or why there is none; and the members that stand in it twice. */
interface Read {
  readonly value?: unknown;
  readonly problem?: string;
  readonly twice?: ProblemInFile[];
}

/** The value under the one key a file has, which is its own name. */
function readConcern(path: string, name: string): Read {
  let text: string;
  let document: unknown;
  try {
    text = readFileSync(path, 'utf8');
    document = JSON.parse(text);
  } catch (error) {
    return {
      problem: error instanceof SyntaxError ? `is not JSON: ${error.message}` : `cannot be read (${codeOf(error)})`,
    };
  }
  const isObject = typeof document === 'object' && document !== null && !Array.isArray(document);
  if (!isObject || !Object.hasOwn(document as object, name))
    return { problem: `must be an object with the key "${name}"` };
  const others = Object.keys(document as object).filter((key) => key !== name);
  if (others.length > 0) return { problem: `unknown key "${others.join('", "')}"` };
  return { value: (document as Record<string, unknown>)[name], twice: membersTwice(text) };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
