import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Hint, Hints, Route } from '../../lib/instructions/ports.ts';
import { systemClock } from '../../lib/platform/clock.ts';
import { sqsHints } from '../../lib/platform/sqs-hints.ts';
import { memoryHints } from '../support/memory-hints.ts';

/** Queues to hold to the contract: the port, and what a worker would receive. */
interface Subject {
  readonly hints: Hints;
  receive(route: Route, limit: number): Promise<Hint[]>;
}

let server: FauxqsServer;
let client: SQSClient;
beforeAll(async () => {
  server = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false });
  client = new SQSClient({
    endpoint: `http://127.0.0.1:${server.port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    useQueueUrlAsEndpoint: false,
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  await server.stop();
});

let made = 0;
const reports: { message: string; facts: Record<string, unknown> | undefined }[] = [];
const counts: [string, number, Record<string, string> | undefined][] = [];
const reporter = {
  warn: (message: string, facts?: Record<string, unknown>) => void reports.push({ message, facts }),
  count: (metric: string, value: number, dimensions?: Record<string, string>) =>
    void counts.push([metric, value, dimensions]),
};

function overSqs(): Subject {
  made += 1;
  const urls = new Map<Route, string>();
  for (const route of ['submit', 'poll', 'tell'] as const) {
    urls.set(route, server.createQueue(`${route}-${made}`).queueUrl);
  }
  const queueUrl = (route: Route) => {
    const url = urls.get(route);
    if (url === undefined) throw new Error(`no queue for ${route}`);
    return url;
  };
  return {
    hints: sqsHints({ client, queueUrl, reporter }),
    async receive(route, limit) {
      const received: Hint[] = [];
      for (let request = 0; request < 10 && received.length < limit; request += 1) {
        const wanted = Math.min(10, limit - received.length);
        const QueueUrl = queueUrl(route);
        const answer = await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: wanted }));
        if (!answer.Messages?.length) break;
        for (const { Body, ReceiptHandle } of answer.Messages) {
          received.push(JSON.parse(Body as string));
          await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: ReceiptHandle as string }));
        }
      }
      return received;
    },
  };
}

function inMemory(): Subject {
  const hints = memoryHints(systemClock);
  return { hints, receive: async (route, limit) => hints.receive(route, limit) };
}

describe.each([
  ['memory', inMemory],
  ['SQS', overSqs],
])('%s as the queues', (_name, fresh) => {
  it('brings a hint to the queue of its route, once', async () => {
    const { hints, receive } = fresh();
    await hints.send('submit', [{ id: 'a' }]);
    expect(await receive('poll', 5)).toEqual([]);
    expect(await receive('submit', 5)).toEqual([{ id: 'a' }]);
    expect(await receive('submit', 5)).toEqual([]);
  });

  it('brings more hints than one request holds, and each of them once', async () => {
    const { hints, receive } = fresh();
    const ids = Array.from({ length: 23 }, (_, place) => `id-${place}`);
    await hints.send(
      'tell',
      [...ids, 'id-0'].map((id) => ({ id })),
    );
    const received = await receive('tell', 50);
    expect(received.map((hint) => hint.id).sort()).toEqual([...ids].sort());
  });

  it('sends nothing for no hints', async () => {
    const { hints, receive } = fresh();
    await hints.send('submit', []);
    expect(await receive('submit', 5)).toEqual([]);
  });

  it('holds a delayed hint back for at least its delay', async () => {
    const { hints, receive } = fresh();
    const sentAtMs = systemClock.nowMs();
    await hints.send('poll', [{ id: 'slow' }], { delayMs: 300 });
    const until = sentAtMs + 60_000;
    let received = await receive('poll', 1);
    while (received.length === 0 && systemClock.nowMs() < until) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      received = await receive('poll', 1);
    }
    expect(received).toEqual([{ id: 'slow' }]);
    expect(systemClock.nowMs() - sentAtMs).toBeGreaterThanOrEqual(300);
  });
});

describe('hints over SQS', () => {
  it('rounds a delay up to whole seconds and cuts it at a quarter of an hour', async () => {
    const delays: unknown[] = [];
    const send = async (command: { input: { Entries: { DelaySeconds: number }[] } }) => {
      delays.push(command.input.Entries[0]?.DelaySeconds);
      return {};
    };
    const hints = sqsHints({ client: { send } as never, queueUrl: () => 'http://127.0.0.1/q', reporter });
    for (const delayMs of [0, 1, 1000, 1001, 900_000, 86_400_000, -5])
      await hints.send('poll', [{ id: 'a' }], { delayMs });
    expect(delays).toEqual([0, 1, 1, 2, 900, 900, 0]);
  });

  it('reports what could not be sent, goes on with the rest, and never throws', async () => {
    reports.length = 0;
    counts.length = 0;
    let request = 0;
    const send = async () => {
      request += 1;
      if (request === 1) throw new Error('unreachable');
      return { Failed: [{ Id: '1', Code: 'InternalError', SenderFault: false }] };
    };
    const hints = sqsHints({ client: { send } as never, queueUrl: () => 'http://127.0.0.1/q', reporter });
    await hints.send(
      'tell',
      Array.from({ length: 13 }, (_, place) => ({ id: `id-${place}` })),
    );
    expect(request).toBe(2);
    expect(counts).toEqual([
      ['HintsNotSent', 10, { route: 'tell' }],
      ['HintsNotSent', 1, { route: 'tell' }],
    ]);
    expect(reports[1]?.facts).toMatchObject({ ids: ['id-11'], reason: 'InternalError' });
  });

  it('reports a route whose queue the function does not know', async () => {
    counts.length = 0;
    await overSqs().hints.send('quote', [{ id: 'a' }]);
    expect(counts).toEqual([['HintsNotSent', 1, { route: 'quote' }]]);
  });
});
