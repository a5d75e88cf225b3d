import type { Fund } from '../../../lib/partner-api/index.ts';
import { UsageError } from '../io.ts';
import type { FundContext } from './context.ts';
import type { WantedFund } from './file.ts';
import { missingMembers, policyDifferences, resolved } from './policies.ts';
import { attempt, compared, differences, type Report } from './report.ts';
import { newWallet, provideWallets, summaryOf } from './wallets.ts';

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
  const note = wanted.wallets.length === 0 ? undefined : `with ${wanted.wallets.map(summaryOf).join(', ')}`;
  const { fundId } = await attempt(report, { what: 'fund', name: wanted.name, note }, () =>
    client.funds.create(companyId, {
      name: wanted.name,
      description: wanted.description,
      transferPolicy: resolved(wanted.transferPolicy, ids),
      withdrawPolicy: resolved(wanted.withdrawPolicy, ids),
      wallets: wanted.wallets.map((wallet) => newWallet(wallet, ids)),
    }),
  );
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
      await attempt(report, { ...row, note: `${entry.asset} ${entry.address}` }, () =>
        client.funds.addToWhitelist(companyId, fundId, entry),
      );
      report.rows.push({ ...row, state: 'made' });
    }
  }
}

/** Ethereum addresses differ in case only by their checksum; everywhere else case matters (reference 4.5, operation 14). */
function sameAddress(asset: string, one: string, other: string): boolean {
  return one === other || (asset.startsWith('ETH') && one.toLowerCase() === other.toLowerCase());
}
