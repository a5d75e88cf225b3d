import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Hint, Hints, Reporter, Route } from '../instructions/ports.ts';

/** SQS takes at most ten messages in one request. */
const messagesPerRequest = 10;
/** SQS delays a message for at most 15 minutes. A hint that comes early finds nothing due and is dropped. */
const longestDelaySeconds = 900;

/** What hints over SQS are made of. */
export interface SqsHintsOptions {
  readonly client: Pick<SQSClient, 'send'>;
  /** The URL of the queue of a route. It may throw when the function has no such queue: that is reported too. */
  readonly queueUrl: (route: Route) => string;
  readonly reporter: Pick<Reporter, 'warn' | 'count'>;
}

/**
 * Hints over SQS. Never throws: what could not be sent is logged, counted under `HintsNotSent`, and left to the due index.
 */
export function sqsHints({ client, queueUrl, reporter }: SqsHintsOptions): Hints {
  function notSent(route: Route, hints: readonly Hint[], reason: unknown) {
    reporter.warn('hints were not sent', { route, ids: hints.map((hint) => hint.id), reason });
    reporter.count('HintsNotSent', hints.length, { route });
  }

  async function sendBatch(route: Route, batch: readonly Hint[], delaySeconds: number): Promise<void> {
    try {
      const answer = await client.send(
        new SendMessageBatchCommand({
          QueueUrl: queueUrl(route),
          Entries: batch.map((hint, place) => ({
            Id: String(place),
            MessageBody: JSON.stringify({ id: hint.id }),
            DelaySeconds: delaySeconds,
          })),
        }),
      );
      const failed = (answer.Failed ?? []).flatMap((failure) => batch[Number(failure.Id)] ?? []);
      if (failed.length > 0) notSent(route, failed, answer.Failed?.[0]?.Code);
    } catch (error) {
      notSent(route, batch, error);
    }
  }

  return {
    async send(route, hints, options = {}) {
      const delaySeconds = Math.min(longestDelaySeconds, Math.max(0, Math.ceil((options.delayMs ?? 0) / 1000)));
      const ids = [...new Set(hints.map((hint) => hint.id))];
      for (let start = 0; start < ids.length; start += messagesPerRequest) {
        const batch = ids.slice(start, start + messagesPerRequest).map((id) => ({ id }));
        await sendBatch(route, batch, delaySeconds);
      }
    },
  };
}
