import type { Company, Voter } from './model.ts';

/** Makes a voter a trusted party of a company; joining again changes nothing (4.3). */
export function joinCompany(company: Company, voter: Voter, atSeconds: number): void {
  if (!company.parties.has(voter.id)) company.parties.set(voter.id, { voter, joinedAtSeconds: atSeconds });
}
