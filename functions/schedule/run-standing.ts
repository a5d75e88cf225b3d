import { clients } from '../../lib/platform/config/clients.ts';
import { ownConcern } from '../../lib/platform/config/load-concern.ts';
import { findClient } from '../../lib/platform/config/lookup.ts';
import { standing } from '../../lib/platform/config/standing.ts';
import { door } from '../../lib/platform/outside/door.ts';
import { scheduled } from '../../lib/platform/schedule.ts';
import { runStanding } from '../../lib/standing/run.ts';

/**
 * Every minute: makes the instruction of each standing instruction's due time that has come, under a key of its name and
 * that time, so that however often this runs each is carried out once. `queue/submit-instruction` goes on from there.
 */
export const handler = scheduled(async () => {
  await runStanding({
    ...door(),
    standing: ownConcern('standing', standing),
    clientOf: (id) => findClient({ clients: ownConcern('clients', clients) }, id),
  });
});
