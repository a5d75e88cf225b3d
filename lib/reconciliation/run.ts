import type { Clock, Hints, ItemStore, Random, Reporter } from '../instructions/ports.ts';
import { rotated } from '../instructions/rotated.ts';
import { alarmWhenTurnedAway } from '../instructions/turned-away.ts';
import type { PartnerApi } from '../partner-api/index.ts';
import type { ClientConfig } from '../platform/config/clients.ts';
import { lastReadMs } from '../platform/patience.ts';
import { compareFund } from './fund.ts';
import { instructionsSince, type Ours } from './ours.ts';
import { completed, newReport, type Reconciliation, withFund } from './report.ts';

/** What reconciling touches. */
export interface Reconciler {
  readonly stage: string;
  readonly store: ItemStore;
  readonly hints: Hints;
  readonly clock: Clock;
  readonly random: Random;
  readonly report: Reporter;
  readonly api: PartnerApi;
}

/** A report that is not complete so long after its midnight raises an alarm. */
const lateMs = 6 * 3_600_000;

/** A fund that comes after so little has had all the time there is. */
const hardlyMs = 5_000;

/** A client with what it is bound to. */
export type Reconciled = Pick<ClientConfig, 'id' | 'bindings'>;

/** What one run may still do. */
interface Run {
  /** Whether one more request would end in time. */
  hasTime(): boolean;
  /** What the funds before have used of it. */
  usedMs: number;
}

/**
 * Makes the report that is due for each client. It may be started as often as one likes: a complete report is left alone,
 * and one that a run could not finish is gone on with, fund by fund.
 *
 *     us    read report v3 (fund 1 done) ── compare fund 2 ── write v4 if still v3 ✓ ── fund 3 …
 *     them  read report v3 (fund 1 done) ── compare fund 2 ── write v4 if still v3 ✗    stop
 *
 * A run begins with any of the clients that are left, and any of their funds: one that takes all the time, or that cannot
 * be read, comes first in some runs only.
 */
export async function reconcile(
  reconciler: Reconciler,
  clients: readonly Reconciled[],
  deadlineMs: number,
): Promise<void> {
  const { clock, random, report } = reconciler;
  const lastAskMs = lastReadMs(deadlineMs);
  const run: Run = { hasTime: () => clock.nowMs() < lastAskMs, usedMs: 0 };
  const left = new Set(await clientsLeft(reconciler, clients));
  for (const client of rotated(random, [...left])) {
    if (!run.hasTime()) break;
    try {
      if (await reconcileClient(reconciler, client, run)) left.delete(client);
    } catch (error) {
      // The others are not to wait for a fund that cannot be read; the next run tries it again.
      report.warn('reconciliation failed', { clientId: client.id, error });
      alarmWhenTurnedAway(report, error, { clientId: client.id });
      report.count('ReconciliationsFailed', 1);
    }
  }
  alarmWhenLate(reconciler, [...left]);
}

async function clientsLeft({ stage, store, clock }: Reconciler, clients: readonly Reconciled[]): Promise<Reconciled[]> {
  const bound = clients.filter(({ bindings }) => bindings.length > 0);
  const ids = bound.map(({ id }) => newReport(stage, id, clock.nowMs()).id);
  const reports = await Promise.all(ids.map((id) => store.get<Reconciliation>(id)));
  return bound.filter((_, place) => !reports[place]?.history.length);
}

/** Each day must have its report: one that is still missing would else be missed by nobody. */
function alarmWhenLate({ stage, clock, report }: Reconciler, left: readonly Reconciled[]): void {
  for (const { id: clientId } of left) {
    const { day, toSeconds } = newReport(stage, clientId, clock.nowMs());
    if (clock.nowMs() - toSeconds * 1000 >= lateMs) report.alarm('reconciliation_late', { clientId, day });
  }
}

/** @returns whether the report is complete */
async function reconcileClient(reconciler: Reconciler, client: Reconciled, run: Run): Promise<boolean> {
  const draft = newReport(reconciler.stage, client.id, reconciler.clock.nowMs());
  let report = await reconciler.store.get<Reconciliation>(draft.id);
  if (report?.history.length) return true;
  report ??= await reconciler.store.create<Reconciliation>(draft);
  // Somebody else created it just now, and is at work.
  if (report === undefined) return false;
  const missing = missingIn(report, client);
  const ours =
    missing.length === 0 ? nothing : await instructionsSince(reconciler.store, client.id, report.fromSeconds);
  const failures: unknown[] = [];
  for (const fund of rotated(reconciler.random, missing)) {
    if (!run.hasTime()) break;
    try {
      const compared = await reconcileFund(reconciler, report, fund, ours, run);
      if (compared === 'later') continue;
      // Somebody else is at work on it.
      if (compared === undefined) return false;
      report = compared;
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  if (missingIn(report, client).length > 0) return false;
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

function missingIn({ funds }: Reconciliation, client: Reconciled): Fund[] {
  return fundsOf(client).filter((fund) => !funds.some((done) => isSameFund(done, fund)));
}

function isSameFund(a: Fund, b: Fund): boolean {
  return a.companyId === b.companyId && a.fundId === b.fundId;
}

/**
 * Compares one fund and records what came of it.
 * @returns the report with it; `later` when the time ran out and another run may have more of it, which begins with this
 *   fund; nothing when somebody else wrote the report meanwhile
 */
async function reconcileFund(
  reconciler: Reconciler,
  report: Reconciliation,
  fund: Fund,
  ours: Ours,
  run: Run,
): Promise<Reconciliation | 'later' | undefined> {
  const { client, fromSeconds, toSeconds } = report;
  const hasAllTheTime = run.usedMs < hardlyMs;
  const startedMs = reconciler.clock.nowMs();
  const scope = { client, ...fund, fromSeconds, toSeconds, instructions: ours.instructions, hasTime: run.hasTime };
  const { result, differences, ranOut } = await compareFund(reconciler, scope).finally(() => {
    run.usedMs += reconciler.clock.nowMs() - startedMs;
  });
  if (ranOut && !hasAllTheTime) return 'later';
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
