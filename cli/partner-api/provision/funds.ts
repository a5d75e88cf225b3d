import type { Fund, NewWallet, PartnerApi, Wallet } from '../../../lib/partner-api/index.ts';
import { UsageError } from '../io.ts';
import type { WantedFund, WantedWallet } from './file.ts';
import type { MemberIds } from './parties.ts';
import { missingMembers, policyDifferences, resolved } from './policies.ts';
import { compared, differences, type Report } from './report.ts';

/** What is needed to provide a fund. */
export interface FundContext {
  client: PartnerApi;
  /** Undefined in a dry run that would make the company. */
  companyId: string | undefined;
  ids: MemberIds;
  report: Report;
  dryRun: boolean;
}

/** One fund with its wallets and whitelist: found by name or made; what differs is told and left alone. */
export async function provideFund(context: FundContext, wanted: WantedFund): Promise<void> {
  const { client, companyId, report } = context;
  if (companyId === undefined) return announceAll(wanted, report);
  const matches = (await client.funds.search(companyId, wanted.name)).filter(({ name }) => name === wanted.name);
  if (matches.length > 1) throw new UsageError(`${matches.length} funds are named ${wanted.name}: which one is meant?`);
  const [match] = matches;
  const fundId = match?.fundId ?? (await makeFund(context, companyId, wanted));
  if (fundId === undefined) return;
  const fund = await client.funds.get(companyId, fundId);
  if (match !== undefined) {
    report.rows.push(compared({ what: 'fund', name: wanted.name, id: fundId }, fundDifferences(context, wanted, fund)));
  }
  await provideWallets(context, companyId, wanted, fund, match === undefined);
  await provideWhitelist(context, companyId, fundId, wanted);
}

/** Makes the fund with all its wallets in one call; undefined when it cannot be made now. */
async function makeFund(context: FundContext, companyId: string, wanted: WantedFund): Promise<string | undefined> {
  const { client, ids, report, dryRun } = context;
  if (dryRun) {
    announceAll(wanted, report);
    return undefined;
  }
  const missing = missingMembers(wanted, ids);
  if (missing.length > 0) {
    report.rows.push({ what: 'fund', name: wanted.name, state: 'waiting', note: `needs ${missing.join(', ')}` });
    return undefined;
  }
  const { fundId } = await client.funds.create(companyId, {
    name: wanted.name,
    description: wanted.description,
    transferPolicy: resolved(wanted.transferPolicy, ids),
    withdrawPolicy: resolved(wanted.withdrawPolicy, ids),
    wallets: wanted.wallets.map((wallet) => newWallet(wallet, ids)),
  });
  report.rows.push({ what: 'fund', name: wanted.name, state: 'made', id: fundId });
  return fundId;
}

function announceAll(wanted: WantedFund, { rows }: Report): void {
  rows.push({ what: 'fund', name: wanted.name, state: 'to make' });
  for (const { name } of wanted.wallets)
    rows.push({ what: 'wallet', name: `${wanted.name} / ${name}`, state: 'to make' });
  for (const { name } of wanted.whitelist) {
    rows.push({ what: 'whitelist entry', name: `${wanted.name} / ${name}`, state: 'to make' });
  }
}

function fundDifferences({ ids }: FundContext, wanted: WantedFund, fund: Fund): string[] {
  return [
    ...differences({ description: wanted.description }, { description: fund.description }),
    ...policyDifferences('transfer', wanted.transferPolicy, fund.transferPolicy, ids),
    ...policyDifferences('withdraw', wanted.withdrawPolicy, fund.withdrawPolicy, ids),
  ];
}

