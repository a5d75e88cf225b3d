import { join } from 'node:path';
import { PartnerApiError } from '../../lib/partner-api/index.ts';
import { assembleConfig, checkConfig } from '../../lib/platform/config/assemble.ts';
import { type Problem, problemText } from '../../lib/platform/config/concern.ts';
import { checkLive } from '../../lib/platform/config/live.ts';
import { factsFrom } from '../../lib/platform/config/live-facts.ts';
import { SigningKeyError, SigningSecretError } from '../../lib/signing/index.ts';
import { connect, connectionOptions } from '../partner-api/connection.ts';
import { exitCodes, type Io, UsageError } from '../partner-api/io.ts';
import { readOptions } from '../partner-api/options.ts';

/** How the command is called. */
export const usage = `npm run check-config [-- FOLDER] [--live] [options]
  Prints every problem of the configuration in FOLDER (config/ when absent) with its file and path.

  --live  compares it with the Partner API as well: whether each wallet that is bound exists, is in that fund and company
          and holds that asset; wallets and recipients of sweeps; wallets and scales of strategies; the core clients that
          approve. Nothing is changed there.
    --base-url U    e.g. https://api.qredo.network/api/v1/p          (or PARTNER_API_BASE_URL)
    --api-key K, --key FILE | --secret-id ID     the key that initiates
    --approver-api-key K, --approver-key FILE | --approver-secret-id ID
                    the approver's; without it the core clients of approvals are not compared
    --ca-file FILE, --timeout-ms N

Exit codes: 0 valid, perhaps with warnings; 1 errors; 2 wrong usage; 3 the Partner API could not be asked.`;

const text = { type: 'string' } as const;
const approverOptions = { 'approver-api-key': text, 'approver-key': text, 'approver-secret-id': text } as const;
const options = {
  ...connectionOptions,
  ...approverOptions,
  live: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

/** Runs one command line and resolves with its exit code; nothing is thrown. */
export async function runCheckConfig(args: string[], io: Io): Promise<number> {
  try {
    return await checkCommand(args, io);
  } catch (error) {
    if (error instanceof PartnerApiError) {
      io.err(`not compared: ${error.message}`);
      return exitCodes.failed;
    }
    const isUsage =
      error instanceof UsageError || error instanceof SigningKeyError || error instanceof SigningSecretError;
    if (!isUsage) throw error;
    io.err(`${error.message}\n(--help shows how it is used)`);
    return exitCodes.usage;
  }
}

async function checkCommand(args: string[], io: Io): Promise<number> {
  const { values, positionals } = readOptions(args, options, true);
  if (values.help) {
    io.out(usage);
    return exitCodes.ok;
  }
  const [folder = join(import.meta.dirname, '..', '..', 'config'), ...more] = positionals;
  if (more.length > 0) throw new UsageError(`what is ${more[0]}?`);
  const problems = checkConfig(folder);
  if (values.live !== true) return conclude(problems, io);
  if (problems.some(isError)) {
    io.err('not compared with the Partner API before these are mended:');
    return conclude(problems, io);
  }
  return conclude([...problems, ...(await compare(folder, values, io))], io);
}

type Values = { [Name in keyof typeof connectionOptions | keyof typeof approverOptions]?: string };

async function compare(folder: string, values: Values, io: Io): Promise<Problem[]> {
  const config = assembleConfig(folder);
  const initiator = await connect(values, io);
  const approver = await connectApprover(values, io);
  if (approver === undefined && config.approvals.length > 0)
    io.err("the core clients of approvals are not compared: give the approver's key");
  try {
    return await checkLive(config, factsFrom(initiator.client), approver && factsFrom(approver.client));
  } finally {
    await Promise.all([initiator.close(), approver?.close()]);
  }
}

/** The approver's connection, if its key is given. The environment names the key that initiates, so it is not asked. */
async function connectApprover(values: Values, io: Io): Promise<Awaited<ReturnType<typeof connect>> | undefined> {
  const { 'approver-api-key': apiKey, 'approver-key': key, 'approver-secret-id': secretId } = values;
  if (apiKey === undefined && key === undefined && secretId === undefined) return undefined;
  const { 'api-key': _apiKey, key: _key, 'secret-id': _secretId, ...where } = values;
  const own = {
    ...where,
    ...(apiKey === undefined ? {} : { 'api-key': apiKey }),
    ...(key === undefined ? {} : { key }),
    ...(secretId === undefined ? {} : { 'secret-id': secretId }),
  };
  const baseUrl = io.env['PARTNER_API_BASE_URL'];
  return await connect(own, { ...io, env: baseUrl === undefined ? {} : { PARTNER_API_BASE_URL: baseUrl } });
}

function isError({ severity }: Problem): boolean {
  return severity === 'error';
}

function conclude(problems: readonly Problem[], io: Io): number {
  for (const problem of problems) io.err(`${problem.severity}: ${problemText(problem)}`);
  const errors = problems.filter(isError).length;
  io.out(errors === 0 ? 'the configuration is valid' : `${errors} error${errors === 1 ? '' : 's'}`);
  return errors === 0 ? exitCodes.ok : exitCodes.refused;
}
