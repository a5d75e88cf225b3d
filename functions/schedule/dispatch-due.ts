import { dispatchDue } from '../../lib/instructions/dispatch.ts';
import { door } from '../../lib/platform/outside/door.ts';
import { scheduled } from '../../lib/platform/schedule.ts';

/** Every minute: a hint for every subject that is overdue. This is what makes losing a queue message harmless. */
export const handler = scheduled(async () => {
  await dispatchDue(door());
});
