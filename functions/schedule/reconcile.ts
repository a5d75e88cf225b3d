import { clients } from '../../lib/platform/config/clients.ts';
import { ownConcern } from '../../lib/platform/config/load-concern.ts';
import { worker } from '../../lib/platform/outside/worker.ts';
import { scheduled } from '../../lib/platform/schedule.ts';
import { reconcile } from '../../lib/reconciliation/run.ts';

/**
 * Once a day, the ledger of every bound fund is compared with our instructions. It is started more often than that: a run
 * goes on with what the last one had no time for, and one that finds the day's reports complete does nothing.
 */
export const handler = scheduled(async ({ deadlineMs }) => {
  await reconcile(worker(), ownConcern('clients', clients), deadlineMs);
});
