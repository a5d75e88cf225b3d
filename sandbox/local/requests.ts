import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { RequestCounter } from '../partner-api/request-counter.ts';

/** A request for the sake of transfers: one of a transfer itself, or a look at what has left a fund. */
interface TransferRequest {
  readonly atMs: number;
}

/** What the functions asked the Partner API for the sake of transfers. */
export interface TransferRequests {
  /** How many there were between two moments, epoch milliseconds. */
  between(fromMs: number, toMs: number): number;
}

/**
 * Notes them from now on.
 * @param file keeps them across a restart, also one by `kill -9`
 */
export function noteTransferRequests(counter: RequestCounter, file: string | undefined): TransferRequests {
  const noted: TransferRequest[] = file !== undefined && existsSync(file) ? readKept(file) : [];
  counter.listeners.add(({ operation, query }) => {
    const isLook = operation.endsWith('/ledger') && query.get('direction') === 'out';
    if (!isLook && !/\/transfer\b/.test(operation)) return;
    const request = { atMs: Date.now() };
    noted.push(request);
    if (file !== undefined) appendFileSync(file, `${JSON.stringify(request)}\n`);
  });
  return { between: (fromMs, toMs) => noted.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs).length };
}

/** Where a process was killed while it wrote, a line is not whole, and the next one stands behind it: it is passed by. */
function readKept(file: string): TransferRequest[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => /^\{"atMs":\d+\}$/.test(line)).map((line) => JSON.parse(line) as TransferRequest);
}
