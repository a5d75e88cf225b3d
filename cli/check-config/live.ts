import { PartnerApiError } from '../../lib/partner-api/index.ts';
import { assembleConfig, checkConfig } from '../../lib/platform/config/assemble.ts';
import { isError, type Problem } from '../../lib/platform/config/concern.ts';
import { checkLive } from '../../lib/platform/config/live.ts';
import { factsFrom } from '../../lib/platform/config/live-facts.ts';
import { SigningKeyError, SigningSecretError } from '../../lib/signing/index.ts';
import { connect, connectionOptions } from '../partner-api/connection.ts';
import { exitCodes, type Io, UsageError } from '../partner-api/io.ts';
import { readOptions } from '../partner-api/options.ts';
import { conclude, folderOf } from './report.ts';

const text = { type: 'string' } as const;
const approverOptions = { 'approver-api-key': text, 'approver-key': text, 'approver-secret-id': text } as const;
const options = { ...connectionOptions, ...approverOptions, live: { type: 'boolean' } } as const;

/** `check-config --live`. Resolves with the exit code. @throws UsageError */
export async function checkLiveCommand(args: string[], io: Io): Promise<number> {
  const { values, positionals } = readOptions(args, options, true);
  const folder = folderOf(positionals);
  const problems = checkConfig(folder);
  if (problems.some(isError)) {
    io.err('not compared with the Partner API before these are mended:');
    return conclude(problems, io);
  }
  try {
    return conclude([...problems, ...(await compare(folder, values, io))], io);
  } catch (error) {
    if (error instanceof SigningKeyError || error instanceof SigningSecretError)
      throw new UsageError(error.message, { cause: error });
    if (!(error instanceof PartnerApiError)) throw error;
    io.err(`not compared: ${error.message}`);
    return exitCodes.failed;
  }
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
