import type { PartnerApi } from '../../../lib/partner-api/index.ts';
import type { MemberIds } from './parties.ts';
import type { Report } from './report.ts';

/** What is needed to provide a fund. */
export interface FundContext {
  client: PartnerApi;
  /** Undefined in a dry run that would make the company. */
  companyId: string | undefined;
  ids: MemberIds;
  report: Report;
  dryRun: boolean;
}
