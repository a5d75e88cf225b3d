import { isUtf8 } from 'node:buffer';
import type { Operation } from '../../lib/partner-api/index.ts';
import { parseJson, writeJson } from '../../lib/partner-api/json.ts';
import { connect, connectionOptions } from './connection.ts';
import { exitCodes, type Io, UsageError } from './io.ts';
import { bodyOptions, readBody, readOptions } from './options.ts';
import { render } from './table.ts';

/** How `send` is called. */
export const sendUsage = `send METHOD PATH [--body S | --body-file F] [--json]
  Sends one signed request and prints the answer. PATH stands below the base URL, e.g. /assets or
  "/company/search?query=heron". It is sent once; only GET is repeated.`;

const methods = ['GET', 'POST', 'PUT', 'DELETE'] as const;

/** Sends one signed request; an error of the API ends in the exit code of its effect. */
export async function sendCommand(args: string[], io: Io): Promise<number> {
  const options = { ...connectionOptions, ...bodyOptions, json: { type: 'boolean' } } as const;
  const { values, positionals } = readOptions(args, options, true);
  const operation = readOperation(positionals, readBody(values));
  const connection = await connect(values, io);
  try {
    const answer = await connection.client.send(operation, { signal: io.signal });
    const body = parsed(answer.body);
    if (values.json) io.out(writeJson({ status: answer.status, body: body ?? null }));
    else io.out(body === undefined ? `(${answer.status}, no body)` : render(body));
    return exitCodes.ok;
  } finally {
    await connection.close();
  }
}

function readOperation(positionals: string[], body: Buffer | undefined): Operation {
  const [word, path, ...more] = positionals;
  const method = methods.find((known) => known === word?.toUpperCase());
  if (method === undefined) throw new UsageError(`METHOD must be one of ${methods.join(', ')}`);
  if (path === undefined || !path.startsWith('/')) throw new UsageError('PATH must begin with a slash');
  if (more.length > 0) throw new UsageError(`too many arguments: ${more.join(' ')}`);
  if (body !== undefined && !isUtf8(body)) throw new UsageError('--body-file is not UTF-8, which every body must be');
  // `toString` keeps every byte of valid UTF-8, a byte order mark included, so what is signed and sent is the file.
  return { name: 'send', method, path, ...(body === undefined ? {} : { body: body.toString('utf8') }) };
}

/** JSON where it is JSON, else the text itself; undefined when there is none. */
function parsed(body: string): unknown {
  if (body === '') return undefined;
  try {
    return parseJson(body);
  } catch {
    return body;
  }
}
