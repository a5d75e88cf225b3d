import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { parseArgs } from 'node:util';
import { basePath } from '../sandbox/partner-api/http.ts';
import { JournalBusyError, JournalError } from '../sandbox/partner-api/journal.ts';
import { type PartnerApi, type PartnerApiOptions, startPartnerApi } from '../sandbox/partner-api/server.ts';

const usage = `npm run sandbox -- [options]

  --port N                 port to listen on (default 8080; 0 takes a free one)
  --public-key FILE        register this RSA public key (PEM) with a live-type API key that must sign
  --seed N                 the same ids, keys and addresses on every run
  --journal FILE           keep the state in FILE across restarts
  --tls-cert FILE --tls-key FILE
  --public-base-url URL    what clients call and sign when a proxy stands in front: https://HOST/api/v1/p
  --signature-policy required|ifPresent
  --rate-limit N           requests per second and API key, with twice that as burst
  --strict-agents          verify the proofs and signatures of Signing Agents, not only their form
  --json                   one line of JSON on standard output, for programs`;

const defaultPort = 8080;

/** A mistake on the command line: exit 2. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        port: { type: 'string' },
        'public-key': { type: 'string' },
        seed: { type: 'string' },
        journal: { type: 'string' },
        'tls-cert': { type: 'string' },
        'tls-key': { type: 'string' },
        'public-base-url': { type: 'string' },
        'signature-policy': { type: 'string' },
        'rate-limit': { type: 'string' },
        'strict-agents': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
}

type Options = ReturnType<typeof readOptions>;

function wholeNumber(text: string | undefined, option: string, largest: number): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text) || Number(text) > largest)
    throw new UsageError(`--${option}: not a number in range: ${text}`);
  return Number(text);
}

function fileText(path: string, option: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new UsageError(`--${option}: cannot read ${path}`, { cause });
  }
}

/** Certificate and key, which must fit together. */
function tlsOptions(certFile: string | undefined, keyFile: string | undefined): PartnerApiOptions['tls'] {
  if ((certFile === undefined) !== (keyFile === undefined))
    throw new UsageError('--tls-cert and --tls-key go together');
  if (certFile === undefined || keyFile === undefined) return undefined;
  const tls = { cert: fileText(certFile, 'tls-cert'), key: fileText(keyFile, 'tls-key') };
  try {
    createSecureContext(tls);
  } catch (cause) {
    const { reason, message } = cause as Error & { reason?: string };
    throw new UsageError(`--tls-cert, --tls-key: no certificate and its key (PEM): ${reason ?? message}`, { cause });
  }
  return tls;
}

/** The proxy may have another host, not another path: the sandbox answers below its own only. */
function publicBaseUrls(text: string | undefined): string[] {
  if (text === undefined) return [];
  const url = URL.parse(text);
  const plain = `${url?.origin}${basePath}`;
  if (url === null || !/^https?:$/.test(url.protocol) || ![plain, `${plain}/`].includes(text))
    throw new UsageError(`--public-base-url: http(s)://HOST${basePath}, not ${text}`);
  return [plain];
}

function serverOptions(options: Options): PartnerApiOptions {
  const policy = options['signature-policy'];
  if (policy !== undefined && policy !== 'required' && policy !== 'ifPresent') {
    throw new UsageError(`--signature-policy: required or ifPresent, not ${policy}`);
  }
  const perSecond = wholeNumber(options['rate-limit'], 'rate-limit', 1_000_000);
  if (perSecond === 0) throw new UsageError('--rate-limit: at least 1');
  return {
    seed: wholeNumber(options.seed, 'seed', Number.MAX_SAFE_INTEGER),
    journal: options.journal,
    signaturePolicy: policy,
    strictAgents: options['strict-agents'],
    rateLimit: perSecond === undefined ? undefined : { perSecond, burst: perSecond * 2 },
    publicBaseUrls: publicBaseUrls(options['public-base-url']),
    tls: tlsOptions(options['tls-cert'], options['tls-key']),
    log: (...words) => console.error(...words),
  };
}

/** A busy port is no reason to fail: it says so and takes a free one. */
async function listen(options: PartnerApiOptions, port: number): Promise<PartnerApi> {
  try {
    return await startPartnerApi({ ...options, port });
  } catch (error) {
    if (error instanceof JournalError && !(error instanceof JournalBusyError))
      throw new UsageError(`--journal: ${error.message}`, { cause: error });
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    console.error(`port ${port} is busy, taking a free one`);
    return startPartnerApi({ ...options, port: 0 });
  }
}

/** The key to start with: that of the journal if there is one of the wanted kind, else a new one. */
function firstApiKey(api: PartnerApi, publicKeyPem: string | undefined): string {
  const kind = publicKeyPem === undefined ? 'sandbox' : 'live';
  const known = [...api.sandbox.world.accounts.values()].find((account) => account.kind === kind && account.enabled);
  if (known !== undefined && publicKeyPem === undefined) return known.apiKey;
  const body = JSON.stringify({ kind, publicKeyPem, keyId: known?.keyId });
  const outcome = api.sandbox.control({ method: 'POST', target: '/keys', body });
  const answer = JSON.parse(outcome.body) as { apiKey: string; detail?: { reason?: string } };
  if (outcome.status !== 200) throw new UsageError(`--public-key: ${answer.detail?.reason}`);
  return answer.apiKey;
}

async function main(): Promise<void> {
  const options = readOptions();
  if (options.help) {
    console.log(usage);
    return;
  }
  const port = wholeNumber(options.port, 'port', 65_535) ?? defaultPort;
  const publicKeyFile = options['public-key'];
  const publicKeyPem = publicKeyFile === undefined ? undefined : fileText(publicKeyFile, 'public-key');
  const api = await listen(serverOptions(options), port);
  const { baseUrl, feedUrl, controlUrl } = api;
  const stop = () => void api.close().then(() => process.exit(0));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const apiKey = firstApiKey(api, publicKeyPem);
  if (options.json) console.log(JSON.stringify({ baseUrl, feedUrl, controlUrl, apiKey }));
  else
    console.log(`Partner API  ${baseUrl}\nfeeds        ${feedUrl}\ncontrol      ${controlUrl}\nAPI key      ${apiKey}`);
}

try {
  await main();
} catch (error) {
  const isUsage = error instanceof UsageError;
  if (isUsage) console.error(`${error.message}\n\n${usage}`);
  else console.error(error instanceof JournalBusyError ? error.message : error);
  process.exit(isUsage ? 2 : 1);
}
