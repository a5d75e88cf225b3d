import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { noteTransferRequests } from '../../../sandbox/local/requests.ts';
import { RequestCounter } from '../../../sandbox/partner-api/request-counter.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** A run on the file: what a restarted process notes and counts. */
function begin(file: string | undefined) {
  const counter = new RequestCounter();
  const noted = noteTransferRequests(counter, file);
  return {
    ask: (operation: string, query = '') => {
      counter.countOperation({ operation, query: new URLSearchParams(query) });
    },
    count: () => noted.between(0, Number.MAX_SAFE_INTEGER),
    noted,
  };
}

const create = 'POST /company/{company_id}/transfer';

describe('the noted requests of transfers', () => {
  it('are those of a transfer and the looks at what has left a fund', () => {
    const run = begin(undefined);
    run.ask(create);
    run.ask('GET /company/{company_id}/transfer/{tx_id}');
    run.ask('GET /company/{company_id}/fund/{fund_id}/ledger', 'direction=out');
    run.ask('GET /company/{company_id}/fund/{fund_id}/ledger', 'direction=in');
    run.ask('GET /company/{company_id}/fund/{fund_id}/ledger');
    run.ask('POST /company/{company_id}/withdraw');
    expect(run.count()).toBe(3);
    expect(run.noted.between(0, 1)).toBe(0);
  });

  it('are kept across a restart', () => {
    const file = join(temporaryFolder(), 'requests.jsonl');
    begin(file).ask(create);
    const second = begin(file);
    expect(second.count()).toBe(1);
    second.ask(create);
    expect(begin(file).count()).toBe(2);
  });

  it('are read around what a kill in the middle of a write left, on this start and on every later one', () => {
    const file = join(temporaryFolder(), 'requests.jsonl');
    begin(file).ask(create);
    appendFileSync(file, '{"atMs":17');
    const second = begin(file);
    expect(second.count()).toBe(1);
    // Lands behind the torn line, and is lost with it; the one after it is not.
    second.ask(create);
    second.ask(create);
    expect(second.count()).toBe(3);
    expect(begin(file).count()).toBe(2);
  });
});
