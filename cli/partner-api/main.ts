import { PartnerApiError } from '../../lib/partner-api/index.ts';
import { SigningKeyError, SigningSecretError } from '../../lib/signing/index.ts';
import { feedCommand, feedUsage } from './feed.ts';
import { exitCodes, type Io, UsageError } from './io.ts';
import { provisionCommand, provisionUsage } from './provision.ts';
import { sendCommand, sendUsage } from './send.ts';
import { signCommand, signUsage } from './sign.ts';

const commands: Record<string, { run: (args: string[], io: Io) => Promise<number>; usage: string }> = {
  sign: { run: signCommand, usage: signUsage },
  send: { run: sendCommand, usage: sendUsage },
  feed: { run: feedCommand, usage: feedUsage },
  provision: { run: provisionCommand, usage: provisionUsage },
};

/** What is printed for `--help` and after wrong usage. */
export const usage = `npm run partner-api -- COMMAND [options]

${Object.values(commands)
  .map((command) => command.usage)
  .join('\n\n')}

Where and as whom, for every command that calls the API:
  --base-url U    e.g. https://api.qredo.network/api/v1/p          (or PARTNER_API_BASE_URL)
  --api-key K     the API key, verbatim                            (or PARTNER_API_KEY)
  --key FILE      RSA private key, PKCS#1 or PKCS#8 PEM             (or PARTNER_API_KEY_FILE)
  --secret-id ID  both of them from AWS Secrets Manager instead     (or SIGNING_SECRET_ID)
  --ca-file FILE  certificate authority of a server with its own certificate
  --timeout-ms N  for one request

Exit codes: 0 done; 1 refused by the Partner API; 2 wrong usage; 3 failed, and the message says whether anything can have
happened.`;

/** Runs one command line and resolves with its exit code; nothing is thrown. */
export async function runPartnerApi(args: string[], io: Io): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || rest.includes('--help')) {
    io.out(commands[name ?? '']?.usage ?? usage);
    return name === undefined ? exitCodes.usage : exitCodes.ok;
  }
  try {
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (command === undefined) throw new UsageError(`there is no command ${name}`);
    return await command.run(rest, io);
  } catch (error) {
    return explain(error, io);
  }
}

/** Messages only, never a stack: the key, the signature and bodies have no place on a screen. */
function explain(error: unknown, io: Io): number {
  if (error instanceof UsageError || error instanceof SigningKeyError || error instanceof SigningSecretError) {
    io.err(`${error.message}\n(--help shows how it is used)`);
    return exitCodes.usage;
  }
  if (error instanceof PartnerApiError) {
    if (error.effect === 'refused') {
      io.err(`refused: ${error.message}`);
      return exitCodes.refused;
    }
    if (error.code === 'invalid_request') {
      io.err(error.message);
      return exitCodes.usage;
    }
    io.err(`${outcomeOf(error)}: ${error.message}`);
    return exitCodes.failed;
  }
  io.err(`failed: ${error instanceof Error ? error.message : String(error)}`);
  return exitCodes.failed;
}

/** What was answered was sent, so a request that the API turned away is not told as one that never left. */
function outcomeOf({ effect, status }: PartnerApiError): string {
  if (effect !== 'notSent') return 'outcome unknown';
  return status === undefined ? 'not sent' : 'turned away, nothing happened';
}
