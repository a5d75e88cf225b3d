import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeMarket } from '../sandbox/partner-api/generated.ts';
import { rawExchange, type Served, startServer } from '../sandbox/partner-api/server-helpers.ts';
import { type BadRequest, mangledRequests, spoiltRequests, wrongMembers } from './mangled.ts';

let served: Served;
beforeAll(async () => {
  served = await startServer();
});
afterAll(() => served.api.close());

/** The statuses of all answers on one connection; throws when one is neither a success nor a framed 4xx. */
function statusesIn(text: string, isHead: boolean): number[] {
  const answers = text.split(/(?=HTTP\/1\.1 \d{3} )/).filter((part) => !part.startsWith('HTTP/1.1 100'));
  return answers.map((answer) => {
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? 0);
    const body = answer.slice(answer.indexOf('\r\n\r\n') + 4);
    const isFramed = isHead || body.startsWith(`{"code":${status},"msg":"`);
    const isRight = (status >= 200 && status < 300) || (status >= 400 && status < 500 && isFramed);
    if (!isRight) throw new Error(`answered ${JSON.stringify(answer.slice(0, 300))}`);
    return status;
  });
}

async function send({ what, bytes }: BadRequest): Promise<number[]> {
  try {
    const isHead = bytes.subarray(0, 5).toString('latin1') === 'HEAD ';
    const text = await rawExchange(served.api, bytes);
    // Nothing but line ends is no request yet, and a connection that ends then needs no answer.
    if (text === '' && /^[\r\n]*$/.test(bytes.toString('latin1'))) return [];
    return statusesIn(text, isHead);
  } catch (cause) {
    throw new Error(
      `${what}: ${(cause as Error).message}; sent ${JSON.stringify(bytes.toString('latin1').slice(0, 600))}`,
    );
  }
}

const ledger = async () => JSON.stringify((await served.control('GET', '/ledger')).body);

/**
 * Sends requests in batches. After a batch of refusals only, the books must be what they were. @returns how many
 * requests were refused, and how many stood in batches whose books were compared
 */
async function sendAll(requests: readonly BadRequest[], batchSize: number) {
  const sums = { refused: 0, accepted: 0, compared: 0 };
  let before = await ledger();
  for (let start = 0; start < requests.length; start += batchSize) {
    const batch = requests.slice(start, start + batchSize);
    const statuses = (await Promise.all(batch.map(send))).flat();
    const accepted = statuses.filter((status) => status < 300).length;
    sums.accepted += accepted;
    sums.refused += statuses.length - accepted;
    const after = await ledger();
    if (accepted === 0) {
      expect(after, batch.map(({ what }) => what).join('\n')).toBe(before);
      sums.compared += batch.length;
    }
    expect(JSON.parse(after).balanced).toBe(true);
    before = after;
  }
  return sums;
}

async function known() {
  const { id } = (await served.call('POST', '/coreclient', { name: 'bot' })).body;
  await served.call('POST', `/company/${served.companyId}/trustedparty`, { address: id });
  const [wallet_id, other_wallet_id] = served.walletIds as [string, string];
  const ids = { company_id: served.companyId, fund_id: served.fundId, wallet_id, other_wallet_id };
  return makeMarket(served.api.sandbox, served.keyId, { ...ids, client_id: id, member: id });
}

const total = process.env['NIGHTLY'] === undefined ? 10_000 : 100_000;

it(`${total} bad requests get a 4xx in the frame, or a success they deserve; refusals move nothing`, {
  timeout: 900_000,
}, async () => {
  const market = await known();
  const wrong = wrongMembers(market, served.apiKey);
  const left = total - wrong.length;
  const spoilt = fc.sample(spoiltRequests(market, served.apiKey), { numRuns: left >> 1, seed: 21 });
  const mangled = fc.sample(mangledRequests(market, served.apiKey), { numRuns: left - (left >> 1), seed: 22 });
  expect(wrong.length + spoilt.length + mangled.length).toBe(total);
  const sums = [await sendAll(wrong, 2), await sendAll(spoilt, 2), await sendAll(mangled, 4)];
  const sum = (name: 'refused' | 'accepted' | 'compared') => sums.reduce((all, one) => all + one[name], 0);
  expect(sum('refused')).toBeGreaterThan(total * 0.6);
  expect(sum('accepted')).toBeGreaterThan(total * 0.02);
  expect(sum('compared')).toBeGreaterThan(total * 0.3);
  expect((await served.call('GET', '/assets')).status).toBe(200);
  // What was taken in can be told: nothing in it keeps an action from being read.
  expect((await served.control('GET', '/actions')).status).toBe(200);
});
