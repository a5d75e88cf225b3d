import { PartnerApiError } from '../../../lib/partner-api/index.ts';

/** What was found or done, one row per thing of the file. */
export interface Row {
  what: 'company' | 'core client' | 'trusted party' | 'fund' | 'wallet' | 'whitelist entry';
  name: string;
  /**
   * `differs`: it exists in another form and was left alone. `waiting`: it cannot be made yet, or not be used yet.
   * `to make`: a dry run would have made it. `refused` and `failed`: it was to be made, and the run ended there.
   */
  state: 'made' | 'existing' | 'differs' | 'waiting' | 'to make' | 'refused' | 'failed';
  id?: string | undefined;
  note?: string | undefined;
}

/** One binding of a client, as `config/clients.json` has it. */
export interface Binding {
  companyId: string;
  fundId: string;
  walletId: string;
  asset: string;
}

/** The record of one run. */
export interface Report {
  rows: Row[];
  binding: Binding[];
}

/** Makes the thing of a row. When that fails, the row stays in the record: an error alone does not say of what it tells. */
export async function attempt<Made>(
  { rows }: Report,
  row: Omit<Row, 'state'>,
  make: () => Promise<Made>,
): Promise<Made> {
  try {
    return await make();
  } catch (error) {
    const isRefused = error instanceof PartnerApiError && error.effect === 'refused';
    rows.push({ ...row, state: isRefused ? 'refused' : 'failed' });
    throw error;
  }
}

/** The differences of two sets of named values, in words: `city is Lisbon, not Porto`. */
export function differences(wanted: Record<string, string | undefined>, found: Record<string, string>): string[] {
  return Object.entries(wanted)
    .filter(([name, value]) => value !== undefined && value !== found[name])
    .map(([name, value]) => `${name} is ${found[name] || '(empty)'}, not ${value || '(empty)'}`);
}

/** `existing`, or `differs` with the differences as its note. */
export function compared(row: Omit<Row, 'state'>, differing: string[]): Row {
  if (differing.length === 0) return { ...row, state: 'existing' };
  return { ...row, state: 'differs', note: [row.note, ...differing].filter(Boolean).join('; ') };
}
