import { signingString } from '../../lib/signing/index.ts';
import { keyOptions, readSigner } from './credentials.ts';
import { exitCodes, type Io, UsageError } from './io.ts';
import { bodyOptions, readBody, readOptions, required } from './options.ts';

/** How `sign` is called. */
export const signUsage = `sign --url U (--key FILE | --secret-id ID) [--body S | --body-file F]
       [--timestamp T | --nonce N] [--json]
  Prints the x-sign and x-timestamp (or x-nonce) headers. The URL is signed as it is given, feeds with wss;
  the body byte for byte, with nothing trimmed.`;

/** Prints the headers of one request (reference 2.2), like the vendor's signing client; nothing is sent. */
export async function signCommand(args: string[], io: Io): Promise<number> {
  const { values } = readOptions(args, {
    ...keyOptions,
    ...bodyOptions,
    url: { type: 'string' },
    timestamp: { type: 'string' },
    nonce: { type: 'string' },
    json: { type: 'boolean' },
  });
  const url = required(values.url, '--url');
  if (!URL.canParse(url)) throw new UsageError(`--url is not a URL: ${url}`);
  if (new URL(url).href !== url) {
    io.err(`note: most HTTP clients will call ${new URL(url).href} instead, for which this signature is not valid`);
  }
  const { name, stamp } = readStamp(values);
  const signer = await readSigner(values, io);
  const signature = await signer.sign(signingString(stamp, url, readBody(values)));
  if (values.json) io.out(JSON.stringify({ 'x-sign': signature, [name]: stamp }));
  else io.out(`x-sign: ${signature}\n${name}: ${stamp}`);
  return exitCodes.ok;
}

/** The very text that is signed and sent; now, in seconds, when none is given. */
function readStamp({ timestamp, nonce }: { timestamp?: string; nonce?: string }): { name: string; stamp: string } {
  if (timestamp !== undefined && nonce !== undefined) {
    throw new UsageError('--timestamp and --nonce exclude each other: a request carries one of them (reference 2.1)');
  }
  const stamp = nonce ?? timestamp ?? Math.floor(Date.now() / 1000).toString();
  const option = nonce === undefined ? '--timestamp' : '--nonce';
  if (!/^\d{1,30}$/.test(stamp)) throw new UsageError(`${option} is not a whole number: ${stamp}`);
  return { name: nonce === undefined ? 'x-timestamp' : 'x-nonce', stamp };
}
