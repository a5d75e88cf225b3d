import { submitInstruction } from '../../lib/instructions/submit.ts';
import { worker } from '../../lib/platform/outside/worker.ts';
import { queueWorker } from '../../lib/platform/queue.ts';

/**
 * Carries an accepted instruction to the Partner API, once: claim, sign and send, record. Whatever goes wrong is written
 * into the record with a later due time, so a hint is tried once and never retried by the queue.
 */
export const handler = queueWorker(async (id, { deadlineMs }) => {
  await submitInstruction(worker(), id, deadlineMs);
});
