import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DemoWallet } from '../../sandbox/demo.ts';
import type { Servers } from './servers.ts';
import type { Started } from './start.ts';

/** What one round knows: each round moves instructions of its own. */
export interface Round {
  readonly servers: Servers;
  readonly number: number;
  /** The instruction that goes all the way. */
  transferId: string;
  /** The one that is called off. */
  cancelledId: string;
}

/** One function's turn in a round: the event it is started with, and what proves that it did its work. */
interface Step {
  event(round: Round, sample: Sample): unknown;
  /** Throws when the answer is not that of work done. */
  check(answer: unknown, round: Round): void;
  /** The counters that must have grown. */
  readonly grows?: 'partnerApi' | 'webhooks';
}

/** The sample event of the function, out of `events/`. */
// biome-ignore lint/suspicious/noExplicitAny: sample events have the shapes AWS gives them.
type Sample = any;

/** Every function, in an order in which each finds what it works on: a transfer's way first, then the automations. */
export const steps: Readonly<Record<string, Step>> = {
  'get-openapi': door(200),
  control: {
    event: (round, sample) => http(round, { ...sample, body: JSON.stringify({ stopAll: false, reason: 'bench' }) }),
    check: status(200),
  },
  'create-transfer': {
    event: (round, sample) => transfer(round, sample, 'transfer'),
    check: (answer, round) => {
      status(202)(answer);
      round.transferId = bodyOf(answer)['id'] as string;
    },
  },
  'create-withdrawal': asked(({ companyId, walletId }) => ({
    body: { companyId, walletId, address: 'tb1qbench', amount: '1000' },
  })),
  'create-quote': asked(({ companyId, walletId }, receiveWalletId) => ({
    body: { companyId, sendWalletId: walletId, receiveWalletId, sendAmount: '1000', receiveAmount: '2000' },
  })),
  'take-quote': asked(({ companyId, walletId }, receiveWalletId) => ({
    txId: 'bench-quote',
    body: {
      companyId,
      sendWalletId: walletId,
      receiveWalletId,
      worstPrice: { sendAmount: '1000', receiveAmount: '2000' },
    },
  })),
  'create-sweep': {
    event: (round, sample) => {
      const { exchange, operating } = round.servers.demo;
      const { walletId } = exchange.connected;
      const recipientWalletId = operating.btc.walletId;
      return keyed(round, sample, { coreClientId: exchange.coreClientId, walletId, recipientWalletId, amount: '1000' });
    },
    check: status(202),
  },
  'accept-instruction': {
    event: (round, sample) => {
      const { client, kind } = JSON.parse(sample.Records[0].body);
      const body = transferBody(round);
      return batch(sample, { client: round.servers.clientId, kind, idempotencyKey: `${client}-${round.number}`, body });
    },
    check: batchDone,
  },
  'put-price': {
    event: (round, sample) => http(round, { ...sample, body: JSON.stringify({ name: 'btc-eth', price: '15.3125' }) }),
    check: status(200),
  },
  'get-instruction': door(200, (round) => round.transferId),
  'list-instructions': door(200),
  'list-decisions': door(200),
  'cancel-instruction': door(200, (round) => round.cancelledId),
  'submit-instruction': worker((round) => round.transferId, 'partnerApi'),
  'poll-statuses': worker(({ servers: { demo } }) => {
    const { companyId, fundId } = demo.operating.btc;
    return `fund:${companyId}/${fundId}`;
  }, 'partnerApi'),
  'deliver-webhook': worker((round) => round.transferId, 'webhooks'),
  'manage-quote': worker(() => 'strategy/btc-eth', 'partnerApi'),
  'approve-actions': worker(({ servers }) => servers.makeAction(), 'partnerApi'),
  'publish-quotes': everyMinute('partnerApi'),
  'watch-deposits': everyMinute('partnerApi'),
  reconcile: everyMinute('partnerApi'),
  'get-reconciliation': door(200),
  'run-standing': everyMinute(),
  'dispatch-due': everyMinute(),
};

/** The event of a function in a round. */
export function eventOf(name: string, round: Round, root: string): unknown {
  return (steps[name] as Step).event(round, readSample(name, root));
}

