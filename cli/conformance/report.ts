import type { Report } from './run.ts';

/** The table for people: one line per operation, then what failed, then the two lines a reader looks for. */
export function tableOf(report: Report): string {
  const headings = ['operation', 'method and path', 'checks', 'passed', 'failed', 'skipped'];
  const rows = report.operations.map((one) => [
    one.number,
    `${one.method} ${one.path}`,
    ...[one.checks, one.passed, one.failed, one.skipped].map(String),
  ]);
  const lines = aligned([headings, ...rows]);
  const failed = report.outcomes.filter((one) => one.outcome === 'failed');
  for (const { operation, promise, message } of failed) lines.push('', `${operation}: ${promise}`, `  ${message}`);
  if (report.skipped > 0) lines.push('', `${report.skipped} skipped: they need --control-url`);
  lines.push('', `${report.covered} of ${report.operations.length} operations`);
  lines.push(`${report.passed} passed, ${report.failed} failed`);
  return lines.join('\n');
}

/** Texts to the left, numbers to the right. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
