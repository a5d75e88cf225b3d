import { beforeEach, describe, expect, it } from 'vitest';
import { type Inbound, type InboundClient, type InboundMessage, takeIn } from '../../../lib/inbound/take-in.ts';
import { acceptInstruction } from '../../../lib/instructions/accept.ts';
import { transfer } from '../../../lib/instructions/kinds/transfer.ts';
import type { Instruction } from '../../../lib/instructions/record.ts';
import { InvalidRequest } from '../../../lib/platform/http/errors.ts';
import { inboundWorker, type Rejected } from '../../../lib/platform/inbound-queue.ts';
import { makeReporter } from '../../../lib/platform/reporter.ts';
import { memoryHints } from '../../support/memory-hints.ts';
import { type MemoryStore, memoryStore } from '../../support/memory-store.ts';

const place = { companyId: 'company', fundId: 'fund', walletId: 'btc', asset: 'BTC-TESTNET' };
const desk: InboundClient = {
  id: 'desk',
  bindings: [place],
  queueSenders: [
    { senderId: 'AIDAPAYOUTS', kinds: ['transfer', 'withdrawal'] },
    { senderId: 'AROADESK', kinds: ['transfer'] },
  ],
};
const other: InboundClient = { id: 'other', bindings: [place], queueSenders: [] };
const body = { companyId: 'company', walletId: 'btc', counterpartyWalletId: 'elsewhere', amount: '250000' };
const asked = { client: 'desk', idempotencyKey: 'payout-1', kind: 'transfer', body };
const nowMs = 1_800_000_000_000;

let store: MemoryStore;
let inbound: Inbound;
beforeEach(() => {
  let ids = 0;
  const random = { id: () => `w${ids++}`, fraction: () => 0 };
  const clock = { nowMs: () => nowMs };
  store = memoryStore(random);
  const report = makeReporter({ level: 'silent', clock, write: () => {} });
  const hints = memoryHints(clock);
  const clientOf = (id: string) => [desk, other].find((client) => client.id === id);
  inbound = { stage: 'test', store, hints, clock, random, report, clientOf };
});

const message = (changes: object = {}, senderId: string | undefined = 'AIDAPAYOUTS') => ({
  body: JSON.stringify({ ...asked, ...changes }),
  senderId,
});
const refusal = (sent: InboundMessage) =>
  takeIn(inbound, sent).then(
    () => 'taken in',
    (error: unknown) => (error instanceof InvalidRequest ? { reason: error.reason, field: error.field } : error),
  );

