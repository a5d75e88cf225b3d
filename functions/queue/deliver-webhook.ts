import { teller } from '../../lib/platform/outside/teller.ts';
import { queueWorker } from '../../lib/platform/queue.ts';
import { deliverWebhooks } from '../../lib/webhooks/deliver.ts';

/** Tells a subject's client what it does not know yet: signed webhooks, in order, retried for a day. */
export const handler = queueWorker(async (id) => {
  await deliverWebhooks(teller(), id);
});
