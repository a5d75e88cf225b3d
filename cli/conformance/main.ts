import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { operations } from './operations.ts';
import { tableOf } from './report.ts';
import { type Report, type RunOptions, runConformance } from './run.ts';

/** How the command is called. */
export const usage = `npm run conformance -- --base-url URL --api-key K [--key FILE] [--control-url URL] [--only N,N] [--json]
  Tries the promises of the Partner API on a server and prints a table. Use a server of its own: the checks make
  companies, move money and the clock.
  --base-url     where the API lives, with its path: http://127.0.0.1:8080/api/v1/p
  --api-key      an API key
  --key          its private key (PEM, PKCS#1 or PKCS#8); without it requests are not signed
  --control-url  the control surface (people's votes, deposits, exchanges, the clock); checks that need it are skipped without
  --only         operations to try, such as 24,25,W1
  --json         the report as one line of JSON
  Ends with 0 if nothing failed, 1 if something did, 2 for wrong usage, 3 when the server cannot be reached.`;

/** Where the command writes. */
export interface Output {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
}

/** A mistake on the command line. */
class UsageError extends Error {
  readonly code = 'CONFORMANCE_USAGE';
  override readonly name = 'UsageError';
}

/** Runs the command. @returns the exit code */
export async function runConformanceCommand(args: readonly string[], { out, err }: Output): Promise<number> {
  let options: (RunOptions & { isJson: boolean }) | undefined;
  try {
    options = readOptions(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    err(`${error.message}\n\n${usage}`);
    return 2;
  }
  if (options === undefined) {
    out(usage);
    return 0;
  }
  let report: Report;
  try {
    report = await runConformance(options);
  } catch (error) {
    err(`the server cannot be reached: ${error instanceof Error ? error.message : String(error)}`);
    return 3;
  }
  out(options.isJson ? JSON.stringify(report) : tableOf(report));
  return report.failed > 0 ? 1 : 0;
}

/** @returns undefined when only help is asked for */
function readOptions(args: readonly string[]): (RunOptions & { isJson: boolean }) | undefined {
  const values = parsed(args);
  if (values.help) return undefined;
  return {
    baseUrl: urlOf(values['base-url'], '--base-url'),
    apiKey: given(values['api-key'], '--api-key'),
    privateKey: values.key === undefined ? undefined : privateKeyIn(values.key),
    controlUrl: values['control-url'] === undefined ? undefined : urlOf(values['control-url'], '--control-url'),
    only: values.only === undefined ? undefined : numbersIn(values.only),
    isJson: values.json ?? false,
  };
}

function parsed(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = {
    'base-url': text,
    'api-key': text,
    key: text,
    'control-url': text,
    only: text,
    json: flag,
    help: flag,
  };
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
}

function given(value: string | undefined, option: string): string {
  if (value === undefined || value === '') throw new UsageError(`${option} is missing`);
  return value;
}

function urlOf(value: string | undefined, option: string): string {
  const text = given(value, option);
  if (!/^https?:\/\/[^/?#]+/.test(text) || !URL.canParse(text))
    throw new UsageError(`${option} is no http(s) URL: ${text}`);
  return text;
}

function privateKeyIn(path: string): KeyObject {
  try {
    return createPrivateKey(readFileSync(path));
  } catch (cause) {
    throw new UsageError(`--key: cannot read a private key from ${path}`, { cause });
  }
}

function numbersIn(list: string): string[] {
  const numbers = list.split(',').map((one) => one.trim());
  const unknown = numbers.filter((one) => !operations.some(({ number }) => number === one));
  if (unknown.length > 0) throw new UsageError(`--only: no such operation: ${unknown.join(', ')}`);
  return numbers;
}
