import type { Company, PartnerApi } from '../../../lib/partner-api/index.ts';
import { UsageError } from '../io.ts';
import type { Wanted } from './file.ts';
import { attempt, compared, differences, type Report } from './report.ts';

/**
 * The company of the file: found by its name, and by its `ref` when the file has one, or made. A search shows at once
 * what an earlier run made, also one that ended without knowing, so a second run makes no second company.
 * @throws {UsageError} when it cannot be told which company is meant.
 * @returns its id, or undefined in a dry run that would make it.
 */
export async function provideCompany(
  client: PartnerApi,
  { company }: Wanted,
  report: Report,
  dryRun: boolean,
): Promise<string | undefined> {
  const found = await findCompany(client, company);
  if (found !== undefined) {
    const { companyId, ...present } = found;
    report.rows.push(compared({ what: 'company', name: company.name, id: companyId }, differences(company, present)));
    return companyId;
  }
  if (dryRun) {
    report.rows.push({ what: 'company', name: company.name, state: 'to make' });
    return undefined;
  }
  const { city, country, domain, ref } = company;
  const { companyId } = await attempt(report, { what: 'company', name: company.name }, () =>
    client.companies.create({
      name: company.name,
      ...(city === undefined ? {} : { city }),
      ...(country === undefined ? {} : { country }),
      ...(domain === undefined ? {} : { domain }),
      ...(ref === undefined ? {} : { ref }),
    }),
  );
  report.rows.push({ what: 'company', name: company.name, state: 'made', id: companyId });
  return companyId;
}

async function findCompany(client: PartnerApi, wanted: Wanted['company']): Promise<Company | undefined> {
  const matches = (await client.companies.search(wanted.name)).filter(({ name }) => name === wanted.name);
  const companies = await Promise.all(matches.map(({ companyId }) => client.companies.get(companyId)));
  // Nothing makes company names unique (reference 4.3): another ref is another customer, whose company is left alone.
  const candidates = companies.filter(({ ref }) => wanted.ref === undefined || ref === wanted.ref);
  if (candidates.length > 1) {
    throw new UsageError(`${candidates.length} companies are named ${wanted.name}: tell them apart by company.ref`);
  }
  const withoutRef = companies.find(({ ref }) => ref === '');
  if (candidates.length === 0 && withoutRef !== undefined) {
    throw new UsageError(
      `company ${withoutRef.companyId} is named ${wanted.name} and has no ref: give it the ref ${wanted.ref} if it is` +
        ' the one that is meant, and one of its own if it is not',
    );
  }
  return candidates[0];
}
