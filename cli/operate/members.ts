import { loggable } from '../../lib/platform/redact.ts';
import { cell, table } from '../partner-api/table.ts';
import { momentText } from './words.ts';

/** The members of a record as a table of names and values, without secrets and without those that are left out. */
export function membersTable(record: object, leftOut: ReadonlySet<string>): string {
  const members = Object.entries(loggable(record) as Record<string, unknown>).filter(([name]) => !leftOut.has(name));
  return table(
    ['member', 'value'],
    members.flatMap(([name, value]) => memberRows(name, value)),
  );
}

/** One row, or one for each member of an object. */
function memberRows(name: string, value: unknown): string[][] {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject) return [moment(name, value)];
  return Object.entries(value).map(([inner, member]) => {
    const [innerName, shown] = moment(inner, member);
    return [`${name}.${innerName}`, shown as string];
  });
}

/** A member that is a moment is shown as one. */
function moment(name: string, value: unknown): string[] {
  if (typeof value === 'number' && /(At|Since|Until|Before)Ms$/.test(name))
    return [name.slice(0, -2), momentText(value)];
  if (typeof value === 'number' && name.endsWith('AtSeconds')) return [name.slice(0, -7), momentText(value * 1000)];
  return [name, cell(value)];
}
