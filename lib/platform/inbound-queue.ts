import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import { environment } from './environment.ts';
import { InvalidRequest } from './http/errors.ts';
import { noEarlyEnd, type QueueAnswer, type WorkerContext, type WorkerOutside } from './queue.ts';

/** What we read of a batch of partners' messages. */
export interface InboundEvent {
  readonly Records: readonly {
    readonly messageId: string;
    readonly body: string;
    readonly attributes?: { readonly SenderId?: string };
  }[];
}

/** A message that no repetition mends, with the reason. */
export interface Rejected {
  readonly messageId: string;
  readonly body: string;
  readonly senderId: string | undefined;
  readonly reason: string;
  readonly field: string | undefined;
}

/** Puts a message where somebody looks for it. Throws when it could not. */
export type Reject = (rejected: Rejected) => Promise<void>;

/** Messages of one batch worked on at the same time. */
const messagesAtOnce = 4;
/** With less time than this left nothing more is begun: it goes back to the queue instead of being cut off half way. */
const leastRemainingMs = 2_000;
/** Where the context says nothing, as in a test. */
const assumedRemainingMs = 30_000;

/**
 * A worker for messages that partners write. A bad one is put into the dead letter queue by us, with its reason beside it,
 * and is done with: redrive would move it there after several tries and could not say why. Whatever fails for a reason of
 * our own is reported alone and comes again. Neither holds up the others.
 */
export function inboundWorker(
  flow: (message: { body: string; senderId: string | undefined }) => Promise<void>,
  reject: Reject,
  outside: WorkerOutside,
): (event: InboundEvent, context: WorkerContext) => Promise<QueueAnswer> {
  const chain = middy<InboundEvent, QueueAnswer>(async (event: InboundEvent, context: WorkerContext) => {
    const deadlineMs = outside.clock.nowMs() + (context.getRemainingTimeInMillis?.() ?? assumedRemainingMs);
    const failed: string[] = [];
    for (let start = 0; start < event.Records.length; start += messagesAtOnce) {
      const some = event.Records.slice(start, start + messagesAtOnce);
      const isLate = deadlineMs - outside.clock.nowMs() < leastRemainingMs;
      const done = await Promise.all(some.map((record) => !isLate && attempted(record, flow, reject, outside)));
      failed.push(...some.filter((_, place) => !done[place]).map((record) => record.messageId));
    }
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  }, noEarlyEnd);
  return (event, context) => {
    const facts = {
      requestId: context.awsRequestId ?? 'none',
      function: context.functionName ?? environment.functionName,
    };
    return outside.reporter().invocation(facts, () => chain(event, context as never));
  };
}

async function attempted(
  { messageId, body, attributes }: InboundEvent['Records'][number],
  flow: (message: { body: string; senderId: string | undefined }) => Promise<void>,
  reject: Reject,
  { reporter }: WorkerOutside,
): Promise<boolean> {
  const senderId = attributes?.SenderId;
  try {
    try {
      await flow({ body, senderId });
    } catch (error) {
      if (!(error instanceof InvalidRequest)) throw error;
      const { reason, field } = error;
      reporter().warn('a message was rejected', { messageId, senderId, reason, field });
      reporter().count('InboundRejected', 1);
      await reject({ messageId, body, senderId, reason, field });
    }
    return true;
  } catch (error) {
    reporter().error('a message was not taken in', { messageId, error });
    return false;
  }
}

/** Of a message that nobody would take anyway, this much is kept: with its reason it fits into whatever SQS takes. */
const keptBodyBytes = 200_000;
/** Longer texts say no more; a field's name is whatever the sender wrote. */
const longestAttribute = 500;

/** Rejects into an SQS queue: the message as it came, cut where it is too long to go with its reason, which is beside it. */
export function rejectToQueue(client: Pick<SQSClient, 'send'>, queueUrl: () => string): Reject {
  return async ({ messageId, body, senderId, reason, field }) => {
    const text = (value: string) => ({ DataType: 'String', StringValue: printable(value) });
    const bytes = Buffer.byteLength(body);
    const kept = bytes > keptBodyBytes ? beginningOf(body) : body;
    await client.send(
      new SendMessageCommand({
        QueueUrl: queueUrl(),
        MessageBody: kept,
        MessageAttributes: {
          reason: text(reason),
          messageId: text(messageId),
          ...(field === undefined ? {} : { field: text(field) }),
          ...(senderId === undefined ? {} : { senderId: text(senderId) }),
          ...(kept === body ? {} : { truncated: text(`the first ${Buffer.byteLength(kept)} of ${bytes} bytes`) }),
        },
      }),
    );
  };
}

/** The characters that are whole within the first bytes. */
function beginningOf(body: string): string {
  const { read } = new TextEncoder().encodeInto(body, new Uint8Array(keptBodyBytes));
  return body.slice(0, read);
}

/** SQS refuses control characters and empty texts in attributes. */
function printable(text: string): string {
  return text.slice(0, longestAttribute).replace(/[^\x20-\x7e]/g, '?') || '?';
}