describe('the inbound queue', () => {
  it('stores the record the HTTP door would store, but for where it came from', async () => {
    await takeIn(inbound, message());
    const [taken] = store.all<Instruction>();
    expect(taken).toMatchObject({ client: 'desk', kind: 'transfer', source: 'queue', key: 'payout-1', place });

    const atTheDoor = await acceptInstruction(inbound, {
      kind: transfer,
      source: 'http',
      client: desk,
      idempotencyKey: 'payout-1',
      body,
    });
    const { id, source, version, writeId, index, ...same } = atTheDoor.instruction;
    expect(taken).toMatchObject(same);
    expect(taken?.id).not.toBe(id);
  });

  it('changes nothing when a message comes twice', async () => {
    await takeIn(inbound, message());
    const before = store.all();
    await takeIn(inbound, message());
    expect(store.all()).toEqual(before);
  });

  it.each([
    ['nobody knows', 'AIDASTRANGER'],
    ['the queue does not name', undefined],
    ['is empty', ''],
    ['only begins like one', 'AIDAPAYOUTS2'],
  ])('takes nothing from a sender that %s', async (_, senderId) => {
    const sent = { ...message(), senderId };
    expect(await refusal(sent)).toEqual({ reason: 'not a sender of this client', field: 'client' });
    expect(store.all()).toEqual([]);
  });

  it('lets nobody speak for another client, and does not tell which clients there are', async () => {
    expect(await refusal(message({ client: 'other' }))).toEqual(await refusal(message({ client: 'nobody' })));
    expect(store.all()).toEqual([]);
  });

  it('takes any session of a role that is named by its id', async () => {
    expect(await refusal(message({}, 'AROADESK:nightly-run'))).toBe('taken in');
    expect(await refusal(message({ kind: 'withdrawal' }, 'AROADESK:nightly-run'))).toMatchObject({ field: 'kind' });
  });

  it.each([
    ['{', 'invalid json', 'body'],
    ['[]', 'invalid field: body', 'body'],
    [JSON.stringify({ ...asked, kind: 'gift' }), 'invalid field: kind', 'kind'],
    [JSON.stringify({ ...asked, kind: '__proto__' }), 'invalid field: kind', 'kind'],
    [JSON.stringify({ ...asked, extra: 1 }), 'unknown field: extra', 'extra'],
    [JSON.stringify({ ...asked, idempotencyKey: '' }), 'missing field: idempotencyKey', 'idempotencyKey'],
    [JSON.stringify({ ...asked, body: { ...body, amount: 1.5 } }), 'invalid field: amount', 'amount'],
    [JSON.stringify({ ...asked, body: { ...body, walletId: 'not bound' } }), 'wallet', 'walletId'],
    [JSON.stringify({ ...asked, body: { ...body, reference: 'x'.repeat(30_000) } }), 'message too large', 'body'],
    [JSON.stringify(asked).replace('"amount"', '"amount":"1","amount"'), 'duplicate field: body.amount', 'body.amount'],
    [JSON.stringify(asked).replace('{', '{"client":"other",'), 'duplicate field: client', 'client'],
    [JSON.stringify(asked).replace('"250000"', '9007199254740993'), 'invalid field: amount', 'amount'],
  ])('refuses %.60s, naming the field', async (text, reason, field) => {
    expect(await refusal({ body: text, senderId: 'AIDAPAYOUTS' })).toEqual({ reason, field });
    expect(store.all()).toEqual([]);
  });
});

describe('the worker behind it', () => {
  const rejected: Rejected[] = [];
  const outside = () => ({ reporter: () => inbound.report as never, clock: inbound.clock });
  const record = (messageId: string, text: string, senderId = 'AIDAPAYOUTS') => ({
    messageId,
    body: text,
    attributes: { SenderId: senderId },
  });
  beforeEach(() => void rejected.splice(0));

  it('puts a bad message into the dead letter queue with its reason and lets the others through', async () => {
    const worker = inboundWorker(
      (sent) => takeIn(inbound, sent),
      async (one) => void rejected.push(one),
      outside(),
    );
    const good = JSON.stringify(asked);
    const bad = JSON.stringify({ ...asked, idempotencyKey: 'two', body: { ...body, amount: '-1' } });
    const answer = await worker({ Records: [record('m1', bad), record('m2', good), record('m3', '{')] }, {});
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(rejected.toSorted((a, b) => (a.messageId < b.messageId ? -1 : 1))).toEqual([
      { messageId: 'm1', body: bad, senderId: 'AIDAPAYOUTS', reason: 'invalid field: amount', field: 'amount' },
      { messageId: 'm3', body: '{', senderId: 'AIDAPAYOUTS', reason: 'invalid json', field: 'body' },
    ]);
    expect(store.all()).toHaveLength(1);
  });

  it('lets a message come again when the failure is ours, or when it could not be put aside', async () => {
    const failing = inboundWorker(
      async () => Promise.reject(new Error('the table is away')),
      async () => {},
      outside(),
    );
    expect(await failing({ Records: [record('m1', '{}')] }, {})).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm1' }],
    });
    const noQueue = inboundWorker(
      (sent) => takeIn(inbound, sent),
      async () => Promise.reject(new Error('the queue is away')),
      outside(),
    );
    expect(await noQueue({ Records: [record('m1', '{')] }, {})).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm1' }],
    });
  });
});
