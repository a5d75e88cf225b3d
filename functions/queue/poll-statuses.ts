import { poll } from '../../lib/instructions/poll.ts';
import { worker } from '../../lib/platform/outside/worker.ts';
import { queueWorker } from '../../lib/platform/queue.ts';

/**
 * Asks what became of transactions: one ledger page for all of a fund's, or one request for a single one. Goes on hinting
 * to itself while anything is open.
 */
export const handler = queueWorker(async (id, { deadlineMs }) => {
  await poll(worker(), id, deadlineMs);
});
