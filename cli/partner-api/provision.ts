import { writeFileSync } from 'node:fs';
import type { PartnerApi } from '../../lib/partner-api/index.ts';
import { connect, connectionOptions } from './connection.ts';
import { exitCodes, type Io, UsageError } from './io.ts';
import { fileBytes, readOptions } from './options.ts';
import { provideCompany } from './provision/company.ts';
import { parseWanted, type Wanted } from './provision/file.ts';
import { provideFund } from './provision/funds.ts';
import { provideCoreClients, provideParties } from './provision/parties.ts';
import type { Report } from './provision/report.ts';
import { cell, table } from './table.ts';

/** How `provision` is called. */
export const provisionUsage = `provision FILE [--binding FILE] [--dry-run] [--json]
  Makes the company, trusted parties, funds, wallets, policies and whitelist of FILE that are missing; leaves what
  exists and shows what differs. Run it again whenever it ended early or waited for somebody: it ends with code 3 while
  anything is still waiting. --binding writes the client's bindings for config/clients.json: its wallets that are
  ready.`;

/** Brings the API to what a file says, as far as it can, and tells what it found and did. */
export async function provisionCommand(args: string[], io: Io): Promise<number> {
  const own = { binding: { type: 'string' }, 'dry-run': { type: 'boolean' }, json: { type: 'boolean' } } as const;
  const { values, positionals } = readOptions(args, { ...connectionOptions, ...own }, true);
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new UsageError('say which FILE to provision');
  const wanted = parseWanted(fileBytes(file, 'FILE').toString('utf8'));
  const connection = await connect(values, io);
  const report: Report = { rows: [], binding: [] };
  try {
    await provide(connection.client, wanted, report, values['dry-run'] === true);
  } catch (error) {
    // What was made before the failure is worth knowing: the next run goes on from there.
    if (report.rows.length > 0) io.err(readable(report));
    throw error;
  } finally {
    await connection.close();
  }
  if (values.binding !== undefined && !values['dry-run'])
    writeFileSync(values.binding, `${JSON.stringify(report.binding, null, 2)}\n`);
  io.out(values.json ? JSON.stringify(report) : readable(report));
  if (!values.json && values.binding === undefined) io.out(`\nbinding\n${JSON.stringify(report.binding, null, 2)}`);
  return report.rows.some(({ state }) => state === 'waiting') ? exitCodes.failed : exitCodes.ok;
}

async function provide(client: PartnerApi, wanted: Wanted, report: Report, dryRun: boolean): Promise<void> {
  const companyId = await provideCompany(client, wanted, report, dryRun);
  const coreClientIds = await provideCoreClients(client, wanted, report, dryRun);
  if (companyId === undefined) {
    for (const name of wanted.trustedParties) report.rows.push({ what: 'trusted party', name, state: 'to make' });
  }
  const ids =
    companyId === undefined
      ? coreClientIds
      : await provideParties(client, companyId, wanted, coreClientIds, report, dryRun);
  for (const fund of wanted.funds) await provideFund({ client, companyId, ids, report, dryRun }, fund);
}

function readable({ rows }: Report): string {
  const cells = rows.map(({ what, name, state, id, note }) => [what, cell(name), state, id ?? '', note ?? '']);
  return table(['what', 'name', 'state', 'id', 'note'], cells);
}
