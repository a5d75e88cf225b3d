import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { operations } from '../../cli/conformance/operations.ts';
import { type Report, runConformance } from '../../cli/conformance/run.ts';
import type { Sandbox } from '../../sandbox/partner-api/sandbox.ts';
import { startPartnerApi } from '../../sandbox/partner-api/server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startTarget } from './served.ts';

let folder: string;
let journal: string;
let open: Awaited<ReturnType<typeof startTarget>>;
let report: Report;
beforeAll(async () => {
  folder = temporaryFolder();
  journal = join(folder, 'journal');
  open = await startTarget({ journal });
  report = await runConformance(open.target);
});
// The server ends with the restart, which is the last test.

// biome-ignore lint/suspicious/noExplicitAny: answers of every list there is
type Json = any;

/** Everything the API tells every key about everything it has, as `target → answer`. */
function everythingTold(sandbox: Sandbox): Map<string, string> {
  const told = new Map<string, string>();
  for (const apiKeyId of sandbox.world.accounts.keys()) {
    const get = (target: string): Json => {
      const { body } = sandbox.call({ apiKeyId, method: 'GET', target });
      // Feeds are at another port after the restart.
      told.set(`${apiKeyId} ${target}`, body.replaceAll(/ws:\/\/127\.0\.0\.1:\d+/g, 'ws://here'));
      return JSON.parse(body);
    };
    for (const { id } of get('/coreclient').clients ?? []) {
      for (const { id: action } of get(`/coreclient/${id}/actions`).actions) get(`/coreclient/${id}/action/${action}`);
      get(`/coreclient/${id}/wallets`);
    }
    for (const { company_id } of get('/company/search').matches ?? []) {
      const company = `/company/${company_id}`;
      for (const path of ['', '/trustedparty', '/holding', '/liquidityhub']) get(company + path);
      for (const { id } of get(`${company}/fund/search`).list) {
        const { wallets } = get(`${company}/fund/${id}`);
        for (const { wallet_id } of wallets)
          for (const path of ['/history', '/max?pending=1']) get(`/wallet/${wallet_id}${path}`);
        get(`${company}/fund/${id}/whitelist`);
        const { List } = get(`${company}/fund/${id}/ledger?limit=1000`);
        for (const { TxID } of List) if (TxID !== '') get(`${company}/transfer/${TxID}`);
      }
    }
  }
  return told;
}

describe('the sandbox', () => {
  it('keeps every promise of the Partner API that the suite tries, on all 57 operations', () => {
    expect(report.outcomes.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
    expect(report.operations.filter(({ checks }) => checks === 0)).toEqual([]);
    expect(operations).toHaveLength(57);
    expect(report.covered).toBe(57);
  });

  it('after a restart tells the same of everything the suite has left behind', async () => {
    open.server.sandbox.control({ method: 'POST', target: '/clock', body: '{"frozen":true}' });
    const before = everythingTold(open.server.sandbox);
    const books = open.server.sandbox.control({ method: 'GET', target: '/ledger' }).body;
    await open.server.close();
    const again = await startPartnerApi({ journal });
    const after = everythingTold(again.sandbox);
    expect(again.sandbox.control({ method: 'GET', target: '/ledger' }).body).toBe(books);
    await again.close();
    expect(before.size).toBeGreaterThan(2000);
    expect(after.size).toBe(before.size);
    expect([...before].filter(([what, answer]) => after.get(what) !== answer).map(([what]) => what)).toEqual([]);
  });
});
