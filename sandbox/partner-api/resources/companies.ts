import { member, optionalText, requiredText } from '../fields.ts';
import type { Company } from '../model.ts';
import { answer, type Context, type Operation, readOperation, writeOperation } from '../operation.ts';
import { companyOf } from './lookups.ts';

/** The members a company is described by, besides its name. */
const details = ['city', 'country', 'domain', 'ref'] as const;

function companyBody(company: Company): object {
  const { id, name, city, country, domain, ref } = company;
  return { company_id: id, name, city, country, domain, ref };
}

function createCompany({ world, account, body }: Context) {
  const name = requiredText(body, 'name');
  const [city, country, domain, ref] = details.map((member) => optionalText(body, member)) as [
    string,
    string,
    string,
    string,
  ];
  const company: Company = {
    id: world.newId(),
    accountCode: world.ids.base58(),
    account,
    name,
    city,
    country,
    domain,
    ref,
    parties: new Map(),
    funds: new Map(),
    transactionsByPartnerId: new Map(),
  };
  world.companies.set(company.id, company);
  account.companies.push(company);
  return answer({ company_id: company.id, ref });
}

function updateCompany(context: Context) {
  const { body } = context;
  const company = companyOf(context);
  const changes = (['name', ...details] as const).map((field) => [field, optionalText(body, field)] as const);
  // Only members that are there change (4.3); all are read before the first is written. A name cannot become empty.
  for (const [field, text] of changes) {
    if (member(body, field) !== undefined && !(field === 'name' && text === '')) company[field] = text;
  }
  return answer({ company_id: company.id, ref: company.ref });
}

function searchCompanies({ account, query }: Context) {
  const text = (query.get('query') ?? '').toLowerCase();
  const found = account.companies.filter((company) => company.name.toLowerCase().includes(text));
  const matches = found.map(({ id, name, domain }) => ({ company_id: id, name, domain }));
  return answer({ total_count: matches.length, matches });
}

/** 3 to 6: companies (4.3). Nothing makes two companies a duplicate, so there is no 409. */
export const companyOperations: readonly Operation[] = [
  writeOperation('3', 'POST', '/company', createCompany),
  readOperation('4', '/company/{company_id}', (context) => answer(companyBody(companyOf(context)))),
  writeOperation('5', 'PUT', '/company/{company_id}', updateCompany),
  readOperation('6', '/company/search', searchCompanies),
];
