import type { Route } from '../instructions/ports.ts';
import type { Instruction } from '../instructions/record.ts';
import type { Subject, Telling } from '../instructions/subject.ts';

/** One thing a subject waits for. */
export interface Wait {
  /** In words. */
  readonly for: string;
  /** The function that does it. */
  readonly worker: string;
  /** When it is due, or was, epoch milliseconds. */
  readonly dueAtMs: number;
  /** What came of the last try, in a word of ours or of the Partner API. */
  readonly reason?: string;
}

/** The function that stands behind each queue. */
export const workerOf: Readonly<Record<Route, string>> = {
  submit: 'submit-instruction',
  poll: 'poll-statuses',
  tell: 'deliver-webhook',
  quote: 'manage-quote',
  approve: 'approve-actions',
};

/** Everything a subject waits for, the earliest first. Nothing, when it has ended and everybody knows. */
export function waitsOf(subject: Subject): Wait[] {
  const waits = [...waitForWork(subject), ...waitsForTelling(subject)];
  return waits.sort((a, b) => a.dueAtMs - b.dueAtMs);
}

function waitForWork(subject: Subject): Wait[] {
  const { work, workAtMs } = subject;
  if (work === undefined || workAtMs === undefined) return [];
  const { reason, attempts } = subject as Partial<Instruction>;
  const said = reason ?? attempts?.last.at(-1)?.reason;
  return [
    {
      for: workInWords(subject, work),
      worker: workerOf[work],
      dueAtMs: workAtMs,
      ...(said === undefined ? {} : { reason: said }),
    },
  ];
}

function workInWords(subject: Subject, work: Route): string {
  const { txId, cancelAskedAtMs, reason } = subject as Partial<Instruction>;
  switch (work) {
    case 'submit':
      if (reason === 'stopped') return 'the stop button to be released';
      if (txId !== undefined && cancelAskedAtMs !== undefined) return 'being called off at the Partner API';
      return 'being sent to the Partner API';
    case 'poll':
      return 'a look at its transaction';
    case 'quote':
      return 'a look at its strategy';
    default:
      return `its worker (${work})`;
  }
}

function waitsForTelling(subject: Subject): Wait[] {
  const { tellAtMs, telling, client, history } = subject;
  if (tellAtMs === undefined) return [];
  const behind = Object.entries(telling).filter(([, { announced }]) => announced < history.length);
  // An endpoint that was never told anything is not in the record; its name is in the configuration only.
  if (behind.length === 0) return [{ for: `${client} being told`, worker: workerOf.tell, dueAtMs: tellAtMs }];
  return behind.map(([name, state]) => waitForEndpoint(subject, name, state, tellAtMs));
}

function waitForEndpoint({ client, history }: Subject, name: string, state: Telling, tellAtMs: number): Wait {
  const { announced, failures, nextAtMs } = state;
  return {
    for: `${client}/${name} being told of ${history[announced]?.state} (${announced})`,
    worker: workerOf.tell,
    dueAtMs: nextAtMs ?? tellAtMs,
    ...(failures === 0 ? {} : { reason: `failed ${failures} times` }),
  };
}
