/** One comparison of a benchmark: a figure of ours over a figure of something else, both from this run. */
export interface Ratio {
  readonly name: string;
  readonly value: number;
  /** What `value` has to be: at least `atLeast`, or at most `atMost`. */
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** A benchmark prints its tables and gives back the ratios that are held to a target. */
export type Benchmark = (args: readonly string[]) => Promise<Ratio[]>;

/** The middle value; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('median of no values');
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] as number;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] as number;
  return (lower + upper) / 2;
}

/** Whether the ratio is what it has to be. */
export function isMet({ value, atLeast, atMost }: Ratio): boolean {
  return (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost);
}

/** Prints rows under their headings, the first column to the left and the others to the right. */
export function printTable(headings: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const cells = [headings, ...rows].map((row) => row.map(String));
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  for (const row of cells) {
    const line = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    console.log(line.join('  ').trimEnd());
  }
}
