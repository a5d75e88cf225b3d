import { createPartnerApi, createUndiciTransport, type PartnerApi } from '../../lib/partner-api/index.ts';
import type { CredentialsSource } from '../../lib/signing/index.ts';
import { keyOptions, readCredentials } from './credentials.ts';
import type { Io } from './io.ts';
import { UsageError } from './io.ts';
import { fileBytes, required } from './options.ts';

/** The options of every command that calls the API. */
export const connectionOptions = {
  ...keyOptions,
  'base-url': { type: 'string' },
  'ca-file': { type: 'string' },
  'timeout-ms': { type: 'string' },
} as const;

type ConnectionValues = { [Name in keyof typeof connectionOptions]?: string };

/** A client and what it was made of. */
export interface Connection {
  client: PartnerApi;
  credentials: CredentialsSource;
  certificateAuthorities: string | undefined;
  close(): Promise<void>;
}

/** Connects as the options say; `PARTNER_API_BASE_URL` stands in for `--base-url`. */
export async function connect(values: ConnectionValues, io: Io): Promise<Connection> {
  const baseUrl = required(
    values['base-url'] ?? io.env['PARTNER_API_BASE_URL'],
    '--base-url (or PARTNER_API_BASE_URL)',
  );
  const caFile = values['ca-file'];
  const certificateAuthorities = caFile === undefined ? undefined : fileBytes(caFile, '--ca-file').toString('utf8');
  const credentials = await readCredentials(values, io);
  const transport = createUndiciTransport(certificateAuthorities === undefined ? {} : { certificateAuthorities });
  const timeoutMs = wholeNumber(values['timeout-ms'], '--timeout-ms');
  const client = createPartnerApi({ baseUrl, credentials, transport: transport.send, timeoutMs });
  return { client, credentials, certificateAuthorities, close: transport.close };
}

/** A positive whole number of an option, or undefined. */
export function wholeNumber(value: string | undefined, option: string): number | undefined {
  if (value === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new UsageError(`${option} is not a positive whole number: ${value}`);
  return Number(value);
}
