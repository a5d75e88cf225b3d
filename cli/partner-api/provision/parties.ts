import type { PartnerApi, TrustedParty } from '../../../lib/partner-api/index.ts';
import type { Wanted } from './file.ts';
import type { Report } from './report.ts';

/** The ids by which policies name their members, found by the names the file has for them. */
export type MemberIds = Map<string, string>;

/** The file's core clients, found by name or made; their ids by name. */
export async function provideCoreClients(
  client: PartnerApi,
  { coreClients }: Wanted,
  report: Report,
  dryRun: boolean,
): Promise<MemberIds> {
  const ids: MemberIds = new Map();
  if (coreClients.length === 0) return ids;
  const existing = await client.coreClients.list();
  for (const name of coreClients) {
    const found = existing.find((coreClient) => coreClient.name === name);
    if (found === undefined && dryRun) {
      report.rows.push({ what: 'core client', name, state: 'to make' });
      continue;
    }
    const id = found?.coreClientId ?? (await client.coreClients.create(name)).coreClientId;
    report.rows.push({ what: 'core client', name, state: found === undefined ? 'made' : 'existing', id });
    ids.set(name, id);
  }
  return ids;
}

/**
 * Invites and enlists who is missing. Core clients join at once, users when they have accepted in their app (K51): until
 * then they are `waiting`, and so is what needs them.
 */
export async function provideParties(
  client: PartnerApi,
  companyId: string,
  wanted: Wanted,
  coreClientIds: MemberIds,
  report: Report,
  dryRun: boolean,
): Promise<MemberIds> {
  const addresses = [...new Set([...coreClientIds.values(), ...wanted.trustedParties])];
  const names = new Map([...coreClientIds].map(([name, id]) => [id, name]));
  const before = await client.trustedParties.list(companyId);
  const missing = addresses.filter((address) => find(before, address) === undefined);
  if (!dryRun) for (const address of missing) await client.trustedParties.add(companyId, address);
  const now = dryRun || missing.length === 0 ? before : await client.trustedParties.list(companyId);
  const ids: MemberIds = new Map(now.map((party) => [party.trustedEntityId, party.trustedEntityId]));
  for (const address of addresses) {
    const party = find(now, address);
    const row = { what: 'trusted party', name: names.get(address) ?? address, id: party?.trustedEntityId } as const;
    if (party !== undefined) {
      ids.set(address, party.trustedEntityId);
      report.rows.push({ ...row, state: missing.includes(address) ? 'made' : 'existing' });
    } else if (dryRun) report.rows.push({ ...row, state: 'to make' });
    else report.rows.push({ ...row, state: 'waiting', note: 'invited, and has not accepted yet' });
  }
  for (const [name, id] of coreClientIds) ids.set(name, id);
  return ids;
}

function find(parties: TrustedParty[], address: string): TrustedParty | undefined {
  return parties.find((party) => party.address === address || party.trustedEntityId === address);
}
