/**
 * The feed process: `npm run feeds [-- --only coreclient|hub|wallets]`. A function cannot hold a web socket, so this small
 * long-running process listens to the feeds of the Partner API and turns each message into a hint on the same queues.
 * Losing it loses nothing: what it would have hinted at is found within the minute. `docs/feeds.md` says how to run it.
 */
import { parseArgs } from 'node:util';
import { openFeeds, type Sort, sorts } from './feeds/open.ts';

const usage = `npm run feeds -- [options]

  --only ${sorts.join('|')}   listen to one sort of feed only; may be given more than once

Settings come from the variables of the functions: STAGE, TABLE_NAME, POLL_QUEUE_URL, QUOTE_QUEUE_URL, APPROVE_QUEUE_URL,
PARTNER_API_BASE_URL, SIGNING_SECRET_ID, and APPROVER_SECRET_ID for the core client feeds.`;

function readSorts(): readonly Sort[] {
  try {
    const { only = [] } = parseArgs({ options: { only: { type: 'string', multiple: true } } }).values;
    const unknown = only.find((name) => !(sorts as readonly string[]).includes(name));
    if (unknown !== undefined) throw new Error(`--only: ${sorts.join(', ')}, not ${unknown}`);
    return only.length > 0 ? (only as Sort[]) : sorts;
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
