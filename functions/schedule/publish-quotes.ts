import { desk } from '../../lib/platform/outside/desk.ts';
import { scheduled } from '../../lib/platform/schedule.ts';
import { publishQuotes } from '../../lib/quotes/run.ts';

/**
 * Every minute: reads every price once, begins to withdraw what must come off the hub, sends a hint for each strategy that
 * needs a look, reads the hub once per company, and tells clients of quotes of the pairs they follow. `queue/manage-quote`
 * and `queue/submit-instruction` go on from here.
 */
export const handler = scheduled(async ({ deadlineMs }) => {
  await publishQuotes(desk(), deadlineMs);
});
