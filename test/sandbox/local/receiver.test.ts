import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sign } from '../../../lib/webhooks/signature.ts';
import { startReceiver } from '../../../sandbox/local/receiver.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;

/** A run on the file: tells events, if there are any, and gives back the ids of all that it knows. */
async function run(file: string, ...ids: string[]): Promise<string[]> {
  const receiver = await startReceiver({ secret, file, onEvent: () => {} });
  for (const id of ids) {
    const body = JSON.stringify({ type: 'instruction.completed', data: { id, sequence: 0 } });
    const headers = sign({ id, timestampSeconds: Math.floor(Date.now() / 1000), body, secrets: [secret] });
    expect((await fetch(receiver.url, { method: 'POST', headers, body })).status).toBe(204);
  }
  await receiver.stop();
  return receiver.events.map(({ webhookId }) => webhookId);
}

it('keeps events across restarts, and passes by what a kill in the middle of a write left', async () => {
  const file = join(temporaryFolder(), 'webhooks.jsonl');
  expect(await run(file, 'one', 'one')).toEqual(['one']);
  appendFileSync(file, '{"webhookId":"tw');
  expect(await run(file, 'two')).toEqual(['one', 'two']);
  expect(await run(file, 'three')).toEqual(['one', 'two', 'three']);
  expect(await run(file)).toEqual(['one', 'two', 'three']);
});
