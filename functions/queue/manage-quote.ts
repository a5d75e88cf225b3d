import { desk } from '../../lib/platform/outside/desk.ts';
import { queueWorker } from '../../lib/platform/queue.ts';
import { manageQuote } from '../../lib/quotes/manage.ts';

/**
 * Does the next thing for one market making strategy: makes its quote, puts it on the hub once it is open and its price has
 * been checked again, takes it off, and makes the next only when the old one is seen to have ended.
 */
export const handler = queueWorker(async (id, { deadlineMs }) => {
  await manageQuote(desk(), id, deadlineMs);
});
