import * as z from 'zod';
import { duplicateMembers } from '../../../lib/platform/http/duplicate-members.ts';
import { UsageError } from '../io.ts';

const text = z.string().min(1).max(255);
const members = z.array(text).min(1);
const policy = z
  .strictObject({ threshold: z.int().min(1), members })
  .refine(({ threshold, members }) => threshold <= members.length, {
    error: 'the threshold is above the number of members',
    path: ['threshold'],
  });
const wallet = z.strictObject({
  name: text,
  asset: text,
  type: z.int().min(0).max(2).default(0),
  transferPolicy: policy.optional(),
  withdrawPolicy: policy.optional(),
  connect: z.array(z.looseObject({ counterpartyId: text, clientId: text }).catchall(z.string())).optional(),
});
const fund = z.strictObject({
  name: text,
  description: z.string().max(255).default(''),
  transferPolicy: policy,
  withdrawPolicy: policy,
  wallets: z.array(wallet).default([]),
  whitelist: z.array(z.strictObject({ name: text, asset: text, address: text })).default([]),
});

const schema = z.strictObject({
  company: z.strictObject({
    name: text,
    city: z.string().optional(),
    country: z.string().optional(),
    domain: z.string().optional(),
    ref: z.string().optional(),
  }),
  /** Names of core clients of this API key; they are made if missing, and enlisted. */
  coreClients: z.array(text).default([]),
  /** Users by e-mail, core clients and agents of others by id. */
  trustedParties: z.array(text).default([]),
  funds: z.array(fund).default([]),
});

/**
 * What should exist. `members` of policies are named as in `coreClients` or `trustedParties`, or by their ids. Names must
 * be unique where they are looked up by name: funds of the company, wallets of one asset in a fund.
 */
export type Wanted = z.infer<typeof schema>;
/** One fund of the file. */
export type WantedFund = Wanted['funds'][number];
/** One wallet of a fund of the file. */
export type WantedWallet = WantedFund['wallets'][number];
/** One policy of the file. */
export type WantedPolicy = z.infer<typeof policy>;

/** Reads the file. @throws {UsageError} that names each field that is wrong, unknown ones too. */
export function parseWanted(json: string): Wanted {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new UsageError(`the file is not JSON: ${(cause as Error).message}`, { cause });
  }
  for (const path of duplicateMembers(json)) throw new UsageError(`${path.join('.')}: stands twice`);
  const result = schema.safeParse(value);
  if (!result.success) {
    const lines = result.error.issues.map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`);
    throw new UsageError(lines.join('\n'));
  }
  checkUnique(result.data);
  return result.data;
}

/** A second run finds things by their names, so a name that stands twice could not be told apart. */
function checkUnique({ funds }: Wanted): void {
  const twice = (keys: string[]) => keys.find((key, index) => keys.indexOf(key) !== index);
  const fundTwice = twice(funds.map((fund) => fund.name));
  if (fundTwice !== undefined) throw new UsageError(`funds: two are named ${fundTwice}`);
  for (const fund of funds) {
    const walletTwice = twice(fund.wallets.map((wallet) => `${wallet.name} (${wallet.asset})`));
    if (walletTwice !== undefined) throw new UsageError(`funds ${fund.name}: two wallets are named ${walletTwice}`);
  }
}
