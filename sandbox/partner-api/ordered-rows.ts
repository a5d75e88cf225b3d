/** What rows are ordered by: seconds first, then the order in which they got their place. */
export interface Ordered {
  timestampSeconds: number;
  order: number;
}

const largestChunk = 1024;

function compare(a: Ordered, b: Ordered): number {
  return a.timestampSeconds - b.timestampSeconds || a.order - b.order;
}

/**
 * Rows kept in order while they come, move and go: sorted chunks, so that adding, removing and reading a page cost
 * the same with a thousand rows and with a hundred thousand.
 */
export class OrderedRows<Row extends Ordered> {
  readonly #chunks: Row[][] = [];
  /** How many rows there are. */
  size = 0;

  /** Adds a row at its place. */
  add(row: Row): void {
    this.size += 1;
    const at = this.#isLast(row) ? this.#chunks.length - 1 : Math.max(0, this.#chunkOf(row));
    const chunk = this.#chunks[at];
    if (chunk === undefined) {
      this.#chunks.push([row]);
      return;
    }
    if (this.#isLast(row)) chunk.push(row);
    else chunk.splice(placeOf(chunk, row), 0, row);
    if (chunk.length <= largestChunk) return;
    // Rows nearly always come at the end: leave the old chunk full and start a small one behind it.
    const cut = at === this.#chunks.length - 1 ? largestChunk - 64 : largestChunk >> 1;
    this.#chunks.splice(at + 1, 0, chunk.splice(cut));
  }

  /** Takes a row out; its timestamp and order must still be those it was added with. */
  remove(row: Row): void {
    const at = this.#chunkOf(row);
    const chunk = this.#chunks[at];
    const place = chunk === undefined ? -1 : placeOf(chunk, row);
    if (chunk?.[place] !== row) throw new Error('row to remove is not where its timestamp says');
    chunk.splice(place, 1);
    if (chunk.length === 0) this.#chunks.splice(at, 1);
    this.size -= 1;
  }

  /** Up to `limit` rows, newest first, after skipping `offset`. */
  page(offset: number, limit: number): Row[] {
    const rows: Row[] = [];
    let skip = offset;
    for (let at = this.#chunks.length - 1; at >= 0 && rows.length < limit; at--) {
      const chunk = this.#chunks[at] as Row[];
      if (skip >= chunk.length) {
        skip -= chunk.length;
        continue;
      }
      for (let place = chunk.length - 1 - skip; place >= 0 && rows.length < limit; place--)
        rows.push(chunk[place] as Row);
      skip = 0;
    }
    return rows;
  }

  /** Rows strictly later than `sinceSeconds`, newest first. */
  *laterThan(sinceSeconds: number): Generator<Row> {
    for (let at = this.#chunks.length - 1; at >= 0; at--) {
      const chunk = this.#chunks[at] as Row[];
      for (let place = chunk.length - 1; place >= 0; place--) {
        const row = chunk[place] as Row;
        if (row.timestampSeconds <= sinceSeconds) return;
        yield row;
      }
    }
  }

  /** Whether a row comes behind all others, as nearly all do: then there is nothing to search. */
  #isLast(row: Row): boolean {
    const last = this.#chunks.at(-1)?.at(-1);
    return last !== undefined && compare(last, row) < 0;
  }

  /** The last chunk whose first row is not after `row`; -1 when all are. */
  #chunkOf(row: Row): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compare((this.#chunks[middle] as Row[])[0] as Row, row) <= 0) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** The first place in a chunk whose row is not before `row`. */
function placeOf<Row extends Ordered>(chunk: Row[], row: Row): number {
  let low = 0;
  let high = chunk.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(chunk[middle] as Row, row) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
