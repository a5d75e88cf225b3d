/**
 * The feed process: `npm run feeds [-- --only coreclient|hub|wallets]`. A function cannot hold a web socket, so this small
 * long-running process listens to the feeds of the Partner API and turns each message into a hint on the same queues.
 * Losing it loses nothing: what it would have hinted at is found within the minute. `docs/feeds.md` says how to run it.
 */
import { parseArgs } from 'node:util';
import { openFeeds, type Sort, sorts, sortsByDefault } from './feeds/open.ts';

const usage = `npm run feeds -- [options]

  --only ${sorts.join('|')}   listen to one sort of feed only; may be given more than once. Without it:
                                 ${sortsByDefault.join(' and ')}. coreclient is a process of its own.

Settings come from the variables of the functions: STAGE, TABLE_NAME, PARTNER_API_BASE_URL; for hub and wallets
POLL_QUEUE_URL, QUOTE_QUEUE_URL and SIGNING_SECRET_ID, for coreclient APPROVE_QUEUE_URL and APPROVER_SECRET_ID.`;

function readSorts(): readonly Sort[] {
  try {
    const options = { only: { type: 'string', multiple: true }, help: { type: 'boolean' } } as const;
    const { only = [], help } = parseArgs({ options }).values;
    if (help) {
      console.log(usage);
      process.exit(0);
    }
    const unknown = only.find((name) => !(sorts as readonly string[]).includes(name));
    if (unknown !== undefined) throw new Error(`--only: ${sorts.join(', ')}, not ${unknown}`);
    if (only.includes('coreclient') && only.some((name) => name !== 'coreclient'))
      throw new Error(
        '--only: coreclient stands alone, since no process is to hold both the key that initiates and the one that approves',
      );
    return only.length > 0 ? (only as Sort[]) : sortsByDefault;
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}

try {
  const feeds = openFeeds(readSorts());
  const close = () => void feeds.close().then(() => process.exit(0));
  process.once('SIGINT', close);
  process.once('SIGTERM', close);
  // Only where a parent holds a channel to this process.
  process.once('disconnect', close);
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
