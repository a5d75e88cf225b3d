import type { PartnerApi, TrustedParty } from '../../../lib/partner-api/index.ts';
import type { Wanted } from './file.ts';
import { attempt, type Report, type Row } from './report.ts';

/** The ids by which policies name their members, found by the names the file has for them. */
export type MemberIds = Map<string, string>;

/** The id of a member, by the name the file has for it; undefined when it has not joined. */
export function memberId(ids: MemberIds, name: string): string | undefined {
  return ids.get(name) ?? ids.get(keyOf(name));
}

/** People write an e-mail in any case, the API tells it in one (and ids of others are exact). */
function keyOf(address: string): string {
  return address.includes('@') ? address.toLowerCase() : address;
}

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
    const make = () => attempt(report, { what: 'core client', name }, () => client.coreClients.create(name));
    const id = (found ?? (await make())).coreClientId;
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
  const invited = new Map<string, Row>();
  for (const address of addresses) {
    const row = { what: 'trusted party', name: names.get(address) ?? address } as const;
    const party = find(before, address);
    if (party !== undefined) report.rows.push({ ...row, state: 'existing', id: party.trustedEntityId });
    else if (dryRun) report.rows.push({ ...row, state: 'to make' });
    else {
      await attempt(report, row, () => client.trustedParties.add(companyId, address));
      const made: Row = { ...row, state: 'made' };
      report.rows.push(made);
      invited.set(address, made);
    }
  }
  const now = invited.size === 0 ? before : await client.trustedParties.list(companyId);
  for (const [address, row] of invited) {
    const party = find(now, address);
    if (party !== undefined) row.id = party.trustedEntityId;
    else Object.assign(row, { state: 'waiting', note: 'invited, and has not accepted yet' });
  }
  return idsOf(now, addresses, coreClientIds);
}

function idsOf(parties: TrustedParty[], addresses: string[], coreClientIds: MemberIds): MemberIds {
  const ids: MemberIds = new Map(parties.map((party) => [party.trustedEntityId, party.trustedEntityId]));
  for (const address of addresses) {
    const party = find(parties, address);
    if (party !== undefined) ids.set(keyOf(address), party.trustedEntityId);
  }
  for (const [name, id] of coreClientIds) ids.set(name, id);
  return ids;
}

function find(parties: TrustedParty[], address: string): TrustedParty | undefined {
  return parties.find((party) => keyOf(party.address) === keyOf(address) || party.trustedEntityId === address);
}