async function provideWallets(
  context: FundContext,
  companyId: string,
  wanted: WantedFund,
  fund: Fund,
  fundIsNew: boolean,
): Promise<void> {
  const { client, ids, report, dryRun } = context;
  const { fundId } = fund;
  for (const wallet of wanted.wallets) {
    const row = { what: 'wallet', name: `${wanted.name} / ${wallet.name}` } as const;
    const found = fund.wallets.filter(({ name, asset }) => name === wallet.name && asset === wallet.asset);
    if (found.length > 1) throw new UsageError(`${found.length} wallets are named ${row.name} (${wallet.asset})`);
    let walletId = found[0]?.walletId;
    const missing = missingMembers({ wallets: [wallet] }, ids);
    if (found[0] !== undefined) {
      const note = found[0].status === 'ready' ? undefined : `status ${found[0].status}`;
      const differing = fundIsNew ? [] : walletDifferences(wallet, found[0], fund, ids);
      const seen = compared({ ...row, id: walletId, note }, differing);
      report.rows.push(fundIsNew ? { ...seen, state: 'made' } : seen);
    } else if (dryRun) report.rows.push({ ...row, state: 'to make' });
    else if (missing.length > 0) report.rows.push({ ...row, state: 'waiting', note: `needs ${missing.join(', ')}` });
    else {
      [walletId] = await client.funds.addWallets(companyId, fundId, [newWallet(wallet, ids)]);
      report.rows.push({ ...row, state: 'made', id: walletId });
    }
    if (walletId !== undefined) report.binding.push({ companyId, fundId, walletId, asset: wallet.asset });
  }
}

function newWallet(wallet: WantedWallet, ids: MemberIds): NewWallet {
  const { name, asset, type, transferPolicy, withdrawPolicy, connect } = wallet;
  return {
    name,
    asset,
    type,
    ...(transferPolicy === undefined ? {} : { transferPolicy: resolved(transferPolicy, ids) }),
    ...(withdrawPolicy === undefined ? {} : { withdrawPolicy: resolved(withdrawPolicy, ids) }),
    ...(connect === undefined ? {} : { connect: connect as NonNullable<NewWallet['connect']> }),
  };
}

function walletDifferences(wanted: WantedWallet, found: Wallet, fund: Fund, ids: MemberIds): string[] {
  const differing = found.type === wanted.type ? [] : [`type is ${found.type}, not ${wanted.type}`];
  const kinds = [
    ['transfer', wanted.transferPolicy, found.transferPolicy, found.transferPolicyId, fund.transferPolicyId],
    ['withdraw', wanted.withdrawPolicy, found.withdrawPolicy, found.withdrawPolicyId, fund.withdrawPolicyId],
  ] as const;
  for (const [kind, policy, existing, policyId, fundPolicyId] of kinds) {
    if (policy !== undefined) differing.push(...policyDifferences(kind, policy, existing, ids));
    // A policy of its own where the file wants the fund's; the ids are equal when it is inherited (reference 5.5).
    else if (policyId !== fundPolicyId) differing.push(`${kind} policy is its own, not the fund's`);
  }
  return differing;
}

async function provideWhitelist(context: FundContext, companyId: string, fundId: string, wanted: WantedFund) {
  const { client, report, dryRun } = context;
  if (wanted.whitelist.length === 0) return;
  const existing = await client.funds.whitelist(companyId, fundId);
  for (const entry of wanted.whitelist) {
    const row = { what: 'whitelist entry', name: `${wanted.name} / ${entry.name}` } as const;
    const found = existing.find(
      ({ asset, address }) => asset === entry.asset && sameAddress(asset, address, entry.address),
    );
    if (found !== undefined) report.rows.push(compared(row, differences({ name: entry.name }, { name: found.name })));
    else if (dryRun) report.rows.push({ ...row, state: 'to make' });
    else {
      await client.funds.addToWhitelist(companyId, fundId, entry);
      report.rows.push({ ...row, state: 'made' });
    }
  }
}

/** Ethereum addresses differ in case only by their checksum; everywhere else case matters (reference 4.5, operation 14). */
function sameAddress(asset: string, one: string, other: string): boolean {
  return one === other || (asset.startsWith('ETH') && one.toLowerCase() === other.toLowerCase());
}
