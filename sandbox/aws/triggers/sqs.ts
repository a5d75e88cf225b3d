import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { textOf } from '../errors.ts';
import type { Invoker, LoadedFunction, OnLog } from '../invoke.ts';
import type { QueueTrigger } from '../template/events.ts';
import { failedIds, sqsRecord } from './sqs-record.ts';

/** The running queue triggers. */
export interface QueueTriggers {
  /** Takes no more messages. Batches that are in a function are left to end. */
  stop(): Promise<void>;
}

/** A queue and the function that reads it. */
export interface QueueSource {
  trigger: QueueTrigger;
  queueUrl: string;
  target: LoadedFunction;
}

interface Options {
  client: SQSClient;
  invoker: Invoker;
  onLog: OnLog;
}

/** SQS answers a receive with at most ten messages and waits at most 20 s for the first. */
const receiveLimit = 10;
const longPollSeconds = 20;

/** After an error of the queue itself the poller waits, longer each time, up to this. */
const firstPauseMs = 100;
const longestPauseMs = 5000;

/** Polls every queue for its function, as Lambda's event source mappings do. */
export function startQueueTriggers(sources: readonly QueueSource[], options: Options): QueueTriggers {
  const pollers = sources.filter(({ trigger }) => trigger.enabled).map((source) => startPoller(source, options));
  return {
    stop: async () => {
      await Promise.all(pollers.map((poller) => poller.stop()));
    },
  };
}

/**
 * One poller per queue: it asks for messages whenever fewer than `maximumConcurrency` batches are in the function. Many
 * pollers, as in AWS, would all wake for one message.
 */
function startPoller(source: QueueSource, options: Options): { stop(): Promise<void> } {
  const ending = new AbortController();
  const slots = new Slots(source.trigger.maximumConcurrency);
  const poll = async () => {
    let pauseMs = firstPauseMs;
    while (!ending.signal.aborted) {
      await slots.free();
      if (ending.signal.aborted) return;
      try {
        const messages = await receiveBatch(source, options.client, ending.signal);
        pauseMs = firstPauseMs;
        if (messages.length > 0) void slots.use(() => deliver(source, messages, options, ending.signal));
      } catch (error) {
        if (ending.signal.aborted) return;
        options.onLog({ level: 'warn', message: `cannot receive from ${source.queueUrl}: ${textOf(error)}`, error });
        await pause(pauseMs, ending.signal);
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      }
    }
  };
  const polling = poll();
  return {
    stop: async () => {
      ending.abort();
      slots.open();
      await polling;
    },
  };
}

/** Counts what runs at once, and lets one waiter know when there is room. */
class Slots {
  readonly #limit: number;
  #used = 0;
  #wake: (() => void) | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  free(): Promise<void> | undefined {
    if (this.#used < this.#limit) return undefined;
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  async use(work: () => Promise<void>): Promise<void> {
    this.#used += 1;
    await work();
    this.#used -= 1;
    this.open();
  }

  open(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}

/** One batch: what is there at once or, with a batching window, what comes until the window or the batch is full. */
async function receiveBatch(
  { trigger, queueUrl }: QueueSource,
  client: SQSClient,
  signal: AbortSignal,
): Promise<Message[]> {
  const receive = async (limit: number, waitSeconds: number): Promise<Message[]> => {
    const command = new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: Math.min(limit, receiveLimit),
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    return (await client.send(command, { abortSignal: signal })).Messages ?? [];
  };
  const batch = await receive(trigger.batchSize, longPollSeconds);
  const closesAtMs = performance.now() + trigger.batchingWindowSeconds * 1000;
  while (batch.length > 0 && batch.length < trigger.batchSize && !signal.aborted) {
    const leftSeconds = Math.round((closesAtMs - performance.now()) / 1000);
    if (leftSeconds < 1) break;
    batch.push(...(await receive(trigger.batchSize - batch.length, Math.min(leftSeconds, longPollSeconds))));
  }
  return batch;
}

/**
 * Runs the function on a batch and deletes what it did. What it did not stays where it is: it becomes visible again when
 * the queue's visibility timeout ends, and goes to the dead letter queue after its last receive.
 */
async function deliver(
  { trigger, target, queueUrl }: QueueSource,
  messages: Message[],
  options: Options,
  ending: AbortSignal,
): Promise<void> {
  const event = { Records: messages.map((message) => sqsRecord(message, trigger.arn)) };
  const invocation = await options.invoker.invoke(target, 'sqs', event);
  if (invocation.outcome !== 'ok') return;
  const ids = messages.map(({ MessageId }) => MessageId ?? '');
  const failed = trigger.reportsItemFailures ? failedIds(invocation.result, ids) : new Set<string>();
  if (failed === 'all') {
    const message = `${target.definition.key} gave no valid batchItemFailures: the whole batch has failed`;
    return options.onLog({ level: 'error', message });
  }
  const done = messages.filter(({ MessageId }) => !failed.has(MessageId ?? ''));
  try {
    await deleteMessages(options.client, queueUrl, done);
  } catch (error) {
    // They will come again, as they may in AWS; unless the queue has just ended with everything else.
    if (!ending.aborted)
      options.onLog({ level: 'warn', message: `cannot delete from ${queueUrl}: ${textOf(error)}`, error });
  }
}

async function deleteMessages(client: SQSClient, queueUrl: string, messages: readonly Message[]): Promise<void> {
  for (let start = 0; start < messages.length; start += receiveLimit) {
    const chunk = messages.slice(start, start + receiveLimit);
    await client.send(
      new DeleteMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: chunk.map((message, index) => ({ Id: String(index), ReceiptHandle: message.ReceiptHandle ?? '' })),
      }),
    );
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
