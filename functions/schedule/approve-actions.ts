import { approveHinted, runApprovals } from '../../lib/approvals/index.ts';
import { approvals } from '../../lib/platform/config/approvals.ts';
import { ownConcern } from '../../lib/platform/config/load-concern.ts';
import { approver } from '../../lib/platform/outside/approver.ts';
import { type QueueEvent, queueWorker, type WorkerContext } from '../../lib/platform/queue.ts';
import { scheduled } from '../../lib/platform/schedule.ts';

const rules = () => ownConcern('approvals', approvals);
const everyMinute = scheduled(({ deadlineMs }) => runApprovals(approver(), rules, deadlineMs));
const hinted = queueWorker((id) => approveHinted(approver(), rules, id));

/**
 * Every minute: decides what waits for the votes of our core clients, by the rules in `config/approvals.json`, and votes.
 * The feeds send it single actions over its queue, so that they need not wait for the minute, and so does it itself with what it
 * saw too early or did not get to. Both are one function because the approver's key may be read by one only.
 */
export const handler = async (event: unknown, context: WorkerContext) =>
  isBatch(event) ? await hinted(event, context) : await everyMinute(event, context);

function isBatch(event: unknown): event is QueueEvent {
  return typeof event === 'object' && event !== null && 'Records' in event;
}
