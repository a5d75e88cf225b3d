/**
 * What it costs to learn what became of transfers: 1,000 of them, open in four funds, settling over ten ticks. The real
 * use cases run in virtual time against the real sandbox, which counts the requests. A tick is one turn of the poller: what
 * custody has decided since the last one settles in it. Beside it stands the naive poller, which asks for every open
 * transfer at every tick.
 */
import { acceptInstruction } from '../lib/instructions/accept.ts';
import { transfer } from '../lib/instructions/kinds/transfer.ts';
import { poll } from '../lib/instructions/poll.ts';
import type { Route } from '../lib/instructions/ports.ts';
import { submitInstruction } from '../lib/instructions/submit.ts';
import { type Benchmark, printTable } from './measure.ts';
import { Service } from './polling/service.ts';

const transfers = 1_000;
const funds = 4;
const ticks = 10;
const settledPerTick = transfers / ticks;
/** As in serverless.yml: hints of one batch that name the same fund are one piece of work. */
const pollBatchSize = 10;
const amountBaseUnits = 250_000n;

/** Requests that the sandbox counted, before and after the first transfer was made. */
interface Cost {
  readonly submission: number;
  readonly polling: number;
  readonly byOperation: Readonly<Record<string, number>>;
}

/** See the head of this file. */
export const run: Benchmark = async () => {
  const ours = await withOurPoller();
  const naive = await withNaivePoller();
  printTable(
    ['requests', 'submission', 'polling', 'polling per settled transfer', 'in all per transfer'],
    [
      ['qredo-functions', ...rowOf(ours)],
      ['one per open transfer and tick', ...rowOf(naive)],
    ],
  );
  console.log('');
  printTable(['of qredo-functions, by operation', 'requests'], Object.entries(ours.byOperation));
  return [
    { name: 'polling requests per settled transfer', value: ours.polling / transfers, atMost: 0.05 },
    {
      name: 'requests per transfer, submission included',
      value: (ours.submission + ours.polling) / transfers,
      atMost: 1.05,
    },
  ];
};

function rowOf({ submission, polling }: Cost): (string | number)[] {
  const per = (requests: number) => (requests / transfers).toFixed(3);
  return [submission, polling, per(polling), per(submission + polling)];
}

/** Hints on their queues, workers as they are; a transfer counts as settled when its instruction has completed. */
async function withOurPoller(): Promise<Cost> {
  const service = new Service(funds);
  const worker = service.worker();
  const { payers, payeeWalletId } = service;
  for (let number = 0; number < transfers; number++) {
    const { companyId, walletId } = payers[number % funds] as (typeof payers)[number];
    await acceptInstruction(worker, {
      kind: transfer,
      source: 'http',
      client: { id: 'bench', bindings: payers },
      idempotencyKey: `order-${number}`,
      body: { companyId, walletId, counterpartyWalletId: payeeWalletId, amount: String(amountBaseUnits) },
    });
  }
  await workOff('submit', 4, (id) => submitInstruction(worker, id));
  const submission = service.requests().total;

  for (let tick = 1; tick <= ticks; tick++) {
    approved(service);
    const [next] = worker.hints.waiting('poll');
    if (next === undefined) throw new Error(`tick ${tick}: transfers are open, and nobody is to look at them`);
    service.nowMs = Math.max(service.nowMs, next.visibleAtMs);
    await workOff('poll', pollBatchSize, (id) => poll(worker, id));
    const settled = (await settledInstructions()).length;
    if (settled !== tick * settledPerTick) throw new Error(`tick ${tick}: ${settled} transfers have settled`);
  }
  const { total, byOperation } = service.requests();
  return { submission, polling: total - submission, byOperation };

  async function workOff(route: Route, batchSize: number, work: (id: string) => Promise<void>): Promise<void> {
    for (let batch = worker.hints.receive(route, batchSize); batch.length > 0; ) {
      for (const id of new Set(batch.map((hint) => hint.id))) await work(id);
      batch = worker.hints.receive(route, batchSize);
    }
  }

  async function settledInstructions() {
    const { items } = await worker.store.list('instructions/bench', {
      limit: transfers,
      where: { state: 'completed' },
    });
    return items;
  }
}

/** The same transfers by the same client, each asked for by its id at every tick until it has settled. */
async function withNaivePoller(): Promise<Cost> {
  const service = new Service(funds);
  const { api, payers, payeeWalletId } = service;
  let open: { companyId: string; txId: string }[] = [];
  for (let number = 0; number < transfers; number++) {
    const { companyId, walletId, asset } = payers[number % funds] as (typeof payers)[number];
    const { txId } = await api.transfers.create(companyId, {
      walletId,
      counterpartyWalletId: payeeWalletId,
      asset,
      amountBaseUnits,
      expiresAtSeconds: Math.floor(service.nowMs / 1000) + 3600,
      partnerTxId: `order-${number}`,
    });
    open.push({ companyId, txId });
  }
  const submission = service.requests().total;
  for (let tick = 1; tick <= ticks; tick++) {
    approved(service);
    service.nowMs += 2_000;
    const statuses = await Promise.all(open.map(({ companyId, txId }) => api.transfers.get(companyId, txId)));
    open = open.filter((_, place) => statuses[place]?.status !== 'approved');
  }
  if (open.length > 0) throw new Error(`${open.length} transfers have not settled`);
  const { total, byOperation } = service.requests();
  return { submission, polling: total - submission, byOperation };
}

function approved(service: Service): void {
  const count = service.approve(settledPerTick);
  if (count !== settledPerTick) throw new Error(`${count} actions waited instead of ${settledPerTick}`);
}
