import { readFileSync } from 'node:fs';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { UsageError } from './io.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

/** The options of a command. @throws {UsageError} for unknown options and missing values. */
export function readOptions<Known extends Options>(args: string[], options: Known, positionals = false) {
  try {
    return parseArgs({ args, options, allowPositionals: positionals, strict: true });
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
}

/** The value of an option that must be there, from the command line or from the environment. */
export function required(value: string | undefined, name: string): string {
  if (value === undefined || value === '') throw new UsageError(`${name} is missing`);
  return value;
}

/** The bytes of a file, as they are. @throws {UsageError} when it cannot be read. */
export function fileBytes(path: string, option: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new UsageError(`${option}: ${(cause as NodeJS.ErrnoException).code ?? 'error'} reading ${path}`, { cause });
  }
}

/** The options that name a body. */
export const bodyOptions = { body: { type: 'string' }, 'body-file': { type: 'string' } } as const;

/** The body: the text of `--body`, or the bytes of `--body-file` with nothing trimmed or converted. */
export function readBody(values: { body?: string; 'body-file'?: string }): Buffer | undefined {
  const { body, 'body-file': file } = values;
  if (body !== undefined && file !== undefined) throw new UsageError('--body and --body-file exclude each other');
  if (file !== undefined) return fileBytes(file, '--body-file');
  return body === undefined ? undefined : Buffer.from(body, 'utf8');
}
