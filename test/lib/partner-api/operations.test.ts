import { describe, expect, it } from 'vitest';
import { baseUrl, fakeApi, json } from './fake-api.ts';
import { operations } from './operations.ts';

/** Enough of an answer for every reader. */
const anything = json({
  tx_id: 't',
  company_id: 'c',
  fund_id: 'f',
  wallet_id: 'w',
  id: 'i',
  txStatus: 'pending',
  balance: 0,
  netAmount: 1,
  fees: 1,
  amountToSend: 2,
  signature_hex: 'ab',
  signer_id: 'x',
  accountCode: 'a',
  clientID: 'b',
  clientSecret: 'c',
  idDoc: 'd',
});

describe('the operations', () => {
  it('are all 53 of the reference that are no feeds', () => {
    expect(operations.filter(([number]) => !String(number).includes('without'))).toHaveLength(53);
  });

  it.each(operations)('%s: %s', async (number, line, operate, body) => {
    const api = fakeApi([anything]);
    await operate(api.client);
    const [request] = api.requests;
    expect(`${request?.method} ${request?.url.replace(baseUrl, '')}`).toBe(line);
    expect(request?.body).toBe(body);
    const agentOnly = [48, 50, 51, 52].includes(number as number);
    expect(Object.keys(request?.headers ?? {}).sort()).toEqual(
      agentOnly
        ? ['accept', 'content-type', 'x-api-zkp']
        : ['accept', 'content-type', 'x-api-key', 'x-sign', 'x-timestamp'],
    );
  });

  it('of an agent take a fresh token for each attempt', async () => {
    let tokens = 0;
    const api = fakeApi([json('', 500), json({ messages: ['ab'] })]);
    expect(await api.client.agent.action(() => `token-${++tokens}`, 'a')).toEqual({ messagesHex: ['ab'] });
    expect(api.requests.map((request) => request.headers['x-api-zkp'])).toEqual(['token-1', 'token-2']);
  });
});

describe('a verification', () => {
  const verify = (answer: ReturnType<typeof json>) =>
    fakeApi([answer]).client.coreClients.verify({ messageHashHex: 'ab', signatureHex: 'cd', signerId: 'x' });

  it('says yes for 200 and no for 403 about the signature', async () => {
    const no = json({ code: 403, msg: 'Forbidden', detail: { reason: 'invalid_signature' } }, 403);
    expect([await verify(json('')), await verify(no), await verify(json('', 403))]).toEqual([true, false, false]);
  });

  it('fails when the key lacks the permission', async () => {
    const forbidden = json({ code: 403, msg: 'Forbidden', detail: { reason: 'account not enabled' } }, 403);
    await expect(verify(forbidden)).rejects.toMatchObject({ code: 'forbidden' });
  });
});
