import { checkedText } from '../check.ts';
import type { JsonObject } from '../json.ts';
import type { CallOptions, Calls } from '../operation.ts';
import * as read from '../read.ts';
import { path } from '../urls.ts';

/** What a company is described with (reference 4.3); nothing but the name is needed. */
export interface CompanyDetails {
  name: string;
  city?: string;
  country?: string;
  domain?: string;
  /** The partner's own reference. */
  ref?: string;
}

/** A company; members that are not set are `''`. */
export type Company = Required<CompanyDetails> & { companyId: string };

/** One hit of a search. */
export interface CompanyMatch {
  companyId: string;
  name: string;
  domain: string;
}

/** Companies: each stands for one customer of the partner. */
export function companiesResource({ call }: Calls) {
  return {
    /** Makes a company. It has no idempotency key: never repeat it blindly. `POST /company` (3). */
    create: async (details: CompanyDetails, options?: CallOptions): Promise<{ companyId: string; ref: string }> =>
      call(
        {
          name: 'companies.create',
          method: 'POST',
          path: '/company',
          body: { ...writeDetails(details), name: checkedText(details.name, 'name') },
        },
        readIdAndRef,
        options,
      ),

    /** One company. `GET /company/{company_id}` (4). */
    get: async (companyId: string, options?: CallOptions): Promise<Company> =>
      call({ name: 'companies.get', method: 'GET', path: path`/company/${companyId}` }, readCompany, options),

    /** Changes the members that are given. `PUT /company/{company_id}` (5). */
    update: async (
      companyId: string,
      details: Partial<CompanyDetails>,
      options?: CallOptions,
    ): Promise<{ companyId: string; ref: string }> =>
      call(
        { name: 'companies.update', method: 'PUT', path: path`/company/${companyId}`, body: writeDetails(details) },
        readIdAndRef,
        options,
      ),

    /** Companies of this API key whose name holds `query`; all without one. `GET /company/search` (6). */
    search: async (query?: string, options?: CallOptions): Promise<CompanyMatch[]> =>
      call(
        { name: 'companies.search', method: 'GET', path: '/company/search', query: { query } },
        (wire) =>
          read.objects(wire, 'matches').map((match) => ({
            companyId: read.requiredText(match, 'company_id'),
            name: read.text(match, 'name'),
            domain: read.text(match, 'domain'),
          })),
        options,
      ),
  };
}

function writeDetails({ name, city, country, domain, ref }: Partial<CompanyDetails>): JsonObject {
  return { name, city, country, domain, ref };
}

function readIdAndRef(wire: JsonObject): { companyId: string; ref: string } {
  return { companyId: read.requiredText(wire, 'company_id'), ref: read.text(wire, 'ref') };
}

function readCompany(wire: JsonObject): Company {
  return {
    ...readIdAndRef(wire),
    name: read.text(wire, 'name'),
    city: read.text(wire, 'city'),
    country: read.text(wire, 'country'),
    domain: read.text(wire, 'domain'),
  };
}
