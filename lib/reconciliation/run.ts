import type { Clock, Hints, ItemStore, Reporter } from '../instructions/ports.ts';
import type { PartnerApi } from '../partner-api/index.ts';
import type { ClientConfig } from '../platform/config/clients.ts';
import { compareFund } from './fund.ts';
import { instructionsSince, type Ours } from './ours.ts';
import { completed, newReport, type Reconciliation, withFund } from './report.ts';

/** What reconciling touches. */
export interface Reconciler {
  readonly stage: string;
  readonly store: ItemStore;
  readonly hints: Hints;
  readonly clock: Clock;
  readonly report: Reporter;
  readonly api: PartnerApi;
}

/** Reading stops when less than this is left of the function's time, so that what was compared can be recorded. */
const reserveMs = 10_000;
/** A fund is begun only with so much time ahead of it; else the next run begins with it. */
const leastForFundMs = 25_000;

/** A client with what it is bound to. */
export type Reconciled = Pick<ClientConfig, 'id' | 'bindings'>;

/**
 * Makes the report that is due for each client. It may be started as often as one likes: a complete report is left alone,
 * and one that a run could not finish is gone on with, fund by fund.
 *
 *     us    read report v3 (fund 1 done) ── compare fund 2 ── write v4 if still v3 ✓ ── fund 3 …
 *     them  read report v3 (fund 1 done) ── compare fund 2 ── write v4 if still v3 ✗    stop
 */
export async function reconcile(
  reconciler: Reconciler,
  clients: readonly Reconciled[],
  deadlineMs: number,
): Promise<void> {
  for (const client of clients) {
    if (client.bindings.length === 0) continue;
    try {
      const isDone = await reconcileClient(reconciler, client, deadlineMs);
      if (!isDone) return;
    } catch (error) {
      // The others are not to wait for a fund that cannot be read; the next run tries it again.
      reconciler.report.warn('reconciliation failed', { clientId: client.id, error });
      reconciler.report.count('ReconciliationsFailed', 1);
    }
  }
}

/** @returns false when there was no time left */
async function reconcileClient(reconciler: Reconciler, client: Reconciled, deadlineMs: number): Promise<boolean> {
  const draft = newReport(reconciler.stage, client.id, reconciler.clock.nowMs());
  let report = await reconciler.store.get<Reconciliation>(draft.id);
  if (report?.history.length) return true;
  report ??= await reconciler.store.create<Reconciliation>(draft);
  // Somebody else created it just now, and is at work.
  if (report === undefined) return true;
  const missing = fundsOf(client).filter((fund) => !report?.funds.some((done) => isSameFund(done, fund)));
  const ours =
    missing.length === 0 ? nothing : await instructionsSince(reconciler.store, client.id, report.fromSeconds);
  for (const fund of missing) {
    if (reconciler.clock.nowMs() >= deadlineMs - leastForFundMs) return false;
    const next: Reconciliation | undefined = await reconcileFund(reconciler, report, fund, ours, deadlineMs);
    if (next === undefined) return true;
    report = next;
  }
  await complete(reconciler, report);
  return true;
}

const nothing: Ours = { instructions: [], truncated: false };

type Fund = Pick<ClientConfig['bindings'][number], 'companyId' | 'fundId'>;

function fundsOf({ bindings }: Reconciled): Fund[] {
  return bindings
    .map(({ companyId, fundId }) => ({ companyId, fundId }))
    .filter((fund, place, all) => all.findIndex((other) => isSameFund(other, fund)) === place);
}

function isSameFund(a: Fund, b: Fund): boolean {
  return a.companyId === b.companyId && a.fundId === b.fundId;
}

async function reconcileFund(
  reconciler: Reconciler,
  report: Reconciliation,
  fund: Fund,
  ours: Ours,
  deadlineMs: number,
): Promise<Reconciliation | undefined> {
  const { client, fromSeconds, toSeconds } = report;
  const hasTime = () => reconciler.clock.nowMs() < deadlineMs - reserveMs;
  const scope = { client, ...fund, fromSeconds, toSeconds, instructions: ours.instructions, hasTime };
  const { result, differences } = await compareFund(reconciler, scope);
  const counted = { ...result, truncated: result.truncated || ours.truncated };
  return await reconciler.store.replace<Reconciliation>(report, withFund(report, counted, differences));
}

async function complete(reconciler: Reconciler, report: Reconciliation): Promise<void> {
  const done = await reconciler.store.replace<Reconciliation>(report, completed(report, reconciler.clock.nowMs()));
  if (done === undefined) return;
  const { id, client: clientId, differencesFound, day } = done;
  reconciler.report.count('ReconciliationDifferences', differencesFound);
  reconciler.report.info('reconciliation completed', { reportId: id, clientId, day, differencesFound });
  if (differencesFound > 0) reconciler.report.alarm('reconciliation_differences', { clientId, day, differencesFound });
  if (done.funds.some(({ truncated }) => truncated)) {
    reconciler.report.alarm('reconciliation_incomplete', { clientId, day });
  }
  await reconciler.hints.send('tell', [{ id }]);
}
