import { isJsonObject } from '../../lib/partner-api/json.ts';

/** What stands in one cell: texts as they are, everything else as JSON, cut at a width a screen can bear. */
export function cell(value: unknown): string {
  const line = wholeCell(value);
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}

/** The same, however long it is: for the last column, where it breaks no other, and people copy it from there. */
export function wholeCell(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text =
    typeof value === 'object'
      ? JSON.stringify(value, (_key, member) => (typeof member === 'bigint' ? member.toString() : member))
      : String(value);
  // Texts of the API are shown as they are but for control characters, which could drive a terminal.
  return [...text].map((character) => (character < ' ' || character === '\x7f' ? ' ' : character)).join('');
}

/** Rows under headings, in aligned columns. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) => widths.map((width, column) => (cells[column] ?? '').padEnd(width));
  return [headings, ...rows].map((row) => line(row).join('  ').trimEnd()).join('\n');
}

/** An answer for people: lists of objects as tables, everything else as name and value. */
export function render(value: unknown): string {
  if (!isJsonObject(value)) return wholeCell(value);
  const entries = Object.entries(value);
  const isRows = (member: unknown) => Array.isArray(member) && member.length > 0 && member.every(isJsonObject);
  const plain = entries.filter(([, member]) => !isRows(member)).map(([name, member]) => [name, wholeCell(member)]);
  const parts = plain.length > 0 ? [table(['member', 'value'], plain)] : [];
  for (const [name, member] of entries) {
    if (!isRows(member)) continue;
    const rows = member as Record<string, unknown>[];
    const headings = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    parts.push(
      `${name}\n${table(
        headings,
        rows.map((row) => headings.map((heading) => cell(row[heading]))),
      )}`,
    );
  }
  return parts.join('\n\n');
}
