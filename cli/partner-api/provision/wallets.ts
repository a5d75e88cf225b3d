import type { Fund, NewWallet, Wallet } from '../../../lib/partner-api/index.ts';
import { UsageError } from '../io.ts';
import type { FundContext } from './context.ts';
import type { WantedFund, WantedWallet } from './file.ts';
import type { MemberIds } from './parties.ts';
import { missingMembers, policyDifferences, resolved } from './policies.ts';
import { attempt, compared, type Row } from './report.ts';

/** The wallets of a fund: found by name and asset, or made. Those that can be used are bound. */
export async function provideWallets(
  context: FundContext,
  companyId: string,
  wanted: WantedFund,
  fund: Fund,
  fundIsNew: boolean,
): Promise<void> {
  const { ids, report, dryRun } = context;
  for (const wallet of wanted.wallets) {
    const row = { what: 'wallet', name: `${wanted.name} / ${wallet.name}` } as const;
    const found = fund.wallets.filter(({ name, asset }) => name === wallet.name && asset === wallet.asset);
    if (found.length > 1) throw new UsageError(`${found.length} wallets are named ${row.name} (${wallet.asset})`);
    let [present] = found;
    const missing = missingMembers({ wallets: [wallet] }, ids);
    if (present !== undefined) {
      const differing = fundIsNew ? [] : walletDifferences(wallet, present, fund, ids);
      report.rows.push(standing(row, present, differing, fundIsNew));
    } else if (dryRun) report.rows.push({ ...row, state: 'to make' });
    else if (missing.length > 0) report.rows.push({ ...row, state: 'waiting', note: `needs ${missing.join(', ')}` });
    else present = await addWallet(context, companyId, fund.fundId, wallet, row);
    if (present?.status === 'ready') {
      report.binding.push({ companyId, fundId: fund.fundId, walletId: present.walletId, asset: wallet.asset });
    }
  }
}

async function addWallet(
  { client, ids, report }: FundContext,
  companyId: string,
  fundId: string,
  wallet: WantedWallet,
  row: Omit<Row, 'state'>,
): Promise<Wallet> {
  const [walletId = ''] = await attempt(report, { ...row, note: summaryOf(wallet) }, () =>
    client.funds.addWallets(companyId, fundId, [newWallet(wallet, ids)]),
  );
  const made: Row = { ...row, state: 'made', id: walletId };
  report.rows.push(made);
  const present = await client.wallets.get(walletId);
  Object.assign(made, standing(row, present, [], true));
  return present;
}

/** A wallet of the file in the body that makes it. */
export function newWallet(wallet: WantedWallet, ids: MemberIds): NewWallet {
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

/** A wallet of the file in a few words: whoever is refused it must see what was asked for. */
export function summaryOf({ name, asset, connect = [] }: WantedWallet): string {
  const connected = connect.length === 0 ? '' : ` connected to ${connect.map(connectionName).join(' and ')}`;
  return `${name} (${asset})${connected}`;
}

/** How a wallet stands: an exchange that has not answered is waited for, and what it declined differs from the file. */
function standing(row: Omit<Row, 'state'>, wallet: Wallet, differing: string[], isNew: boolean): Row {
  const { walletId: id, status, connections } = wallet;
  if (status === 'pending' || connections.some((connection) => connection.status === 'initiated')) {
    const note = [`${isNew ? 'made; ' : ''}its exchange has not answered yet`, ...differing].join('; ');
    return { ...row, id, state: 'waiting', note };
  }
  const seen = compared({ ...row, id }, status === 'ready' ? differing : [`status is ${status}`, ...differing]);
  return isNew && seen.state === 'existing' ? { ...seen, state: 'made' } : seen;
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
  return [...differing, ...connectionDifferences(wanted, found)];
}

/** Whom the wallet is connected to, against the file; what was rejected or has expired connects nobody (reference 6.8). */
function connectionDifferences({ connect = [] }: WantedWallet, { connections }: Wallet): string[] {
  const lasting = connections.filter(({ status }) => status !== 'rejected' && status !== 'expired');
  const found = new Set(lasting.map(connectionName));
  const wanted = new Set(connect.map(connectionName));
  if (found.size === wanted.size && [...found].every((name) => wanted.has(name))) return [];
  const told = connections.map(
    (one) => `${connectionName(one)}${one.status === 'connected' ? '' : ` (${one.status})`}`,
  );
  return [`connected to ${told.join(', ') || 'nobody'}, not ${[...wanted].join(', ') || 'nobody'}`];
}

function connectionName({ counterpartyId, clientId }: { counterpartyId: string; clientId: string }): string {
  return `${counterpartyId} as ${clientId}`;
}