/** Throws unless the function did what it was started for. */
export function checkAnswer(
  name: string,
  { answer, output }: Pick<Started, 'answer' | 'output'>,
  round: Round,
  before: ReturnType<Servers['counts']>,
): void {
  const { check, grows } = steps[name] as Step;
  try {
    check(answer, round);
    if (grows !== undefined && round.servers.counts()[grows] <= before[grows]) {
      throw new Error(`it made no request (${grows})`);
    }
  } catch (cause) {
    throw new Error(`${name} did not do its work: ${(cause as Error).message}\n${output}`, { cause });
  }
}

/** The event of a second transfer, which `cancel-instruction` will call off. */
export function secondTransfer(round: Round, root: string): unknown {
  return transfer(round, readSample('create-transfer', root), 'cancelled');
}

/** The id in the answer of `create-transfer`. */
export function idIn(answer: unknown): string {
  status(202)(answer);
  return bodyOf(answer)['id'] as string;
}

function readSample(name: string, root: string): Sample {
  return JSON.parse(readFileSync(join(root, 'events', `${name}.json`), 'utf8'));
}

function http({ servers }: Round, sample: Sample): unknown {
  return { ...sample, headers: { ...sample.headers, authorization: `Bearer ${servers.token}` } };
}

function transfer(round: Round, sample: Sample, what: string): unknown {
  const headers = { ...sample.headers, 'idempotency-key': `bench-${what}-${round.number}` };
  return http(round, { ...sample, headers, body: JSON.stringify(transferBody(round)) });
}

function transferBody({ servers: { demo } }: Round): object {
  const { companyId, walletId } = demo.operating.btc;
  return { companyId, walletId, counterpartyWalletId: demo.settlement.btc.walletId, amount: '1000' };
}

/** A request for an instruction of another kind, under a key of its own. */
function keyed(round: Round, sample: Sample, body: object): unknown {
  const key = `bench${sample.rawPath.replaceAll('/', '-')}-${round.number}`;
  return http(round, { ...sample, headers: { ...sample.headers, 'idempotency-key': key }, body: JSON.stringify(body) });
}

function door(expected: number, id?: (round: Round) => string): Step {
  return {
    event: (round, sample) => {
      const path = id === undefined ? sample.rawPath : `/instructions/${id(round)}`;
      const pathParameters = id === undefined ? sample.pathParameters : { id: id(round) };
      return http(round, { ...sample, rawPath: path, pathParameters });
    },
    check: status(expected),
  };
}

/** A door that stores an instruction of another kind, which nobody works on here. */
function asked(
  request: (from: DemoWallet, receiveWalletId: string) => { body: Record<string, unknown>; txId?: string },
): Step {
  return {
    event: (round, sample) => {
      const { operating } = round.servers.demo;
      const { body, txId } = request(operating.btc, operating.eth.walletId);
      const path = txId === undefined ? {} : { rawPath: `/quotes/${txId}/take`, pathParameters: { txId } };
      return keyed(round, { ...sample, ...path }, body);
    },
    check: status(202),
  };
}

function worker(id: (round: Round) => string, grows: 'partnerApi' | 'webhooks'): Step {
  return { event: (round, sample) => batch(sample, { id: id(round) }), check: batchDone, grows };
}

/** A batch of one message. A function that has a schedule too has its batch among the samples. */
function batch(sample: Sample, message: object): unknown {
  return { Records: [{ ...sample.Records[0], body: JSON.stringify(message) }] };
}

function batchDone(answer: unknown): void {
  const { batchItemFailures } = answer as { batchItemFailures?: unknown[] };
  if (batchItemFailures?.length !== 0) throw new Error(`its answer was ${JSON.stringify(answer)}`);
}

function everyMinute(grows?: 'partnerApi'): Step {
  return { event: (_round, sample) => sample, check: () => {}, ...(grows === undefined ? {} : { grows }) };
}

function status(expected: number) {
  return (answer: unknown) => {
    const { statusCode } = answer as { statusCode?: number };
    if (statusCode !== expected) throw new Error(`${expected} was expected: ${JSON.stringify(answer).slice(0, 500)}`);
  };
}

function bodyOf(answer: unknown): Record<string, unknown> {
  return JSON.parse((answer as { body: string }).body) as Record<string, unknown>;
}
