import { desk } from '../../lib/platform/outside/desk.ts';
import { scheduled } from '../../lib/platform/schedule.ts';
import { publishQuotes } from '../../lib/quotes/run.ts';

/**
 * Every minute: reads the hub once per company and every price once, sends a hint for each strategy that needs a look, and
 * tells clients of quotes of the pairs they follow. `queue/manage-quote` goes on from here.
 */
export const handler = scheduled(async ({ deadlineMs }) => {
  await publishQuotes(desk(), deadlineMs);
});
