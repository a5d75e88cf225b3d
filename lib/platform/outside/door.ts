import type { Door } from '../../instructions/outside.ts';
import type { Route } from '../../instructions/ports.ts';
import { dynamo } from '../aws/dynamo.ts';
import { sqs } from '../aws/sqs.ts';
import { systemClock } from '../clock.ts';
import { dynamoStore } from '../dynamo-store.ts';
import { environment } from '../environment.ts';
import { systemRandom } from '../random.ts';
import { reporter } from '../reporter.ts';
import { sqsHints } from '../sqs-hints.ts';

let made: Door | undefined;

/** What a door touches, made at first use and kept between invocations: the table, the queues, the clock. */
export function door(): Door {
  made ??= {
    stage: environment.stage,
    store: dynamoStore({ client: dynamo(), tableName: environment.tableName, random: systemRandom }),
    hints: sqsHints({ client: sqs(), queueUrl: queueUrlOf, reporter: reporter() }),
    clock: systemClock,
    random: systemRandom,
    report: reporter(),
  };
  return made;
}

function queueUrlOf(route: Route): string {
  switch (route) {
    case 'submit':
      return environment.submitQueueUrl;
    case 'poll':
      return environment.pollQueueUrl;
    case 'tell':
      return environment.tellQueueUrl;
    case 'quote':
      return environment.quoteQueueUrl;
    case 'approve':
      return environment.approveQueueUrl;
  }
}
