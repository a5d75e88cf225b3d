import { takeIn } from '../../lib/inbound/take-in.ts';
import { sqs } from '../../lib/platform/aws/sqs.ts';
import { systemClock } from '../../lib/platform/clock.ts';
import { clients } from '../../lib/platform/config/clients.ts';
import { ownConcern } from '../../lib/platform/config/load-concern.ts';
import { findClient } from '../../lib/platform/config/lookup.ts';
import { environment } from '../../lib/platform/environment.ts';
import { inboundWorker, rejectToQueue } from '../../lib/platform/inbound-queue.ts';
import { door } from '../../lib/platform/outside/door.ts';
import { reporter } from '../../lib/platform/reporter.ts';

/**
 * Takes in what partners' own systems drop on the inbound queue: `{client, idempotencyKey, kind, body}`, with the checks,
 * the bindings and the record of the HTTP doors. What is wrong with a message goes with it into the dead letter queue.
 */
export const handler = inboundWorker(
  (message) =>
    takeIn({ ...door(), clientOf: (id) => findClient({ clients: ownConcern('clients', clients) }, id) }, message),
  rejectToQueue(sqs(), () => environment.inboundDeadLetterQueueUrl),
  { reporter, clock: systemClock },
);
